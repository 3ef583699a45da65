"""The engine of one part of the identities, in a process of its own: events in, what they caused out.

Whatever comes out says where it stands in the order of one engine, so that the outputs of the parts
can be merged into what that would have said. Facts for groups and origins, which all parts share, are
handed out; all others stay, since kin are in one part.

An order is (position of the event, stage, a, b, n). In stage 0 are findings of the tick before that
event, in stage 1 the facts of that tick, both by when their entity became due (a, b); in stage 2 is
what the event caused, by its place among the facts that it caused (a).

Examples:
    >>> part = Part(EngineConfig())
    >>> part.turn(Turn(events=[], positions=[], at=0, tick=Tick(0, final=True)))
    Answer(findings=[], facts=[])
"""

import msgspec
from msgspec import Struct

from detector.config import EngineConfig
from detector.findings import Finding
from detector.pipeline import State, step
from detector.pipeline.state import NOTHING, Outcome
from detector.replay.processes import Channel
from schemas.event import ActivityEvent
from schemas.fact import Fact, Tick

Order = tuple[int, int, int, int, int]
_SETTLED, _REPORTED, CAUSED = range(3)
_SHARED = ("group:", "origin:")


class Turn(Struct):
    """Work for one part: `baselines` that the last turn gave rise to, then events, each with its
    position among all, then a tick, if one comes before the event at position `at`."""

    events: list[ActivityEvent]
    positions: list[int]
    at: int
    tick: Tick | None = None
    baselines: list[Fact] = []


class Answer(Struct):
    """What came of a turn, in its order."""

    findings: list[tuple[Order, Finding]]
    facts: list[tuple[Order, Fact]]


class Due:
    """When each entity that is due to settle became so: (position of the event, place among the
    facts that it caused). That is the order in which one engine settles them."""

    def __init__(self, state: State) -> None:
        """Follow this state."""
        self._state = state
        self._seen = 0
        self._since: dict[str, tuple[int, int]] = {}

    def note(self, position: int, place: int) -> None:
        """Something was done: whoever has become due became so by this."""
        due = self._state.due
        if len(due) != self._seen:
            for key in due[self._seen :]:
                self._since[key] = position, place
            self._seen = len(due)

    def settled(self) -> None:
        """A tick has gone by: who is still due keeps its place before those to come."""
        due = self._state.due
        self._since = {key: self._since[key] for key in due}
        self._seen = len(due)

    def order(self, position: int, stage: int, entity: str, n: int) -> Order:
        """Where something stands that was said as this entity settled."""
        since, place = self._since[entity]
        return position, stage, since, place, n


class Part:
    """The engine of a part. State: that of its identities."""

    def __init__(self, config: EngineConfig) -> None:
        """Start from nothing."""
        self._state = State(config)
        self._due = Due(self._state)
        self._answer = Answer([], [])

    def turn(self, turn: Turn) -> Answer:
        """Everything that a turn caused."""
        self._answer = Answer([], [])
        state, due = self._state, self._due
        for fact in turn.baselines:
            step(state, fact)
        for event, position in zip(turn.events, turn.positions, strict=True):
            outcome = step(state, event)
            due.note(position, 0)
            if outcome is not NOTHING:
                self._caused(position, outcome)
        if turn.tick is not None:
            self._settle(turn.at, turn.tick)
        return self._answer

    def _caused(self, position: int, outcome: Outcome) -> None:
        """What an event caused, and the facts that come of it, and those that come of them."""
        self._say(position, 0, outcome)
        queue = list(outcome.facts)
        for place, fact in enumerate(queue, 1):
            if fact.entity.startswith(_SHARED):
                self._answer.facts.append(((position, CAUSED, place, 0, 0), fact))
                continue
            made = step(self._state, fact)
            self._due.note(position, place)
            if made is not NOTHING:
                self._say(position, place, made)
                queue.extend(made.facts)

    def _say(self, position: int, place: int, outcome: Outcome) -> None:
        for n, finding in enumerate(outcome.findings):
            self._answer.findings.append(((position, CAUSED, place, 0, n), finding))

    def _settle(self, position: int, tick: Tick) -> None:
        due, answer = self._due, self._answer
        made = step(self._state, tick)
        for n, finding in enumerate(made.findings):
            answer.findings.append((due.order(position, _SETTLED, finding.entity, n), finding))
        for n, fact in enumerate(
            made.facts
        ):  # summaries: of what is told as it settles, no more comes
            answer.facts.append((due.order(position, _REPORTED, fact.sender, n), fact))
        due.settled()


turn_of = msgspec.msgpack.Decoder(Turn).decode
encoded = msgspec.msgpack.Encoder().encode


def serve(channel: Channel, config: EngineConfig) -> None:
    """Take turns until there are no more."""
    part = Part(config)
    while True:
        channel.send(encoded(part.turn(turn_of(channel.receive()))))
