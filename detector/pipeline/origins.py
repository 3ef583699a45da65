"""Origins: who is told that a principal came to a new address, and what comes of it there.

Sparingly: only a principal with a past, with a long-lived key, in an act that is refused or
sensitive, at a network that is new to it, and once an hour for each address.
"""

from collections.abc import Iterable
from zlib import crc32

from detector.detections import DETECTIONS
from detector.entities.order import order
from detector.entities.origin import OriginState
from detector.entities.principal import WARM_AGE, PrincipalState
from detector.features.origin_view import OriginView
from detector.findings import Evidence
from detector.pipeline.share import first_this_hour
from detector.pipeline.state import State
from detector.window.area import area
from detector.window.novelty import UNBORN
from schemas.event import ActivityEvent
from schemas.fact import Fact

_ON_ORIGIN = tuple(d for d in DETECTIONS.values() if d.ON == "origin")
_MOST_PLACES = 32


def presence(
    principal: PrincipalState, event: ActivityEvent, novel: tuple[str, ...], horizon: int
) -> list[Fact]:
    """The fact that an address is told of a notable event, if its network is new to a principal
    that is known elsewhere."""
    origin, credential = event.origin, event.credential
    if "network" not in novel or origin is None or origin.via or not origin.address:
        return []
    if credential is None or credential.lifetime != "static":
        return []
    if event.time - principal.first < WARM_AGE:
        return []
    places = _places(principal, event.time - horizon)
    name = crc32(f"presence|{origin.address}".encode())
    if not places or not first_this_hour(principal, name, order(event)):
        return []
    return [
        Fact(
            kind="presence",
            entity=f"origin:{event.tenant}:{origin.address}",
            sender=principal.key,
            time=event.time,
            evidence=(event.uid,),
            event=event,
            novel=novel,
            places=places,
        )
    ]


def _places(principal: PrincipalState, before: int) -> tuple[str, ...]:
    """Where a principal was known before a time."""
    known = principal.seen.known.items()
    found = {area(value[2:]) for value, time in known if value[0] == "n" and time < before}
    return tuple(sorted(found)[:_MOST_PLACES])


def judged(
    state: State, origin: OriginState, since: int, until: int = UNBORN
) -> Iterable[Evidence]:
    """The evidence at each arrival in [since, until)."""
    arrivals = origin.ordered()
    for i, arrival in enumerate(arrivals):
        if not since <= arrival.event.time < until:
            continue
        view = OriginView(origin, arrival, arrivals[:i])
        for unit in _ON_ORIGIN:
            evidence = unit.judge(view)
            if evidence is not None and evidence.score >= state.floors[unit.META.id]:
                yield evidence
