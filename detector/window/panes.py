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

from functools import lru_cache, reduce
from operator import or_

from msgspec import Struct

from detector.config import DAY, HOUR, MINUTE, SECOND
from detector.window.grain import ROW, between, cut, each, edge_at, put, union
from detector.window.registers import Counts, counts, pack, unpack

FINE = 5 * SECOND
QUARTER = 15 * MINUTE
COARSE = 2 * HOUR
WINDOWS = {"10s": 10 * SECOND, "1m": MINUTE, "15m": 15 * MINUTE, "1h": HOUR, "24h": DAY}
_PER_COARSE = COARSE // QUARTER
PER_QUARTER = QUARTER // FINE
_MOST_FINE = 480
_MOST_COARSE = 14

Packed = tuple[int, bytes, bytes, bytes, bytes]


def settle_bound(watermark: int, allowance: int) -> int:
    """Everything before this time is final: whole quarters, and facts have had their time."""
    return (watermark - allowance) // QUARTER * QUARTER


class Panes(Struct, omit_defaults=True, gc=False):
    """One identity's panes in three grains of at most 480 + 20 + 14 rows, typically 3 in all. The
    latest pane (`now`, `current`) stands apart until the next one begins."""

    now: int = -1
    current: int = 0
    fine: bytes = b""
    quarter: bytes = b""
    coarse: bytes = b""

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

    def extend(self, rows: bytes) -> None:
        """Add the rows of rising panes of one quarter."""
        found = list(each(rows))
        if len(found) == 1 or found[0][0] <= self.now:
            for index, register in found:
                self.add(index * FINE, register)
            return
        if self.now >= 0:
            self._spill(self.now, self.current)
        self.now, self.current = found.pop()
        quarter = found[0][0] // PER_QUARTER
        self.quarter = put(self.quarter, quarter, reduce(or_, [bits for _, bits in found]))
        self.fine = (self.fine + rows[:-ROW])[-_MOST_FINE * ROW :]

    def _spill(self, index: int, register: int) -> None:
        self.fine = put(self.fine, index, register)
        self.quarter = put(self.quarter, index // PER_QUARTER, register)
        if len(self.fine) > _MOST_FINE * ROW:
            self.fine = self.fine[ROW:]

    def register(self, time: int, length: int) -> int:
        """The OR of all panes that reach into (time - length, time]."""
        if length <= MINUTE:
            first, last = (time - length) // FINE + 1, time // FINE
            out = self.current if first <= self.now <= last else 0
            return out | union(self.fine, first, last)
        if length <= HOUR:
            return self._quarters((time - length) // QUARTER + 1, time // QUARTER)
        first, last = (time - length) // COARSE + 1, time // COARSE
        out = self._quarters(last * _PER_COARSE, time // QUARTER)
        out |= union(self.quarter, first * _PER_COARSE, last * _PER_COARSE - 1)
        return out | union(self.coarse, first, last - 1)

    def _quarters(self, first: int, last: int) -> int:
        out = self.current if first <= self.now // PER_QUARTER <= last else 0
        return out | union(self.quarter, first, last)

    def window(self, time: int, length: int) -> Counts:
        """The counts of the window of `length` ms that ends at `time`."""
        return counts(self.register(time, length))

    def quarters_between(self, since: int, until: int) -> list[int]:
        """Start times (ms) of the active quarters in [since, until), in order."""
        first, end = -(-since // QUARTER), -(-until // QUARTER)
        active = between(self.quarter, first, end) if self.quarter else []
        newest = self.now // PER_QUARTER
        if first <= newest < end and self.now >= 0 and newest not in active:
            active.append(newest)
        return [q * QUARTER for q in active]

    def prune(self, bound: int) -> None:
        """Forget what no window that can still be looked at reaches; `bound` is settled."""
        fine, quarter, coarse = _edges(bound)
        if self.fine:
            self.fine = cut(self.fine, fine)
        if self.coarse:
            self.coarse = cut(self.coarse, coarse)
        old = self.quarter
        if not old or old[: len(quarter)] >= quarter:
            return
        self.quarter = cut(old, quarter)
        for index, register in each(old[: len(old) - len(self.quarter)]):
            self.coarse = put(self.coarse, index // _PER_COARSE, register)
        self.coarse = cut(self.coarse, coarse)

    def packed(self) -> Packed:
        """A snapshot: the register as bytes, since it is wider than any wire integer."""
        return self.now, pack(self.current), self.fine, self.quarter, self.coarse

    @classmethod
    def unpacked(cls, packed: Packed) -> "Panes":
        """The panes of `packed`."""
        now, current, fine, quarter, coarse = packed
        return cls(now, unpack(current), fine, quarter, coarse)


@lru_cache(16)
def _edges(bound: int) -> tuple[bytes, bytes, bytes]:
    """Where what is kept of each grain begins: the same for all that settle at once."""
    return (
        edge_at((bound - MINUTE) // FINE),
        edge_at((bound - HOUR - COARSE) // QUARTER),
        edge_at(bound // COARSE - _MOST_COARSE),
    )
