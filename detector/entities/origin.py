"""An origin's state: the principals that have just come to one address for the first time.

One hand that tries many leaked keys has one address. A principal with a past tells the address when
it first acts there in a way worth a look, with the places at which it is known; those whose places
have nothing in common did not move there together.

Examples:
    >>> from schemas.event import Principal
    >>> event = ActivityEvent(uid="e", source="s", tenant="t", time=5, principal=Principal(uid="a"))
    >>> fact = Fact(kind="presence", entity="origin:t:192.0.2.7", sender="principal:t:a", time=5,
    ...             event=event, places=("198.51",))
    >>> origin = OriginState(fact.entity, "t")
    >>> origin.arrive(fact), origin.arrive(fact), len(origin.ordered())
    (True, False, 1)
"""

from zlib import crc32

from msgspec import Struct, field

from detector.config import HOUR
from detector.entities.episodes import Episodes
from detector.entities.order import order
from detector.window.empty import none_yet
from detector.window.panes import QUARTER
from schemas.event import ActivityEvent
from schemas.fact import Fact

MOST_ARRIVALS = 32


class Arrival(Struct, frozen=True):
    """A principal's first act at an address: the event, what was new about it, and the places at
    which the principal was known before."""

    event: ActivityEvent
    novel: tuple[str, ...]
    places: tuple[str, ...]

    @property
    def at(self) -> int:
        """The total order of event time, then id: the one by which principals tell the first."""
        return order(self.event)

    def apart(self, other: "Arrival") -> bool:
        """Whether the two are different principals that were never known at one place."""
        different = self.event.principal.uid != other.event.principal.uid
        return different and not set(self.places) & set(other.places)


class OriginState(Struct):
    """All that is kept of one address: the arrivals of the last hour, by hour and principal."""

    key: str
    tenant: str
    arrivals: dict[str, Arrival] = none_yet()
    settled: int = 0
    last: int = 0
    due: bool = False
    episodes: Episodes = field(default_factory=Episodes)

    def arrive(self, fact: Fact) -> bool:
        """A principal has come here. True if that is new or earlier than known."""
        if fact.event is None:
            return False
        made = Arrival(fact.event, fact.novel, fact.places)
        # by the hour, as principals tell it: whether the one before is forgotten does not show
        name = f"{made.event.time // HOUR}|{fact.sender}"
        old = self.arrivals.get(name)
        if old is not None and old.at <= made.at:
            return False
        self.last = max(self.last, fact.time)
        self.arrivals = self.arrivals or {}
        self.arrivals[name] = made
        return self._fits(name, made.event.time // QUARTER)

    def _fits(self, name: str, quarter: int) -> bool:
        """Whether an arrival is among those kept of its quarter: by content, never by arrival. An
        address of so many will show enough of them."""
        if len(self.arrivals) <= MOST_ARRIVALS:
            return True
        inside = [k for k, v in self.arrivals.items() if v.event.time // QUARTER == quarter]
        if len(inside) <= MOST_ARRIVALS:
            return True
        out = max(inside, key=_chance)
        del self.arrivals[out]
        return out != name

    def ordered(self) -> list[Arrival]:
        """The arrivals in event-time order."""
        return sorted(self.arrivals.values(), key=lambda arrival: arrival.at)

    def prune(self, floor: int) -> None:
        """Forget who came before `floor` (ms)."""
        if self.arrivals:
            kept = {k: v for k, v in self.arrivals.items() if v.event.time >= floor}
            self.arrivals = kept or none_yet()


def _chance(name: str) -> tuple[int, str]:
    return crc32(name.encode()), name
