"""Marks: the few events that a detection may have to look at one by one.

An event becomes a mark when something about it is new for its identity, or when it is sensitive and
not routine. Marks are kept with their full event, so windows over them are exact to the ms and
evidence names real events. Repeats within one minute collapse onto the earliest.

Examples:
    >>> from schemas.event import ActivityEvent, Origin, Principal
    >>> event = ActivityEvent(uid="e", source="s", tenant="t", time=5, principal=Principal(uid="p"))
    >>> marks = Marks()
    >>> marks.add(event, "o:x", 1), marks.add(event, "o:x", 1)
    (True, False)
"""

from bisect import bisect_left, insort
from zlib import crc32

from msgspec import Struct, field

from detector.config import DAY, HOUR, MINUTE
from detector.window.empty import none_yet
from detector.window.panes import QUARTER
from schemas.event import ActivityEvent, Origin

_MOST_OPEN = 96
_MOST_SETTLED = 6

Key = tuple[int, str, str, str, str, str]


class Mark(Struct):
    """One marked event. What is new about it, its gravity and its novelty (nats) are filled in when
    it is judged, and final when its quarter has settled. `last` is its latest repeat (ms)."""

    event: ActivityEvent
    value: str
    notable: int
    novel: tuple[str, ...] = ()
    gravity: float = 0.0
    novelty: float = 0.0
    weight: float = 0.0
    tool: str = ""
    last: int = 0

    @property
    def at(self) -> tuple[int, str]:
        """The total order of event time, then id."""
        return self.event.time, self.event.uid

    @property
    def rank(self) -> tuple[int, int, str]:
        """Who stays when there are too many: decided by content, never by arrival."""
        return -self.notable, crc32(self.event.uid.encode()), self.event.uid

    @property
    def status(self) -> str:
        """How the event ended."""
        return self.event.outcome.status if self.event.outcome is not None else "success"


class Marks(Struct):
    """One identity's marks of the last day, in event-time order."""

    items: list[Mark] = field(default_factory=list)
    keys: dict[Key, Mark] = field(default_factory=none_yet)

    def add(self, event: ActivityEvent, value: str, notable: int) -> bool:
        """Mark an event. False if the same was marked in its minute, at this time or earlier."""
        key = _key(event, value)
        old = self.keys.get(key)
        last = event.time
        if old is not None:
            last = max(last, old.last)
            if (event.time, event.uid) >= old.at:
                old.last = last
                return False
            self.items.remove(old)
        tool = client_word(event.origin) if event.origin is not None else ""
        mark = Mark(event, value, notable, last=last, tool=tool)
        self.keys = self.keys or {}
        self.keys[key] = mark
        insort(self.items, mark, key=_at)
        return len(self.items) <= _MOST_OPEN or self._thin(event.time // QUARTER, mark)

    def _thin(self, quarter: int, mark: Mark) -> bool:
        self._keep(quarter, _MOST_OPEN)
        return any(m is mark for m in self.items)

    def _keep(self, quarter: int, most: int) -> None:
        inside = self.between(quarter * QUARTER, (quarter + 1) * QUARTER)
        for mark in sorted(inside, key=lambda m: m.rank)[most:]:
            self.items.remove(mark)
            del self.keys[_key(mark.event, mark.value)]

    def between(self, since: int, until: int) -> list[Mark]:
        """Marks in [since, until), in event-time order."""
        return self.items[self.index(since) : self.index(until)]

    def index(self, time: int) -> int:
        """How many marks come before `time`."""
        return bisect_left(self.items, time, key=_time)

    def prune(self, bound: int) -> None:
        """Thin out settled quarters and forget what is more than a day older than `bound`."""
        if not self.items:
            return
        floor = bound - DAY
        for mark in self.between(0, floor):
            del self.keys[_key(mark.event, mark.value)]
        del self.items[: self.index(floor)]
        edge = bound - HOUR - QUARTER  # windows of up to an hour still want every mark
        for quarter in {m.event.time // QUARTER for m in self.between(edge - QUARTER, edge)}:
            self._keep(quarter, _MOST_SETTLED)
        if not self.items:
            self.keys = none_yet()


def client_word(origin: Origin) -> str:
    """The client by which an origin is known: a web console is one, whatever page or browser."""
    return "console" if origin.console or origin.client == "browser" else origin.client


def _at(mark: Mark) -> tuple[int, str]:
    return mark.at


def _time(mark: Mark) -> int:
    return mark.event.time


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
