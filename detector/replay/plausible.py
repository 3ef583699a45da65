"""Sort out stray times: one record dated 1970 or 2100 must not stretch a replay over a century.

In a sequence ordered by time, a silence longer than `max_gap` divides *islands*. An island stands
if at least `confirm` principals, or `volume` records, are in it; if none does, the largest stands
(a log of one principal agrees with itself). The records of the others are strays.

A scanner dates what it finds by when it came there, which may be years before any log. So an
exposure, or an end, is no stray: it follows once it is clear what stands.

Examples:
    >>> from schemas.event import Principal
    >>> def event(year: int, n: int) -> ActivityEvent:
    ...     time = (year - 1970) * 31_556_952_000 + n
    ...     return ActivityEvent(f"{year}-{n}", "cloudtrail", "t", time, Principal(f"p{n}"))
    >>> strays: list[ActivityEvent] = []
    >>> days = [event(1970, 0), event(2024, 1), event(2024, 2), event(2024, 3), event(2100, 4)]
    >>> [one.uid for one in plausible(days, Limits(), strays.append)]
    ['2024-1', '2024-2', '2024-3']
    >>> [one.uid for one in strays]
    ['1970-0', '2100-4']
"""

from collections.abc import Callable, Iterable, Iterator

from detector.replay.limits import Limits
from schemas.event import ActivityEvent

_NEWS = frozenset({"end", "exposure"})


class _Island:
    """Records without a long silence between them, held until it is clear that they stand."""

    def __init__(self) -> None:
        self.events: list[ActivityEvent] = []
        self._principals: set[str] = set()

    def add(self, event: ActivityEvent) -> None:
        self.events.append(event)
        self._principals.add(event.key)

    def stands(self, limits: Limits) -> bool:
        return len(self._principals) >= limits.confirm or len(self.events) >= limits.volume

    @property
    def size(self) -> int:
        """Distinct records: a record delivered twice confirms nothing."""
        return len({event.uid for event in self.events})


def plausible(
    events: Iterable[ActivityEvent], limits: Limits, on_stray: Callable[[ActivityEvent], None]
) -> Iterator[ActivityEvent]:
    """The events, which come in time order, without the strays, which go to `on_stray`.

    Memory: fewer than `volume` records for each island that does not stand, while none does. They
    lie at least `max_gap` apart, so there are few.
    """
    doubtful = [_Island()]
    standing = known = False
    last: int | None = None
    for event in events:
        if last is not None and event.time - last > limits.max_gap:
            if known:
                yield from _stray(doubtful, on_stray)
            doubtful.append(_Island())
            standing = False
        last = event.time
        if standing:
            yield event
            continue
        doubtful[-1].add(event)
        if doubtful[-1].stands(limits):
            standing = known = True
            yield from doubtful.pop().events
            yield from _stray(doubtful, on_stray)
            doubtful = [_Island()]
    if known:
        yield from _stray(doubtful, on_stray)
    else:
        yield from _largest(doubtful, on_stray)


def _stray(
    islands: list[_Island], on_stray: Callable[[ActivityEvent], None]
) -> list[ActivityEvent]:
    """Give the strays away; what is none after all is returned."""
    events = [event for island in islands for event in island.events]
    islands.clear()
    for event in events:
        if event.kind not in _NEWS:
            on_stray(event)
    return [event for event in events if event.kind in _NEWS]


def _largest(
    islands: list[_Island], on_stray: Callable[[ActivityEvent], None]
) -> Iterator[ActivityEvent]:
    """Of islands that nobody confirmed, those of the largest size."""
    size = max(island.size for island in islands)
    for island in islands:
        if island.size == size:
            yield from island.events
        else:
            yield from _stray([island], on_stray)
