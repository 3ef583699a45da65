"""Hand-made labels, streams and messages."""

from detector.config import DAY
from detector.evaluate.labels import Labels
from detector.evaluate.matching import Message, Tally
from detector.evaluate.score import Score, score
from detector.evaluate.stream import Stream
from schemas.event import ActivityEvent, Principal

LABELS = Labels(
    attacks={"a1": "i1:campaign", "a2": "i1:campaign", "a3": "i2:single"},
    ignored=frozenset({"x1"}),
)
HALF = DAY // 2


def message(
    uid: str,
    events: str,
    *,
    time: int = HALF,
    decisive: str = "",
    detection: str = "d",
    correlation: str = "",
    superseded_by: str = "",
    closing: bool = False,
) -> Message:
    """A message that lists `events`, the first of which is decisive unless another is named."""
    listed = tuple(events.split())
    return Message(
        uid=uid,
        detection=detection,
        time=time,
        decisive=decisive or listed[0],
        events=listed,
        correlation=correlation,
        superseded_by=superseded_by,
        closing=closing,
    )


def tally(*messages: Message) -> Tally:
    """The tally of these messages."""
    made = Tally(LABELS)
    for each in messages:
        made.take(each)
    return made


def stream(**times: int) -> Stream:
    """A stream of one identity with these events, by id."""
    made = Stream(LABELS)
    for uid, time in times.items():
        made.take(
            ActivityEvent(uid=uid, source="s", tenant="t", time=time, principal=Principal(uid="p"))
        )
    return made


def scored(*messages: Message, **times: int) -> Score:
    """Score these messages over a stream of these events."""
    return score(stream(**times), tally(*messages), budget=1.0)
