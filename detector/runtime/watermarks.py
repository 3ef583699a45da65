"""What one partition knows of time: how far every sender is, and so how far it may settle.

Facts travel over the same topic as events, and a partition may be far behind another. So it does
not settle by what it has read itself: partitions tell each other how far they are, in levels. Level
0 is the least of the raw partitions; level n is the least of all partitions' level n - 1. When level
n has come, so has every fact that took n hops to get here from an event before that time.

It is all made of maxima and minima of what came in log order, so a crash changes nothing.

References:
    D. Murray et al.: Naiad: a timely dataflow system. SOSP 2013 (progress with loops).

Examples:
    >>> marks = Watermarks(partition=0, of=1)
    >>> marks.take(Progress("cloudtrail.raw/0", of=1, levels=(900_000,)))
    >>> marks.levels
    (900000, 0, 0, 0)
    >>> for _ in range(LEVELS):
    ...     marks.take(Progress("activity/0", of=1, levels=marks.levels))
    >>> marks.target(epoch=21_600_000)
    900000
"""

from msgspec import Struct, field

from schemas.progress import Progress

LEVELS = 4
ACTIVITY = "activity/"


class Watermarks(Struct):
    """What partition number `partition` of `of` has been told. `raw` holds times by raw partition,
    `peers` levels by partition, `settled` and `versions` likewise. `start` is the first time
    that raw partitions named: before it there are no versions to wait for."""

    partition: int
    of: int
    raw: dict[str, int] = field(default_factory=dict)
    raw_of: int = 1
    idle: set[str] = field(default_factory=set)
    peers: dict[int, tuple[int, ...]] = field(default_factory=dict)
    settled: dict[int, int] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)
    levels: tuple[int, ...] = (0,) * LEVELS
    start: int = 0

    def take(self, told: Progress) -> None:
        """A sender is further on. What it said before, or out of order, changes nothing."""
        if told.sender.startswith(ACTIVITY):
            self._peer(int(told.sender.removeprefix(ACTIVITY)), told)
        else:
            self.raw[told.sender] = max(told.levels[0], self.raw.get(told.sender, 0))
            self.raw_of = max(told.of, self.raw_of)
            if told.idle:
                self.idle.add(told.sender)
            else:
                self.idle.discard(told.sender)
        self._raise()

    def _peer(self, who: int, told: Progress) -> None:
        old = self.peers.get(who, (0,) * LEVELS)
        self.peers[who] = tuple(max(a, b) for a, b in zip(old, told.levels, strict=True))
        self.settled[who] = max(told.settled, self.settled.get(who, 0))
        self.versions[who] = max(told.version, self.versions.get(who, 0))

    def _raise(self) -> None:
        first = self._input()
        self.start = self.start or first
        least = [min(column) for column in zip(*self.peers.values(), strict=True)]
        if len(self.peers) < self.of:
            least = [0] * LEVELS
        made = (first, *least[: LEVELS - 1])
        self.levels = tuple(max(a, b) for a, b in zip(self.levels, made, strict=True))

    def _input(self) -> int:
        """The time before which nothing is still to come from outside."""
        if len(self.raw) < self.raw_of:
            return 0
        busy = [time for sender, time in self.raw.items() if sender not in self.idle]
        return min(busy) if busy else max(self.raw.values())

    def target(self, epoch: int) -> int:
        """The time up to which this partition may settle. Beyond an epoch's start it waits for the
        version of the peers' baselines that scores in that epoch read."""
        if len(self.peers) < self.of:
            return 0
        time = min(levels[-1] for levels in self.peers.values())
        version = min(self.versions.get(n, 0) for n in range(self.of))
        return min(time, max(self.start, (version + 1) * epoch))

    @property
    def told(self) -> int:
        """What settling before this time gave others has arrived here."""
        return min(self.settled.get(n, 0) for n in range(self.of))
