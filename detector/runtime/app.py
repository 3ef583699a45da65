"""The Faust app of a worker: which services it runs, and how their batches reach the agents.

Faust gives lifecycle, supervision, channels, agents and the web server. Its own consumer is off: it
spends two tasks on every record, and its tables lose what they have not sent.
"""

import asyncio
import gc
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import faust
from aiokafka import AIOKafkaProducer, TopicPartition
from faust.app.base import BootStrategy
from faust.types import ChannelT, StreamT
from mode import Service

from detector.runtime import logs, pages, traces
from detector.runtime.admit import Admitter
from detector.runtime.bounded import within
from detector.runtime.connect import identity, member, producer, started
from detector.runtime.detect import Detector
from detector.runtime.generation import check_generation
from detector.runtime.mail import Mail
from detector.runtime.metrics import Metrics
from detector.runtime.normalise import Normaliser
from detector.runtime.owned import Batch
from detector.runtime.pace import Pace, PaceReader
from detector.runtime.reload import Reload
from detector.runtime.source import Source
from detector.runtime.stock import Stock
from detector.runtime.topics import raw_names
from detector.runtime.traces import span
from detector.runtime.watch import Watch
from detector.settings.inventory import InventoryFile
from detector.settings.reload import SettingsFile
from detector.sources.base import Context
from detector.worker import WorkerConfig

log = logging.getLogger(__name__)
_AHEAD = 4
_TEND = 0.05
# A worker that is told to stop has some 30 s, of which each step may take so many.
_STEP = 6.0


class _Boot(BootStrategy):
    enable_kafka = False
    enable_kafka_consumer = False
    enable_kafka_producer = False


class _App(faust.App):
    BootStrategy = _Boot


class Parts:
    """What a worker is made of, filled in as it starts: agents and pages look here."""

    def __init__(
        self, config: WorkerConfig, context: Context, file: SettingsFile | None = None
    ) -> None:
        self.config = config
        self.file = file
        self.context = context
        self.metrics = Metrics(_now)
        self.channels: dict[str, ChannelT[Batch]] = {}
        self.sources: dict[str, Source] = {}
        self.taken: dict[TopicPartition, int] = {}
        self.stopping = False
        self.watch = Watch(self)
        self.normaliser: Normaliser | None = None
        self.detector: Detector | None = None
        self.admitter: Admitter | None = None

    async def process(self, name: str, batch: Batch) -> None:
        """Give a batch to the part that its channel belongs to."""
        part = {"normalise": self.normaliser, "detect": self.detector, "admit": self.admitter}[name]
        if part is not None:
            (topic, partition), records = batch.where, len(batch.records)
            where = {"topic": topic, "partition": partition, "offset": batch.begin}
            with span(f"process {self.short(topic)}", **where, count=records):
                await part.process(batch)
            self.taken[batch.where] = batch.end
        if batch.records:
            appended = batch.records[0].timestamp
            self.metrics.taken(self.short(batch.where.topic), len(batch.records), appended)

    @property
    def budget(self) -> float:
        """The alert budget that this worker was told last."""
        return self.config.engine.budget if self.file is None else self.file.settings.budget

    def short(self, topic: str) -> str:
        """A topic's name without the prefix and the generation."""
        return self.config.topics.short(topic)

    def source_of(self, topic: str) -> str:
        """The source of a raw topic; empty for any other."""
        names = raw_names(self.config.topics)
        return next((name for name in names if self.config.topics.raw(name) == topic), "")


