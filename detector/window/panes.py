"""Panes: event time cut into small slices, each one register, in three grains.

Fine panes (5 s) serve the windows of 10 s and 1 min, quarters (15 min) those of 15 min and 1 h,
two-hour panes with the quarters after them that of 24 h. A register moves into the coarser grains
when the identity moves on; since OR is idempotent it does not matter when, or how often.

A window is exact in its far end to one pane. Its near end is the pane of `time`, so a window is
final once that quarter is over: hence identities settle by whole quarters (`settle_bound`).

Examples:
    >>> panes = Panes()
    >>> for t in (0, 4_000, 9_000):
    ...     panes.add(t, 1 << t // 1000)
    >>> panes.window(9_000, 10_000).events
    3
"""

from msgspec import Struct, field

from detector.config import DAY, HOUR, MINUTE, SECOND
from detector.window.empty import none_yet
from detector.window.registers import Counts, counts, pack, unpack

FINE = 5 * SECOND
QUARTER = 15 * MINUTE
COARSE = 2 * HOUR
WINDOWS = {"10s": 10 * SECOND, "1m": MINUTE, "15m": 15 * MINUTE, "1h": HOUR, "24h": DAY}
_PER_COARSE = COARSE // QUARTER
_PER_QUARTER = QUARTER // FINE
_MOST_FINE = 480
_MOST_COARSE = 14

Packed = tuple[int, bytes, list[dict[int, bytes]]]


def settle_bound(watermark: int, allowance: int) -> int:
    """Everything before this time is final: whole quarters, and facts have had their time."""
    return (watermark - allowance) // QUARTER * QUARTER


class Panes(Struct, gc=False):
    """One identity's registers, of some 76 bytes each: typically 3, at most 480 + 20 + 14.

    The latest pane stands apart (`now`, `current`), and so does the latest quarter (`at`,
    `recent`): most identities have no other, so most need no dictionary for it. `recent` does not
    hold `current` yet.
    """

    now: int = -1
    current: int = 0
    at: int = -1
    recent: int = 0
    fine: dict[int, int] = field(default_factory=none_yet)
    quarter: dict[int, int] = field(default_factory=none_yet)
    coarse: dict[int, int] = field(default_factory=none_yet)

    def add(self, time: int, bits: int) -> None:
        """Set one event's bits in the pane of its event time (ms)."""
        index = time // FINE
        if index == self.now:
            self.current |= bits
        elif index < self.now:
            self._spill(index, bits)
        else:
            if self.now >= 0:
                self._spill(self.now, self.current)
            self.now = index
            self.current = bits

    def _spill(self, index: int, register: int) -> None:
        if not self.fine:
            self.fine = {}
        self.fine[index] = self.fine.get(index, 0) | register
        if len(self.fine) > _MOST_FINE:
            del self.fine[min(self.fine)]
        at = index // _PER_QUARTER
        if at == self.at:
            self.recent |= register
        elif at < self.at:
            self._set_aside(at, register)
        else:
            if self.at >= 0:
                self._set_aside(self.at, self.recent)
            self.at, self.recent = at, register

    def _set_aside(self, at: int, register: int) -> None:
        if not self.quarter:
            self.quarter = {}
        self.quarter[at] = self.quarter.get(at, 0) | register

    def register(self, time: int, length: int) -> int:
        """The OR of all panes that reach into (time - length, time]."""
        if length <= MINUTE:
            first, last = (time - length) // FINE + 1, time // FINE
            out = self.current if first <= self.now <= last else 0
            return out | _union(self.fine, first, last)
        if length <= HOUR:
            return self._quarters((time - length) // QUARTER + 1, time // QUARTER)
        first, last = (time - length) // COARSE + 1, time // COARSE
        out = self._quarters(last * _PER_COARSE, time // QUARTER)
        for index, register in self.coarse.items():
            if first <= index < last:
                out |= register
        for index, register in self.quarter.items():
            if first <= index // _PER_COARSE < last:
                out |= register
        return out | self.recent if first <= self.at // _PER_COARSE < last else out

    def _quarters(self, first: int, last: int) -> int:
        out = self.current if first <= self.now // _PER_QUARTER <= last else 0
        if first <= self.at <= last:
            out |= self.recent
        return out | _union(self.quarter, first, last) if self.quarter else out

    def window(self, time: int, length: int) -> Counts:
        """The counts of the window of `length` ms that ends at `time`."""
        return counts(self.register(time, length))

    def quarters_between(self, since: int, until: int) -> list[int]:
        """Start times (ms) of the active quarters in [since, until), in order."""
        active = {*self.quarter, self.at, self.now // _PER_QUARTER}
        active.discard(-1)
        return [q * QUARTER for q in sorted(active) if since <= q * QUARTER < until]

    def prune(self, bound: int) -> None:
        """Forget what no window that can still be looked at reaches; `bound` is settled."""
        if self.fine:
            keep = (bound - MINUTE) // FINE
            self.fine = {k: v for k, v in self.fine.items() if k >= keep} or none_yet()
        keep = (bound - HOUR - COARSE) // QUARTER
        if -1 < self.at < keep:
            self._set_aside(self.at, self.recent)
            self.at, self.recent = -1, 0
        if self.quarter:
            self._thin(keep)
        if self.coarse:
            keep = bound // COARSE - _MOST_COARSE
            self.coarse = {k: v for k, v in self.coarse.items() if k >= keep} or none_yet()

    def _thin(self, keep: int) -> None:
        """Quarters before `keep` go into the coarse panes."""
        for index in [k for k in self.quarter if k < keep]:
            at = index // _PER_COARSE
            if not self.coarse:
                self.coarse = {}
            self.coarse[at] = self.coarse.get(at, 0) | self.quarter.pop(index)
        if not self.quarter:
            self.quarter = none_yet()

    def packed(self) -> Packed:
        """A snapshot: registers as bytes, since they are wider than any wire integer."""
        quarter = self.quarter if self.at < 0 else {**self.quarter, self.at: self.recent}
        grains = (self.fine, quarter, self.coarse)
        rows = [{k: pack(v) for k, v in sorted(grain.items())} for grain in grains]
        return self.now, pack(self.current), rows

    @classmethod
    def unpacked(cls, packed: Packed) -> "Panes":
        """The panes of `packed`."""
        now, current, rows = packed
        fine, quarter, coarse = (
            {k: unpack(v) for k, v in row.items()} or none_yet() for row in rows
        )
        at = max(quarter, default=-1)
        recent = quarter.pop(at) if at >= 0 else 0
        return cls(now, unpack(current), at, recent, fine, quarter or none_yet(), coarse)


def _union(grain: dict[int, int], first: int, last: int) -> int:
    """The OR of the panes from `first` to `last`, by whichever way is shorter."""
    out = 0
    if len(grain) <= last - first:
        for index, register in grain.items():
            if first <= index <= last:
                out |= register
        return out
    for index in range(first, last + 1):
        out |= grain.get(index, 0)
    return out
