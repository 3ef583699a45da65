"""Marks: the few events that a detection may have to look at one by one.

An event becomes a mark when something about it is new for its identity, or when it is sensitive and
not routine. Marks are kept with their full event, so windows over them are exact to the ms and
evidence names real events. Repeats within one minute collapse onto the earliest.

Examples:
    >>> from schemas.event import ActivityEvent, Principal
    >>> event = ActivityEvent(uid="e", source="s", tenant="t", time=5, principal=Principal(uid="p"))
    >>> marks = Marks()
    >>> marks.add(event, "o:x", 1), marks.add(event, "o:x", 1)
    (True, False)
"""

from collections.abc import Iterator
from zlib import crc32

from msgspec import Struct, field

from detector.config import DAY, HOUR, MINUTE
from detector.window.panes import QUARTER
from schemas.event import ActivityEvent

_MOST_OPEN = 96
_MOST_SETTLED = 6

Key = tuple[int, str, str, str, str, str]


class Mark(Struct):
    """One marked event. `novel` is filled in when it is judged and final when settled; `weight`
    orders marks when a quarter holds too many (grave ones stay)."""

    event: ActivityEvent
    value: str
    notable: int
    novel: tuple[str, ...] = ()
    last: int = 0

    @property
    def at(self) -> tuple[int, str]:
        """The total order of event time, then id."""
        return self.event.time, self.event.uid

    @property
    def rank(self) -> tuple[int, int, str]:
        """Who stays when there are too many: decided by content, never by arrival."""
        return -self.notable, crc32(self.event.uid.encode()), self.event.uid


class Marks(Struct):
    """One identity's marks of the last day, by quarter."""

    by_key: dict[Key, Mark] = field(default_factory=dict)
    full: bool = False

    def add(self, event: ActivityEvent, value: str, notable: int) -> bool:
        """Mark an event. False if the same was marked in its minute, at this time or earlier."""
        key = _key(event, value)
        old = self.by_key.get(key)
        if old is None:
            self.by_key[key] = Mark(event, value, notable, (), event.time)
            if len(self.by_key) > _MOST_OPEN:
                self._thin(event.time // QUARTER)
            return key in self.by_key
        if event.time > old.last:
            old.last = event.time
        if (event.time, event.uid) >= old.at:
            return False
        self.by_key[key] = Mark(event, value, notable, (), old.last)
        return True

    def _thin(self, quarter: int) -> None:
        self._keep(quarter, _MOST_OPEN)

    def _keep(self, quarter: int, most: int) -> None:
        inside = [(m.rank, k) for k, m in self.by_key.items() if m.event.time // QUARTER == quarter]
        for _, key in sorted(inside)[most:]:
            del self.by_key[key]

    def ordered(self) -> list[Mark]:
        """All marks in event-time order."""
        return sorted(self.by_key.values(), key=lambda m: m.at)

    def between(self, since: int, until: int) -> Iterator[Mark]:
        """Marks in [since, until), in event-time order."""
        return (m for m in self.ordered() if since <= m.event.time < until)

    def prune(self, bound: int) -> None:
        """Thin out settled quarters and forget what is more than a day older than `bound`."""
        edge = bound - HOUR - QUARTER  # windows of up to an hour still want every mark
        old = {m.event.time // QUARTER for m in self.by_key.values() if m.event.time < edge}
        for quarter in old:
            self._keep(quarter, _MOST_SETTLED)
        floor = bound - DAY
        self.by_key = {k: m for k, m in self.by_key.items() if m.event.time >= floor}


def _key(event: ActivityEvent, value: str) -> Key:
    origin, credential, outcome = event.origin, event.credential, event.outcome
    return (
        event.time // MINUTE,
        value + ("!" + outcome.status if outcome is not None and outcome.status != "success" else ""),
        event.target.uid if event.target is not None else "",
        origin.network if origin is not None else "",
        origin.client if origin is not None else "",
        credential.fingerprint if credential is not None else "",
    )
