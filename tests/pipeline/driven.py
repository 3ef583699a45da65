"""The engine driven record by record, with the facts that it makes looped back."""

from collections import deque

from detector.pipeline import State, step
from detector.pipeline.state import Outcome
from schemas.event import ActivityEvent
from schemas.fact import Fact, Tick
from tests.properties.delivery import CONFIG

Record = ActivityEvent | Fact | Tick


def run(state: State, *records: Record) -> list[Outcome]:
    """Everything that records cause, facts looped back."""
    out, queue = [], deque(records)
    while queue:
        out.append(step(state, queue.popleft()))
        queue.extendleft(reversed(out[-1].facts))
    return out


def after(*records: Record) -> State:
    """The state after these records."""
    state = State(CONFIG)
    run(state, *records)
    return state
