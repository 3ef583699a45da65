"""What an identity has been seen to do, and since when.

*Novel at t* means: not seen, in time that is clean, before t - horizon. First times are minima, so
they come out the same in any order of arrival. A value first seen in a pane that a finding covers
is held back (quarantined): it is not learned, by the identity or by its peers, until the hold is
released. While held it is not novel either: a change that is there to stay costs one episode.

Examples:
    >>> seen = Seen()
    >>> seen.note("o:iam:CreateUser", 1_000)
    >>> seen.settle(bound=2_000, dirty=lambda t: False, release=0)
    [('o:iam:CreateUser', 1000)]
    >>> seen.novel("o:iam:CreateUser", 900_000, horizon=60_000)
    False
"""

from collections.abc import Callable

from msgspec import Struct, field

from detector.window.empty import none_yet

_MOST = {"o": 600, "s": 120, "n": 96, "c": 32, "t": 160, "r": 40, "k": 48, "f": 64,
         "e": 12, "w": 300}  # fmt: skip


class Seen(Struct, gc=False):
    """First times (ms) by value. A value is a letter for its kind, a colon and the thing: `o:`
    operation that looks, `w:` operation that changes, `s:` service, `n:` network, `c:` client, `t:` target, `r:` region, `k:` credential,
    `f:` foreign party, `e:` effect."""

    known: dict[str, int] = field(default_factory=none_yet)
    pending: dict[str, int] = field(default_factory=none_yet)
    held: dict[str, tuple[int, int]] = field(default_factory=none_yet)

    def novel(self, value: str, time: int, horizon: int) -> bool:
        """Whether the value is novel at `time`."""
        first = self.known.get(value)
        if first is None:
            first = self.held.get(value, (time, 0))[0]
        return first >= time - horizon

    def note(self, value: str, time: int) -> None:
        """The value occurred; before settling it is only a candidate."""
        first = self.pending.get(value)
        if first is None or time < first:
            if not self.pending:
                self.pending = {}
            self.pending[value] = time

    def settle(
        self, *, bound: int, dirty: Callable[[int], bool], release: int
    ) -> list[tuple[str, int]]:
        """Move candidates that occurred before `bound` to what is known, or hold those whose time
        is `dirty` until `release`. Returns what became known, with its time."""
        learned = []
        for value, time in sorted(self.pending.items()):
            if time >= bound:
                continue
            del self.pending[value]
            if value in self.known and self.known[value] <= time:
                continue
            if dirty(time):
                self.held = self.held or {}
                self.held.setdefault(value, (time, release))
            elif value not in self.held:
                self.known = self.known or {}
                self.known[value] = time
                learned.append((value, time))
        if not self.pending:
            self.pending = none_yet()  # an emptied dictionary keeps its table
        if learned:
            self._trim()
        return learned

    def free(self, bound: int) -> list[tuple[str, int]]:
        """Release holds that have run out before `bound`: one episode was their price."""
        if not self.held:
            return []
        out = [(v, t) for v, (_, t) in sorted(self.held.items()) if t < bound]
        for value, time in out:
            del self.held[value]
            self.known = self.known or {}
            self.known.setdefault(value, time)
        if out:
            self._trim()
        return out

    def forgive(self, time: int) -> list[tuple[str, int]]:
        """An analyst called the findings benign: what is held is known from `time` on."""
        freed = [(value, time) for value in sorted(self.held)]
        for value, _ in freed:
            self.known = self.known or {}
            self.known.setdefault(value, time)
        self.held = none_yet()
        return freed

    def extend(self, release: int) -> None:
        """A grave action came: nothing held is let go before `release`."""
        self.held = {v: (t, max(r, release)) for v, (t, r) in self.held.items()} or none_yet()

    def _trim(self) -> None:
        if len(self.known) <= 40:
            return
        kinds: dict[str, list[tuple[int, str]]] = {}
        for value, time in self.known.items():
            kinds.setdefault(value[0], []).append((time, value))
        for kind, rows in kinds.items():
            for _, value in sorted(rows)[: max(0, len(rows) - _MOST[kind])]:
                del self.known[value]

    def count(self, kind: str) -> int:
        """How many values of a kind are known."""
        return sum(value[0] == kind for value in self.known)
