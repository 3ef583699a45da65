"""Delivery: how a story reaches the engine. Every disorder that the contract allows is a number.

A virtual clock runs over the arrivals. An event arrives up to its source's lateness after its time,
perhaps more than once; a fact arrives up to `fact_delay` after it was made; a tick tells at any
moment a watermark that both have already kept. At each arrival the engine may be stopped, written
out and read back; or it crashes, is read back from its last checkpoint, and takes in all that came
since once more, with all that this causes. Identities live on one partition or on several; what
`step` makes is routed by key, and baselines go to every partition.
"""

from collections.abc import Sequence
from heapq import heappop, heappush
from random import Random
from zlib import crc32

from hypothesis import strategies as st
from msgspec import Struct, field

from detector.config import MINUTE, EngineConfig
from detector.findings import Finding
from detector.pipeline import State, step
from detector.pipeline.snapshot import restore, snapshot
from detector.respond.plan import Plan
from detector.window.panes import settle_bound
from schemas.event import ActivityEvent
from schemas.fact import Fact, Tick

CONFIG = EngineConfig(budget=12.5)
_HOP = MINUTE
_INTERVAL = 60


class Delivery(Struct, frozen=True):
    """One way to deliver a story. All zeros: in order, facts at once, a tick every five minutes."""

    seed: int = 0
    late: float = 0.0
    fact_delay: int = 0
    tick_gap: int = 5 * MINUTE
    tick_lag: int = 0
    duplicates: float = 0.0
    restarts: float = 0.0
    crashes: float = 0.0
    partitions: int = 1


deliveries = st.builds(
    Delivery,
    seed=st.integers(0, 2**16),
    late=st.sampled_from((0.0, 0.2, 1.0)),
    fact_delay=st.sampled_from((0, _HOP // 2, _HOP)),
    tick_gap=st.sampled_from((MINUTE, 5 * MINUTE, 10 * MINUTE)),
    tick_lag=st.sampled_from((0, 10 * MINUTE)),
    duplicates=st.sampled_from((0.0, 0.1, 0.5)),
    restarts=st.sampled_from((0.0, 0.02)),
    crashes=st.sampled_from((0.0, 0.005)),
    partitions=st.sampled_from((1, 2, 5)),
)


class Result(Struct):
    """What came out: every revision in order, the plans, and the states at the end."""

    findings: list[Finding] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    states: list[State] = field(default_factory=list)

    def settled(self) -> dict[str, tuple[int, tuple[str, ...]]]:
        """Finding id to severity and evidence ids, by the last revision; withdrawn ones left out."""
        last = {finding.uid: finding for finding in self.findings}
        return {
            uid: (finding.severity, tuple(m.uid for m in finding.evidence.moments))
            for uid, finding in sorted(last.items())
            if not finding.superseded_by and not finding.withdrawn
        }


Record = ActivityEvent | Fact | Tick


class _Checkpoint(Struct):
    """What a partition is read back from, and what came to it since."""

    state: bytes
    since: list[Record] = field(default_factory=list)


class _Line:
    """The arrivals still to come, and the partitions that they come to."""

    def __init__(self, config: EngineConfig, delivery: Delivery) -> None:
        self.config = config
        self.delivery = delivery
        self.random = Random(delivery.seed)
        self.result = Result(states=[State(config) for _ in range(delivery.partitions)])
        self.kept = [_Checkpoint(snapshot(state)) for state in self.result.states]
        self.heap: list[tuple[int, int, float, int, object]] = []
        self.pushed = 0

    def push(self, time: int, rank: int, record: object) -> None:
        self.pushed += 1
        tie = self.random.random() if self.delivery.late else 0.0
        heappush(self.heap, (time, rank, tie, self.pushed, record))

    def take(self, now: int, where: int, record: Record) -> None:
        states = self.result.states
        if self.random.random() < self.delivery.restarts:
            states[where] = restore(snapshot(states[where]), self.config)
        if self.delivery.crashes:
            self.keep(now, where, record)
        self.do(now, where, record)

    def keep(self, now: int, where: int, record: Record) -> None:
        states, kept = self.result.states, self.kept[where]
        if self.random.random() < self.delivery.crashes:
            states[where] = restore(kept.state, self.config)
            for each in kept.since:
                self.do(now, where, each)
        if len(kept.since) >= _INTERVAL:
            kept = self.kept[where] = _Checkpoint(snapshot(states[where]))
        kept.since.append(record)

    def do(self, now: int, where: int, record: Record) -> None:
        out = step(self.result.states[where], record)
        self.result.findings += out.findings
        self.result.plans += out.plans
        for fact in out.facts:
            self.push(now + int(self.random.random() * self.delivery.fact_delay), 0, fact)

    def deliver(self, now: int, record: object) -> None:
        everywhere = range(self.delivery.partitions)
        if isinstance(record, Tick) or (isinstance(record, Fact) and record.kind == "baseline"):
            for where in everywhere:
                self.take(now, where, record)
        elif isinstance(record, ActivityEvent | Fact):
            self.take(now, crc32(record.key.encode()) % len(everywhere), record)

    def drain(self) -> None:
        while self.heap:
            time, _, _, _, record = heappop(self.heap)
            self.deliver(time, record)


def deliver(
    events: Sequence[ActivityEvent],
    delivery: Delivery,
    config: EngineConfig = CONFIG,
    strays: Sequence[tuple[int, ActivityEvent]] = (),
) -> Result:
    """Deliver a story, and end the input. `strays` arrive at any time that is said, whatever their
    own."""
    line = _Line(config, delivery)
    slack = max([*config.lateness.values(), config.default_lateness])
    for event in events:
        for _ in range(2 if line.random.random() < delivery.duplicates else 1):
            delay = line.random.random() * delivery.late * config.lateness_of(event.source)
            line.push(event.time + int(delay), 1, event)
    for time, event in strays:
        line.push(time, 1, event)
    first, last = events[0].time, events[-1].time
    now = first
    while now < max([last + slack, *(time for time, _ in strays)]):
        now += delivery.tick_gap
        lag = int(line.random.random() * delivery.tick_lag)
        watermark = now - slack - lag
        line.push(now, 2, Tick(watermark))
        told = settle_bound(watermark, config.fact_allowance)
        line.push(now + delivery.fact_delay, 3, Tick(watermark, told=told))
    line.drain()
    line.deliver(now, Tick(last, final=True))
    line.drain()
    return line.result