class Shell(Service):
    """Runs the parts: clients, their sources, the last checkpoint. Faust supervises it."""

    def __init__(self, app: faust.App, parts: Parts, **options: Any) -> None:
        super().__init__(**options)
        self.app = app
        self.parts = parts
        self._producers: list[AIOKafkaProducer] = []

    async def on_start(self) -> None:
        """Connect, and join the groups that the role asks for."""
        self.app.flow_control.resume()
        await self.add_runtime_dependency(self.parts.watch)
        config, parts = self.parts.config, self.parts
        await check_generation(config)
        made = producer(config)
        await started(made)
        self._producers.append(made)
        # One for both parts: two that send to one partition wait for each other by turns, and the
        # client gives up after many turns.
        mail = Mail(made, config.topics.activity)
        partitions = len(await made.partitions_for(config.topics.activity))
        if config.role in {"all", "normalise"}:
            topics = {config.topics.raw(name): name for name in raw_names(config.topics)}
            pace = Pace(partitions, config.engine.epoch)
            await self.add_runtime_dependency(PaceReader(config, pace))
            parts.normaliser = Normaliser(
                config,
                parts.context,
                mail,
                topics=topics,
                partitions=partitions,
                pace=pace,
                clock=_now,
                metrics=parts.metrics,
            )
            named = parts.file.settings.inventory if parts.file is not None else None
            if named is not None:
                stock = InventoryFile(named, parts.context.fingerprints)
                await self.add_runtime_dependency(Stock(stock, parts.normaliser, parts.metrics))
            await self._source(parts.normaliser, "normalise", list(topics))
        if config.role in {"all", "detect"}:
            if parts.file is not None:
                reload = Reload(config, parts.file, made, parts.metrics)
                await reload.begin()
                await self.add_runtime_dependency(reload)
            tenants = len(await made.partitions_for(config.topics.findings))
            parts.detector = Detector(
                config,
                mail,
                partitions=partitions,
                tenants=tenants,
                cluster=await identity(config.connection),
                metrics=parts.metrics,
            )
            await self._source(parts.detector, "detect", [config.topics.activity])
            parts.admitter = Admitter(config, parts.metrics)
            await self._source(parts.admitter, "admit", [config.topics.findings])

    async def _source(
        self, part: Normaliser | Detector | Admitter, name: str, topics: list[str]
    ) -> None:
        config = self.parts.config
        part.source = Source(
            member(config, name),
            topics,
            self.parts.channels[name],
            assigned=part.assigned,
            revoked=part.revoked,
            most=config.fetch,
        )
        self.parts.sources[name] = part.source
        await self.add_runtime_dependency(part.source)

    @Service.task
    async def _tend(self) -> None:
        while not self.should_stop:
            await asyncio.sleep(_TEND)
            for part in (self.parts.normaliser, self.parts.detector, self.parts.admitter):
                if part is not None:
                    await part.tend()

    async def on_stop(self) -> None:
        """Drain: last checkpoints and commits, then leave the groups."""
        parts = self.parts
        parts.stopping = True
        for source in parts.sources.values():
            source.ready.clear()
        if parts.normaliser is not None:
            await within("last commit", parts.normaliser.commit(), _STEP)
        if parts.detector is not None:
            await within("last checkpoints", parts.detector.stop(), _STEP)
        if parts.admitter is not None:
            await within("admission", parts.admitter.stop(), _STEP)
        leaving = [within("leave", source.leave(), _STEP) for source in parts.sources.values()]
        await asyncio.gather(*leaving)
        for made in self._producers:
            await within("last records", made.stop(), _STEP)
        await within("last spans", asyncio.to_thread(traces.tear_down), _STEP)


def _now() -> int:
    return int(time.time() * 1_000)


def build(
    config: WorkerConfig, context: Context, file: SettingsFile | None = None
) -> tuple[faust.App, Parts]:
    """The app of one worker, not started, and its parts."""
    app = _App(
        config.group,
        broker=f"kafka://{config.connection.bootstrap}",
        web_enabled=config.port > 0,
        web_port=config.port or 6066,
        datadir=str(config.folder / "faust"),
    )
    parts = Parts(config, context, file)
    for name in ("normalise", "detect", "admit"):
        parts.channels[name] = app.channel(maxsize=_AHEAD)
        app.agent(parts.channels[name], name=name)(_agent(parts, name))

    @app.service
    class Mounted(Shell):
        def __init__(self, **options: Any) -> None:
            super().__init__(app, parts, **options)

    pages.mount(app, parts)
    return app, parts


def _agent(parts: Parts, name: str) -> Callable[[StreamT[Batch]], Awaitable[None]]:
    async def agent(stream: StreamT[Batch]) -> None:
        async for batch in stream:
            await parts.process(name, batch)

    return agent


def run(
    config: WorkerConfig,
    context: Context,
    *,
    file: SettingsFile | None = None,
    loglevel: str = "info",
    secrets: Iterable[str] = (),
) -> None:
    """Run a worker until it is told to stop. What changes in the settings `file`, if there is one,
    comes into force meanwhile. Its logs show none of these `secrets`.

    Python's cycle collector is kept from the state: a million objects without a cycle."""
    gc.set_threshold(500_000, 100, 1_000)
    logs.set_up(loglevel, secrets=[*secrets, *logs.secrets_of(config.connection)])
    traces.set_up(config.traces, config.instance)
    config.folder.mkdir(parents=True, exist_ok=True)
    app, _ = build(config, context, file)
    worker = faust.Worker(app, redirect_stdouts=False, override_logging=False, quiet=True)
    worker.spinner = None
    worker.execute_from_commandline()
