"""What an origin's detections may look at: one arrival, with those of the hour before it."""

from collections.abc import Sequence

from detector.config import HOUR
from detector.entities.origin import Arrival, OriginState
from detector.features.evidence import moment, spared
from detector.findings import MAX_MOMENTS, Evidence

WINDOW = HOUR


class OriginView:
    """One principal's first act at an address, seen with the earlier ones of the hour."""

    def __init__(self, state: OriginState, arrival: Arrival, before: Sequence[Arrival]) -> None:
        """`before` are the arrivals that came before this one, in order; of each principal its
        first within the hour counts."""
        self.state = state
        self.arrival = arrival
        self.time = arrival.event.time
        window = [each for each in before if each.event.time > self.time - WINDOW]
        first = {each.event.principal.uid: each for each in reversed(window)}
        self.before = [each for each in window if first[each.event.principal.uid] is each]

    def gather(
        self, detection: str, others: Sequence[Arrival], score: float, reasons: Sequence[str]
    ) -> Evidence:
        """The evidence that these arrivals, and this one, are."""
        event = self.arrival.event
        seen = [*others, self.arrival]
        moments = tuple(sorted(moment(each.event, each.novel) for each in seen))
        return Evidence(
            detection=detection,
            entity=self.state.key,
            decisive=moment(event, self.arrival.novel),
            moments=moments[:MAX_MOMENTS],
            score=round(score, 4),
            reasons=tuple(reasons),
            count=len(moments),
            denied_only=all(m.status != "success" for m in moments),
            links=tuple(sorted({m.credential for m in moments if m.credential})),
            principal=event.principal,
            credential=event.credential,
            origin=event.origin,
            spared=spared(event),
        )
