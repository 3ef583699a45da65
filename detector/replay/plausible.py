"""Sort out stray times: one record dated 1970 or 2100 must not stretch a replay over a century.

In a sequence ordered by time, a silence longer than `max_gap` divides *islands*. An island stands
if at least `confirm` principals, or `volume` records, are in it; if none does, the largest stands
(a log of one principal agrees with itself). The records of the others are strays.

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


class _Island:
    """Records without a long silence between them, held until it is clear that they stand."""

    def __init__(self) -> None:
        self.events: list[ActivityEvent] = []
        self.principals: set[str] = set()

    def add(self, event: ActivityEvent) -> None:
        self.events.append(event)
        self.principals.add(event.key)

    def stands(self, limits: Limits) -> bool:
        return len(self.principals) >= limits.confirm or len(self.events) >= limits.volume

    @property
    def size(self) -> int:
        """Distinct records: a record delivered twice confirms nothing."""
        return len({event.uid for event in self.events})


def plausible(
    events: Iterable[ActivityEvent], limits: Limits, on_stray: Callable[[ActivityEvent], None]
) -> Iterator[ActivityEvent]:
    """The events, which come in time order, without the strays, which go to `on_stray`.

    Memory: a few records for each island that nobody confirmed while none stands; they lie at least
    `max_gap` apart, so there cannot be many.
    """
    doubtful: list[_Island] = []
    stands = False
    for island in _islands(events, limits, doubtful):
        if isinstance(island, ActivityEvent):
            if not stands:
                stands = True
                _reject(doubtful, on_stray)
            yield island
        elif stands:
            _reject(doubtful, on_stray)
    yield from ()
