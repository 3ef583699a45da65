"""Looks at a worker once a second: sets the gauges, and keeps the verdict that `/readyz` gives.

Each look asks the broker where the partitions end, so that "connected" and "lag" are answers of the
broker and not what a client believes.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable
from time import monotonic
from typing import TYPE_CHECKING

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from mode import Service

from detector.config import SECOND
from detector.runtime.health import Held, Stalls, Verdict, judge
from detector.runtime.silence import Silences

if TYPE_CHECKING:
    from detector.runtime.app import Parts

log = logging.getLogger(__name__)
_EVERY = 1.0
_PATIENCE = 5.0
_DEAD = 60.0
_NEVER = float("-inf")
_KINDS = ("principal", "credential", "origin", "group")

Shown = dict[tuple[str, ...], float]


class Watch(Service):
    """`verdict` is the last one. Seconds are those of the monotonic clock."""

    def __init__(self, parts: "Parts") -> None:
        super().__init__()
        self.verdict = Verdict(ready=False, reasons=("not started yet",))
        self._parts = parts
        self._looked = monotonic()
        self._answered: dict[str, float] = {}
        self._ends: dict[TopicPartition, int] = {}
        self._clean: dict[int, float] = {}
        self._stalls = Stalls()
        self._silences = Silences(lambda source: parts.config.silence_of(source) / SECOND)
        self._silent: set[str] = set()

    @property
    def alive(self) -> bool:
        """Whether the worker was looked at lately, and nothing in it has broken for good."""
        broken = any(source.crashed for source in self._parts.sources.values())
        return not broken and not self.crashed and monotonic() - self._looked < _DEAD

    # ------------------------------------------------------------------------- looking

    @Service.task
    async def _tick(self) -> None:
        while not self.should_stop:
            before = monotonic()
            await asyncio.sleep(_EVERY)
            late = max(0.0, monotonic() - before - _EVERY)
            self._parts.metrics.show("detector_loop_delay_seconds", {(): late})
            self._parts.metrics.show("detector_alert_budget", {(): self._parts.budget})
            self._look()

    @Service.task
    async def _ask(self) -> None:
        while not self.should_stop:
            for part in list(self._parts.sources):
                await self._ask_one(part)
            await asyncio.sleep(_EVERY)

    async def _ask_one(self, part: str) -> None:
        """Where the partitions of this part end; that the broker answers is worth as much."""
        source = self._parts.sources[part]
        assigned = source.consumer.assignment()
        self._answered.setdefault(part, _NEVER)
        try:
            if assigned:
                found = source.consumer.end_offsets(list(assigned))
                self._ends.update(await asyncio.wait_for(found, _PATIENCE))
            else:
                await asyncio.wait_for(source.consumer.topics(), _PATIENCE)
        except (KafkaError, TimeoutError, ValueError):
            return
        if source.joined:
            self._answered[part] = monotonic()

    def _look(self) -> None:
        now = self._looked = monotonic()
        held = list(self._held())
        stalled = {one.where: self._stalls.waited(one, now) for one in held}
        unsaved = self._unsaved(now)
        silent = self._quiet(held, now)
        was = self.verdict
        self.verdict = judge(
            held,
            {part: now - at for part, at in self._answered.items()},
            stalled,
            unsaved,
            longest=self._parts.config.checkpoint_most / SECOND,
            silent=silent,
            stopping=self._parts.stopping,
        )
        if was.ready != self.verdict.ready:
            log.info(
                "readiness changed",
                extra={"ready": self.verdict.ready, "reasons": self.verdict.reasons},
            )
        self._show(held, stalled, unsaved)

    # ------------------------------------------------------------------------- what is seen

    def _held(self) -> Iterable[Held]:
        for part, source in self._parts.sources.items():
            for where in sorted(source.consumer.assignment()):
                yield self._one(part, where)

    def _one(self, part: str, where: TopicPartition) -> Held:
        parts = self._parts
        topic, ready, position = parts.short(where.topic), False, -1
        paced = delivered = False
        if part == "normalise" and parts.normaliser is not None:
            raw = parts.normaliser.raw.get(where)
            if raw is not None:
                ready, position, delivered = True, raw.offset, bool(raw.frontier.time)
                paced = bool(raw.waiting and raw.held)
        elif part == "detect" and parts.detector is not None:
            owned = parts.detector.owned.get(where.partition)
            if owned is not None:
                ready, position = True, owned.partition.offset
        elif parts.admitter is not None and where in parts.admitter.desks:
            ready, position = True, parts.taken.get(where, -1)
        end = self._ends.get(where) if position >= 0 else None
        source = parts.source_of(where.topic)
        return Held(part, topic, where.partition, ready, position, end, source, paced, delivered)

    def _unsaved(self, now: float) -> dict[int, float]:
        """For how long each partition has had something that no checkpoint holds."""
        owned = {} if self._parts.detector is None else self._parts.detector.owned
        self._clean = {n: self._clean.get(n, now) for n in owned}
        for number, one in owned.items():
            if one.partition.offset == one.saved_offset:
                self._clean[number] = now
            self._clean[number] = max(self._clean[number], one.saved_at)
        return {number: now - clean for number, clean in self._clean.items()}

    def _quiet(self, held: list[Held], now: float) -> dict[str, float]:
        """The sources that are silent; each is told once when it falls silent and when it is back."""
        raw = [one for one in held if one.ready and one.delivered]
        for one in raw:
            self._silences.look(one.source, one.partition, one.position, now)
        self._silences.keep((one.source, one.partition) for one in raw)
        silent = self._silences.silent(now)
        for source in silent.keys() - self._silent:
            log.warning(
                "a source has fallen silent", extra={"source": source, "seconds": silent[source]}
            )
        for source in self._silent - silent.keys():
            log.info("a source is no longer silent", extra={"source": source})
        self._silent = set(silent)
        lengths: Shown = {
            (s, str(n)): length for (s, n), length in self._silences.lengths(now).items()
        }
        self._parts.metrics.show("detector_silence_seconds", lengths)
        sources = {one.source for one in raw}
        self._parts.metrics.show(
            "detector_source_silent", {(source,): float(source in silent) for source in sources}
        )
        return silent

    # ------------------------------------------------------------------------- gauges

    def _show(
        self, held: list[Held], stalled: dict[tuple[str, int], float], unsaved: dict[int, float]
    ) -> None:
        show = self._parts.metrics.show
        show("detector_lag_records", {(h.topic, str(h.partition)): h.lag for h in held})
        show("detector_stalled_seconds", {(t, str(n)): wait for (t, n), wait in stalled.items()})
        states: Counter[tuple[str, ...]] = Counter(
            (one.part, "ready" if one.ready else "restored") for one in held
        )
        show("detector_partitions", dict(states))
        show("detector_checkpoint_age_seconds", {(str(n),): age for n, age in unsaved.items()})
        show("detector_ready", {(): float(self.verdict.ready)})
        show("detector_entities", self._entities())

    def _entities(self) -> Shown:
        found: Counter[tuple[str, ...]] = Counter()
        owned = {} if self._parts.detector is None else self._parts.detector.owned
        for one in owned.values():
            entities = one.partition.entities
            state = entities.state
            for kind in _KINDS:
                found[kind, "known"] += entities.known[kind]
            found["principal", "resident"] += len(state.principals)
            found["credential", "resident"] += len(state.credentials)
            found["origin", "resident"] += len(state.origins)
            found["group", "resident"] += len(state.groups)
        return dict(found)
