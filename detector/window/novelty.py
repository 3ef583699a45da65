"""What an identity has been seen to do, and since when.

*Novel at t* means: not seen, in time that is clean, before t - horizon. First times are minima, so
they come out the same in any order of arrival. A value first seen in a pane that a finding covers
is held back (quarantined): it is not learned, by the identity or by its peers, until the hold is
released. While held it is not novel either: a change that is there to stay costs one episode.

Whoever shows thousands of new things has as many of them remembered as can be known: of those of
one quarter a hash chooses, and of those known or held the ones seen first are forgotten.

Examples:
    >>> seen = Seen()
    >>> seen.note("o:iam:CreateUser", 1_000)
    >>> seen.settle(bound=2_000, dirty=lambda t: False, release=0)
    [('o:iam:CreateUser', 1000)]
    >>> seen.novel("o:iam:CreateUser", 900_000, horizon=60_000)
    False
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from zlib import crc32

from msgspec import Struct

from detector.window.empty import none_yet
from detector.window.panes import QUARTER

_MOST = {"o": 600, "s": 120, "n": 96, "c": 32, "t": 160, "r": 40, "k": 48, "f": 64,
         "e": 12, "w": 300, "a": 48}  # fmt: skip
# Before a quarter settles, some of its values may yet prove to be known from before it, and those
# take no room: hence twice as many are kept until then. Looked at once in so many values.
_SPARE = 2
_LOOK = 1024
UNBORN = 1 << 62  # later than any time
_FEW = 40
_LEAST = min(_MOST.values())


class Seen(Struct, omit_defaults=True, gc=False):
    """First times (ms) by value. A value is a letter for its kind, a colon and the thing: `o:`
    operation that looks, `w:` operation that changes, `s:` service, `n:` network, `c:` client,
    `t:` target, `r:` region, `k:` credential, `f:` foreign party, `e:` effect, `a:` the area of a
    network."""

    known: dict[str, int] = none_yet()
    pending: dict[str, int] = none_yet()
    held: dict[str, tuple[int, int]] = none_yet()

    def novel(self, value: str, time: int, horizon: int) -> bool:
        """Whether the value is novel at `time`."""
        first = self.known.get(value)
        if first is None:
            first = self.held.get(value, (time, 0))[0]
        return first >= time - horizon

    def novelties(self, values: Mapping[str, str], since: int) -> tuple[str, ...]:
        """Of values by kind, the kinds of those that are novel if nothing before `since` is, in their
        order.

        What has not settled counts as well, so that it does not matter how far settling has come.
        """
        known, held, pending = self.known, self.held, self.pending
        novel: tuple[str, ...] = ()
        for kind, value in values.items():
            if (
                known.get(value, since) >= since
                and pending.get(value, since) >= since
                and (not held or held.get(value, (since, 0))[0] >= since)
            ):
                novel += (kind,)
        return novel

    def note_all(self, values: Mapping[str, str], time: int) -> None:
        """What is not known yet has been seen at `time`."""
        known, pending = self.known, self.pending
        if not known and not pending:
            self.pending = dict.fromkeys(values.values(), time)
            return
        for value in values.values():
            if value not in known and pending.get(value, UNBORN) > time:
                self.note(value, time)
                pending = self.pending

    def note(self, value: str, time: int) -> None:
        """The value occurred; before settling it is only a candidate."""
        first = self.pending.get(value)
        if first is None or time < first:
            if not self.pending:
                self.pending = {}
            self.pending[value] = time
            if not len(self.pending) % _LOOK:
                self.thin()

    def thin(self) -> None:
        """Keep so many candidates of each kind and quarter, chosen by a hash of their content."""
        rows = [(value, time, time // QUARTER) for value, time in self.pending.items()]
        for quarter in {quarter for _, _, quarter in rows}:
            inside = [(value, time) for value, time, own in rows if own == quarter]
            for value in dict(inside).keys() - dict(_chosen(inside, _SPARE)).keys():
                del self.pending[value]

    def settle(
        self, *, bound: int, dirty: Callable[[int], bool], release: int
    ) -> list[tuple[str, int]]:
        """Move candidates that occurred before `bound` to what is known, or hold those whose time
        is `dirty` until `release`. Returns what became known, with its time."""
        learned: list[tuple[str, int]] = []
        due = self._due(bound) if self.pending else []
        if not due:
            return learned
        for value, time in due:
            if dirty(time):
                self.held = self.held or {}
                self.held[value] = (time, release)
            else:
                self.known = self.known or {}
                self.known[value] = time
                learned.append((value, time))
        self._trim()
        return learned

    def _due(self, bound: int) -> list[tuple[str, int]]:
        """Take out the candidates from before `bound`: those that are new, as many as can be known."""
        due = sorted(row for row in self.pending.items() if row[1] < bound)
        for value, _ in due:
            del self.pending[value]
        if not self.pending:
            self.pending = none_yet()  # an emptied dictionary keeps its table
        known, held = self.known, self.held
        new = [(v, t) for v, t in due if v not in held and (v not in known or known[v] > t)]
        return new if len(new) <= _LEAST else sorted(_chosen(new))

    def free(self, bound: int) -> list[tuple[str, int]]:
        """Release holds that have run out before `bound`: one episode was their price."""
        if not self.held:
            return []
        out = [(v, t) for v, (_, t) in sorted(self.held.items()) if t < bound]
        for value, time in out:
            del self.held[value]
            self.known = self.known or {}
            self.known.setdefault(value, time)
        self._trim()
        return out

    def forgive(self, time: int) -> list[tuple[str, int]]:
        """An analyst called the findings benign: what is held is known from `time` on."""
        freed = [(value, time) for value in sorted(self.held)]
        for value, _ in freed:
            self.known = self.known or {}
            self.known.setdefault(value, time)
        self.held = none_yet()
        self._trim()
        return freed

    def extend(self, release: int) -> None:
        """A grave action came: nothing held is let go before `release`."""
        self.held = {v: (t, max(r, release)) for v, (t, r) in self.held.items()} or none_yet()

    def _trim(self) -> None:
        if len(self.known) > _FEW:
            for value in _forgotten(self.known.items()):
                del self.known[value]
        if len(self.held) > _FEW:
            for value in _forgotten((value, time) for value, (time, _) in self.held.items()):
                del self.held[value]

    def count(self, kind: str) -> int:
        """How many values of a kind are known."""
        return sum(value[0] == kind for value in self.known)


def _chosen(rows: Iterable[tuple[str, int]], spare: int = 1) -> list[tuple[str, int]]:
    """As many rows of each kind as can be known (times `spare`): the smallest by a hash."""
    return [
        row
        for kind, own in _by_kind(rows).items()
        for row in sorted(own, key=lambda row: (crc32(row[0].encode()), row))[: spare * _MOST[kind]]
    ]


def _forgotten(rows: Iterable[tuple[str, int]]) -> list[str]:
    """The values beyond what can be known of each kind: those seen first."""
    rows = list(rows)
    counts = Counter([value[0] for value, _ in rows])
    if all(count <= _MOST[kind] for kind, count in counts.items()):
        return []
    return [
        value
        for kind, own in _by_kind(rows).items()
        for value, _ in sorted(own, key=lambda row: row[::-1])[: max(0, len(own) - _MOST[kind])]
    ]


def _by_kind(rows: Iterable[tuple[str, int]]) -> dict[str, list[tuple[str, int]]]:
    kinds: dict[str, list[tuple[str, int]]] = {}
    for row in rows:
        kinds.setdefault(row[0][0], []).append(row)
    return kinds
