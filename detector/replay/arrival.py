"""Order for a pipe that does not end: events as they arrive, but for a buffer of the lateness.

The *frontier* is the latest event time that can be believed. An event leaves the buffer once the
frontier is past it by its source's lateness; one that comes later still leaves at once, late. A jump
of the frontier by more than `max_ahead` waits until `confirm` principals, or as many records in a
row, agree: so one record dated 2100 moves nothing.

Examples:
    >>> from schemas.event import Principal
    >>> def event(minute: int) -> ActivityEvent:
    ...     return ActivityEvent(f"e{minute}", "token_use", "t", minute * 60_000, Principal("p"))
    >>> arriving = [event(minute) for minute in (1, 2, 3, 2, 5, 999_999, 4, 6)]
    >>> strays: list[ActivityEvent] = []
    >>> drawn = by_arrival(arriving, EngineConfig(), Limits(), strays.append)
    >>> [one.time // 60_000 for one in drawn], [one.time // 60_000 for one in strays]
    ([1, 2, 2, 3, 4, 5, 6], [999999])
"""

import heapq
from bisect import insort
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter

from detector.config import EngineConfig
from detector.replay.limits import Limits
from schemas.event import ActivityEvent

_TIME = attrgetter("time")


class _Buffer:
    """`push` events as they arrive and take what each of them releases.

    Memory: `limits.run_events` events in order, `limits.volume` that nobody has confirmed.
    """

    def __init__(self, config: EngineConfig, limits: Limits) -> None:
        self._config = config
        self._limits = limits
        self._heap: list[tuple[int, str, int, ActivityEvent]] = []
        self._count = 0
        self._ahead: list[ActivityEvent] = []
        self._agreeing: set[str] = set()
        self._frontier: int | None = None

    def push(self, event: ActivityEvent) -> Iterator[ActivityEvent]:
        """Take in one event; yield those that are due."""
        if self._is_ahead(event):
            insort(self._ahead, event, key=_TIME)
            self._agreeing.add(event.uid)
            if self._is_confirmed():
                # The earliest of those ahead is the new frontier.
                self._frontier = self._ahead[0].time
                self._review(self._ahead)
        else:
            self._agreeing.clear()
            self._admit(event)
            if self._ahead and not self._is_ahead(self._ahead[0]):
                self._review(self._ahead)
        yield from self._due()

    def _is_ahead(self, event: ActivityEvent) -> bool:
        return self._frontier is None or event.time - self._frontier > self._config.max_ahead

    def _is_confirmed(self) -> bool:
        limits = self._limits
        return (
            len(self._agreeing) >= limits.confirm
            or len({event.key for event in self._ahead}) >= limits.confirm
            or len(self._ahead) >= limits.volume
        )

    def _review(self, waiting: list[ActivityEvent]) -> None:
        """The frontier has moved: admit what is not ahead of it any more."""
        self._ahead, self._agreeing = [], set()
        for event in waiting:
            if self._is_ahead(event):
                self._ahead.append(event)
                self._agreeing.add(event.uid)
            else:
                self._admit(event)

    def _admit(self, event: ActivityEvent) -> None:
        self._frontier = max(event.time, self._frontier or event.time)
        self._count += 1
        heapq.heappush(self._heap, (event.time, event.uid, self._count, event))

    def _due(self) -> Iterator[ActivityEvent]:
        while self._heap and (self._is_due(self._heap[0][3]) or self._is_full()):
            yield heapq.heappop(self._heap)[3]

    def _is_due(self, event: ActivityEvent) -> bool:
        lateness = self._config.lateness_of(event.source)
        return self._frontier is not None and event.time + lateness <= self._frontier

    def _is_full(self) -> bool:
        return len(self._heap) > self._limits.run_events

    def rest(self) -> tuple[list[ActivityEvent], list[ActivityEvent]]:
        """At the end: what is in order, then what was ahead of it."""
        ordered = [heapq.heappop(self._heap)[3] for _ in range(len(self._heap))]
        return ordered, sorted(self._ahead, key=lambda event: (event.time, event.uid))

    @property
    def frontier(self) -> int | None:
        """The latest event time that can be believed; None before the first is confirmed."""
        return self._frontier


def by_arrival(
    events: Iterable[ActivityEvent],
    config: EngineConfig,
    limits: Limits,
    on_stray: Callable[[ActivityEvent], None],
) -> Iterator[ActivityEvent]:
    """The events as they come due. At the end, what is ahead by no more than `max_gap` follows;
    what is ahead by more was never confirmed and goes to `on_stray`."""
    buffer = _Buffer(config, limits)
    for event in events:
        yield from buffer.push(event)
    ordered, ahead = buffer.rest()
    yield from ordered
    for event in ahead:
        if buffer.frontier is None or event.time - buffer.frontier <= limits.max_gap:
            yield event
        else:
            on_stray(event)
