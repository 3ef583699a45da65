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
from operator import attrgetter
from zlib import crc32

from msgspec import Struct

from detector.config import DAY, HOUR, MINUTE
from detector.window.empty import none_yet, nothing_yet
from detector.window.panes import QUARTER
from schemas.event import ActivityEvent, Origin

_MOST_OPEN = 96
_MOST_SETTLED = 6

Key = tuple[int, str, str, str, str, str]

_at = attrgetter("event.time", "event.uid")
_time = attrgetter("event.time")


class Mark(Struct, omit_defaults=True, gc=False):
    """One marked event. What is new about it, its gravity and its novelty (nats) are filled in when
    it is judged, and final when its quarter has settled. `place` says that its place or tool was
    new, `placed` that nothing else was, `broken` that it is beyond a bound. `rank` says who stays when there are too many: by content, never by arrival."""

    event: ActivityEvent
    value: str
    notable: int
    novel: tuple[str, ...] = ()
    gravity: float = 0.0
    novelty: float = 0.0
    weight: float = 0.0
    tool: str = ""
    placed: bool = False
    place: bool = False
    broken: bool = False
    rank: tuple[int, int] = (0, 0)

    @property
    def at(self) -> tuple[int, str]:
        """The total order of event time, then id."""
        return self.event.time, self.event.uid

    @property
    def status(self) -> str:
        """How the event ended."""
        return self.event.outcome.status if self.event.outcome is not None else "success"


class Marks(Struct, omit_defaults=True, gc=False):
    """One identity's marks of the last day, in event-time order. Those before `thinned` are few."""

    items: list[Mark] = nothing_yet()
    keys: dict[Key, Mark] = none_yet()
    thinned: int = 0

    def add(
        self,
        event: ActivityEvent,
        value: str,
        notable: int,
        *,
        placed: bool = False,
        place: bool = False,
        broken: bool = False,
    ) -> bool:
        """Mark an event. False if the same was marked in its minute, at this time or earlier. What
        has `broken` a bound is not the same as what has not. Where only the `place` or the tool is
        new, the first event of the hour stands for all."""
        key = _key(event, value, placed, broken)
        old = self.keys.get(key)
        if old is not None:
            if (event.time, event.uid) >= old.at:
                return False
            if not placed or old.placed:
                self._drop(old)
        tool = client_word(event.origin) if event.origin is not None else ""
        rank = (-notable, crc32(repr(key).encode()))
        mark = Mark(
            event, value, notable, tool=tool, placed=placed, place=place, broken=broken, rank=rank
        )
        self._enter(mark)
        if not self.items:
            self.items = []
        insort(self.items, mark, key=_at)
        if len(self.items) > _MOST_OPEN:
            self._keep(event.time // QUARTER, _MOST_OPEN)
        return key in self.keys

    def _keep(self, quarter: int, most: int) -> None:
        inside = self.between(quarter * QUARTER, (quarter + 1) * QUARTER)
        if len(inside) > most:
            for mark in sorted(inside, key=lambda m: (m.rank, m.at))[most:]:
                self._drop(mark)

    def _enter(self, mark: Mark) -> None:
        self.keys = self.keys or {}
        self.keys[_key(mark.event, mark.value, mark.placed, mark.broken)] = mark
        if mark.place and not mark.placed:
            spot = _key(mark.event, mark.value, True, False)
            old = self.keys.get(spot)
            if old is None or mark.at < old.at:
                if old is not None and old.placed:
                    self._drop(old)
                self.keys[spot] = mark

    def _drop(self, mark: Mark) -> None:
        del self.items[bisect_left(self.items, mark.at, key=_at)]
        del self.keys[_key(mark.event, mark.value, mark.placed, mark.broken)]
        spot = _key(mark.event, mark.value, True, False)
        if self.keys.get(spot) is mark:
            del self.keys[spot]

    def bare(self) -> "Marks":
        """These marks without the keys, which `indexed` makes again: what a snapshot holds."""
        return Marks(self.items, thinned=self.thinned)

    def indexed(self) -> "Marks":
        """These marks with their keys."""
        made = Marks(self.items, thinned=self.thinned)
        for mark in self.items:
            made._enter(mark)
        return made

    def between(self, since: int, until: int) -> list[Mark]:
        """Marks in [since, until), in event-time order."""
        return self.items[self.index(since) : self.index(until)]

    def holds(self, time: int, uid: str) -> bool:
        """Whether this event is marked."""
        i = bisect_left(self.items, (time, uid), key=_at)
        return i < len(self.items) and self.items[i].at == (time, uid)

    def index(self, time: int, uid: str = "") -> int:
        """How many marks come before `time`, or before an event of that time."""
        items = self.items
        if not items or items[-1].event.time < time:  # mostly it is the end that is asked for
            return len(items)
        if uid:
            return bisect_left(items, (time, uid), key=_at)
        return bisect_left(items, time, key=_time)

    def prune(self, bound: int) -> None:
        """Thin out settled quarters and forget what is more than a day older than `bound`."""
        if not self.items:
            return
        if self.items[0].event.time < bound - DAY:
            for mark in self.between(0, bound - DAY):
                self._drop(mark)
        edge = bound - HOUR - QUARTER  # windows of up to an hour still want every mark
        for quarter in {m.event.time // QUARTER for m in self.between(self.thinned, edge)}:
            self._keep(quarter, _MOST_SETTLED)
        self.thinned = edge
        if not self.items:
            self.items, self.keys = nothing_yet(), none_yet()


def client_word(origin: Origin) -> str:
    """The client by which an origin is known: a web console is one, whatever page or browser."""
    return "console" if origin.console or origin.client == "browser" else origin.client


def _key(event: ActivityEvent, value: str, placed: bool, broken: bool) -> Key:
    origin, credential = event.origin, event.credential
    return (
        -(event.time // HOUR) if placed else event.time // MINUTE,
        "" if placed else value + _kind(event) + ("!" if broken else ""),
        event.target.uid if event.target is not None and not placed else "",
        origin.network if origin is not None else "",
        origin.client if origin is not None else "",
        credential.fingerprint if credential is not None else "",
    )


def _kind(event: ActivityEvent) -> str:
    """What tells repeats of one operation apart: how it ended, its effect, where it points."""
    action, origin, outcome = event.action, event.origin, event.outcome
    out = f"!{outcome.status}" if outcome is not None and outcome.status != "success" else ""
    if action is not None and (action.effect or action.foreign):
        out += f"!{action.effect}!{action.foreign}"
    return out + (f"@{origin.region}" if origin is not None and origin.region else "")
