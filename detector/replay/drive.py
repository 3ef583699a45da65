"""Replay: the engine driven from any iterator of events in time order, facts looped back locally.

This is the same `step` that a worker runs, and the same admission of commands; only the loop around
them differs.

Examples:
    >>> from schemas.event import Principal
    >>> event = ActivityEvent(uid="e", source="token_use", tenant="t", time=0,
    ...                       principal=Principal(uid="p"))
    >>> list(replay([event], EngineConfig()))
    []
"""

from collections.abc import Iterable, Iterator

from detector.config import MINUTE, EngineConfig
from detector.findings import Finding
from detector.pipeline import State, step
from detector.pipeline.admit import Admissions
from detector.pipeline.snapshot import restore, snapshot
from detector.pipeline.state import NOTHING, Outcome
from schemas.event import ActivityEvent
from schemas.fact import Tick

_TICK = 5 * MINUTE


class Ticks:
    """Makes ticks from the times of events that come in order: one in five minutes at most."""

    __slots__ = ("_next", "_slack", "latest")

    def __init__(self, config: EngineConfig) -> None:
        """Before the first event."""
        self._slack = max([*config.lateness.values(), 0])
        self._next = self._slack + _TICK
        self.latest = 0

    def before(self, time: int) -> Tick | None:
        """The tick that goes before an event later than the `latest`, if one is due."""
        self.latest = time
        if time < self._next:
            return None
        self._next = time + _TICK
        return Tick(time - self._slack)

    def final(self) -> Tick:
        """The tick at the end of the input: settles everything."""
        return Tick(self.latest, final=True)


class Replay:
    """One replay: `feed` events (in event-time order), then `finish` to settle what is open."""

    def __init__(self, config: EngineConfig, baseline: bytes | None = None) -> None:
        """Start from nothing, or from what `snapshot` of an earlier replay had learned."""
        self.state = State(config) if baseline is None else restore(baseline, config)
        self.admissions = Admissions(config.response)
        self.facts = 0
        self._ticks = Ticks(config)

    def feed(self, event: ActivityEvent) -> list[Finding]:
        """Everything that one event, and the time that it moves on, caused."""
        out: list[Finding] = []
        ticks = self._ticks
        if event.time > ticks.latest:
            tick = ticks.before(event.time)
            if tick is not None:
                self._tick(tick, out)
        outcome = step(self.state, event)
        if outcome is not NOTHING:
            self._settle(outcome, out)
        return self.admissions.passed(out) if out else out

    def _tick(self, tick: Tick, out: list[Finding]) -> None:
        before = self.state.bound
        self._settle(step(self.state, tick), out)
        if self.state.bound > before:  # and all that this caused has been told
            self._settle(step(self.state, Tick(tick.watermark, told=self.state.bound)), out)

    def _settle(self, outcome: Outcome, out: list[Finding]) -> None:
        out.extend(outcome.findings)
        queue = list(outcome.facts)
        for fact in queue:  # and those that come of it
            made = step(self.state, fact)
            if made is not NOTHING:
                out.extend(made.findings)
                queue.extend(made.facts)
        self.facts += len(queue)

    def finish(self) -> list[Finding]:
        """Settle everything: the end-of-input tick."""
        out: list[Finding] = []
        self._settle(step(self.state, self._ticks.final()), out)
        return self.admissions.passed(out)

    def snapshot(self) -> bytes:
        """What has been learned, for the `baseline` of a later replay: no findings, no marks."""
        return snapshot(self.state, learned_only=True)


def replay(
    events: Iterable[ActivityEvent], config: EngineConfig, baseline: bytes | None = None
) -> Iterator[Finding]:
    """Yield every finding revision in the order in which it is published."""
    run = Replay(config, baseline)
    for event in events:
        yield from run.feed(event)
    yield from run.finish()
