"""One replay in several engines side by side, each of some of the identities, with one result.

Work goes out in *turns*: a few thousand events, or what comes before a tick that settles something.
While the parts are busy with one the next is collected; then their answers are merged into the order
in which one engine would have given them. What all parts share is looked after here: origins, peer
groups and admission.

Examples:
    >>> from detector.replay.kin import Kin
    >>> from schemas.event import Principal
    >>> event = ActivityEvent("e", "token_use", "t", 0, Principal("p"))
    >>> kin = Kin()
    >>> kin.join(event)
    >>> with started(2, serve, EngineConfig()) as engines:
    ...     replay = SplitReplay(EngineConfig(), kin.parts(2), engines)
    ...     replay.feed(event), replay.finish()
    ([], [])
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from operator import itemgetter
from typing import Protocol

import msgspec

from detector.config import EngineConfig
from detector.findings import Finding
from detector.pipeline import State, step
from detector.pipeline.admit import Admissions
from detector.replay.drive import Replay, Ticks
from detector.replay.kin import Kin, Parts
from detector.replay.limits import Limits
from detector.replay.part import Answer, Due, Order, Turn, encoded, serve
from detector.replay.processes import Beside, started
from detector.window.panes import settle_bound
from schemas.event import ActivityEvent
from schemas.fact import Fact, Tick

# If one part has more than this of the events, the others would mostly wait for it.
_LOPSIDED = 0.8
_DEFAULT_LIMITS = Limits()
_answer = msgspec.msgpack.Decoder(Answer).decode
_order = itemgetter(0)

Findings = list[tuple[Order, Finding]]


class Shared:
    """What belongs to no part: origins and groups, told by all parts in the order of one engine."""

    def __init__(self, config: EngineConfig) -> None:
        """Nothing has been told yet."""
        self._state = State(config)
        self._due = Due(self._state)

    def turn(
        self, answers: Sequence[Answer], at: int, tick: Tick | None
    ) -> tuple[Findings, list[Fact]]:
        """The findings of a turn in order, and the baselines that its tick made."""
        findings = [row for answer in answers for row in answer.findings]
        facts = sorted((row for answer in answers for row in answer.facts), key=_order)
        before = [row for row in facts if row[0][0] < at]
        self._tell(before, findings)
        baselines: list[Fact] = []
        if tick is not None:
            made = step(self._state, tick)
            for n, finding in enumerate(made.findings):
                findings.append((self._due.order(at, 0, finding.entity, n), finding))
            self._due.settled()
            self._tell(facts[len(before) :], findings)
            told = Tick(tick.watermark, told=self._state.bound)
            baselines = list(step(self._state, told).facts)
        return sorted(findings, key=_order), baselines

    def _tell(self, facts: list[tuple[Order, Fact]], findings: Findings) -> None:
        for (position, stage, place, _, _), fact in facts:
            made = step(self._state, fact)
            self._due.note(position, place)
            for n, finding in enumerate(made.findings):
                findings.append(((position, stage, place, 0, n), finding))


class Engine(Protocol):
    """One part's: it takes a `Turn`, then gives an `Answer`."""

    def send(self, message: bytes) -> None:
        """The next turn."""

    def receive(self) -> bytes:
        """What came of it."""


class SplitReplay:
    """Like `Replay`: `feed` events in event-time order, then `finish`. What an event caused comes out
    with one of the events after it, but in the same order."""

    def __init__(
        self,
        config: EngineConfig,
        parts: Parts,
        engines: Sequence[Engine],
        limits: Limits = _DEFAULT_LIMITS,
    ) -> None:
        """`engines` serve as many `parts`."""
        self._most = limits.turn_events
        self.admissions = Admissions(config.response)
        self._engines = engines
        self._part_of = parts.of
        self._shared = Shared(config)
        self._ticks = Ticks(config)
        self._allowance = config.fact_allowance
        self._bound = 0
        self._position = self._begun = 0
        self._turns = self._empty()
        # what the engines are busy with: where their turn ends, and its tick
        self._busy: tuple[int, Tick | None] | None = None

    def _empty(self) -> list[Turn]:
        return [Turn([], [], 0) for _ in self._engines]

    def feed(self, event: ActivityEvent) -> list[Finding]:
        """The findings of an earlier turn, whenever another one begins."""
        out: list[Finding] = []
        ticks = self._ticks
        if event.time > ticks.latest:
            tick = ticks.before(event.time)
            if tick is not None and self._settles(tick):
                out = self._go(tick)
        turn = self._turns[self._part_of[event.tenant, event.principal.uid]]
        turn.events.append(event)
        turn.positions.append(self._position)
        self._position += 1
        if self._position - self._begun >= self._most:
            out += self._go(None)
        return out

    def _settles(self, tick: Tick) -> bool:
        bound, self._bound = self._bound, settle_bound(tick.watermark, self._allowance)
        return self._bound > bound

    def finish(self) -> list[Finding]:
        """Settle everything: the end-of-input tick."""
        return self._go(self._ticks.final()) + self.admissions.passed(self._answered()[0])

    def _go(self, tick: Tick | None) -> list[Finding]:
        """Give the engines what has been collected, as soon as they are done with what they have."""
        for turn in self._turns:
            turn.at, turn.tick = self._position, tick
        ready = [encoded(turn) for turn in self._turns]
        findings, baselines = self._answered()
        if baselines:
            for turn in self._turns:
                turn.baselines = baselines
            ready = [encoded(turn) for turn in self._turns]
        for engine, message in zip(self._engines, ready, strict=True):
            engine.send(message)
        self._busy, self._begun = (self._position, tick), self._position
        self._turns = self._empty()
        return self.admissions.passed(findings)

    def _answered(self) -> tuple[list[Finding], list[Fact]]:
        if self._busy is None:
            return [], []
        answers = [_answer(engine.receive()) for engine in self._engines]
        findings, baselines = self._shared.turn(answers, *self._busy)
        self._busy = None
        return [finding for _, finding in findings], baselines


@contextmanager
def engine_for(
    events: Iterable[ActivityEvent],
    config: EngineConfig,
    *,
    baseline: bytes | None = None,
    kin: Kin | None = None,
    workers: int = 1,
    limits: Limits = _DEFAULT_LIMITS,
) -> Iterator[tuple[Iterator[ActivityEvent], Replay | SplitReplay]]:
    """The events and what to feed them to: one engine, or several where that is worth it.

    Others are started at once, before this process holds what it reads, since a fork would keep all
    of that. Then the first event is drawn: by then `kin` has been told of all. Who is kin in a
    baseline is not known, so what has one is not split.
    """
    drawn = iter(events)
    with ExitStack() as stack:
        engines: list[Beside] = []
        if kin is not None and workers > 1 and baseline is None:
            engines = stack.enter_context(started(workers, serve, config))
        first = list(islice(drawn, 1))
        engine: Replay | SplitReplay = Replay(config, baseline)
        if engines and kin is not None and kin.events > limits.alone_events:
            parts = kin.parts(workers)
            if parts.largest <= _LOPSIDED:
                engine = SplitReplay(config, parts, engines, limits)
        yield chain(first, drawn), engine
