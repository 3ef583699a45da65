"""Sources that fall silent: a log that stops is a fault of its shipper, or somebody's first step.

Only what has delivered an event before can fall silent, so nothing else is to be looked at. A source is silent when all of its partitions that
are held here are: keys are spread over partitions, and one of them may well have nothing to say.

Examples:
    >>> silences = Silences(lambda source: 3_600.0)
    >>> silences.look("cloudtrail", 0, position=500, now=0.0)
    >>> silences.look("cloudtrail", 0, position=500, now=4_000.0)
    >>> silences.silent(now=4_000.0)
    {'cloudtrail': 4000.0}
"""

from collections.abc import Callable, Iterable

Partition = tuple[str, int]


class Silences:
    """Looks at raw partitions from time to time, in seconds. `limit` says how long each source may be
    silent; 0 is for ever."""

    def __init__(self, limit: Callable[[str], float]) -> None:
        self._limit = limit
        self._seen: dict[Partition, tuple[int, float]] = {}

    def look(self, source: str, partition: int, position: int, now: float) -> None:
        """The partition stands at this position."""
        known = self._seen.get((source, partition))
        if known is None or known[0] != position:
            self._seen[source, partition] = position, now

    def keep(self, held: Iterable[Partition]) -> None:
        """Forget partitions that are no longer held here."""
        held = set(held)
        self._seen = {where: seen for where, seen in self._seen.items() if where in held}

    def lengths(self, now: float) -> dict[Partition, float]:
        """For how long each partition has been silent."""
        return {where: now - since for where, (_, since) in self._seen.items()}

    def silent(self, now: float) -> dict[str, float]:
        """The sources that have been silent for too long, and for how long."""
        least: dict[str, float] = {}
        for (source, _), length in self.lengths(now).items():
            least[source] = min(length, least.get(source, length))
        return {
            source: length for source, length in least.items() if 0 < self._limit(source) < length
        }
