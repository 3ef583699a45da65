"""From the append of the decisive event to the alert and the command that a reader can see."""

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator, Iterator

import msgspec
from aiokafka import TopicPartition
from msgspec import Struct, field

from detector.bench import Figure
from detector.runtime.config import WorkerConfig
from detector.runtime.connect import reading
from detector.runtime.follow import partitions as partitions_of
from schemas.alert import Alert
from schemas.command import RevokeCommand
from tests.bench.kafka.options import Options
from tests.bench.kafka.pacer import WARM
from tests.bench.kafka.processes import Contender
from tests.bench.kafka.stage import Stage

_PREFIX = "latency."
_START, _AFTER = 120.0, 10.0
_alert = msgspec.json.Decoder(Alert).decode
_command = msgspec.json.Decoder(RevokeCommand).decode


class Seen(Struct):
    """When a reader had what (ms): alerts by entity, commands by finding; findings' entities."""

    alerts: dict[str, float] = field(default_factory=dict)
    commands: dict[str, float] = field(default_factory=dict)
    entities: dict[str, str] = field(default_factory=dict)


async def latency(
    stage: Stage, rate: int, seconds: float, identities: int, partitions: int
) -> AsyncIterator[Figure]:
    """One worker under a steady load of so many events a second."""
    await stage.topics(_PREFIX, partitions)
    options = Options(stage.bootstrap, _PREFIX, str(stage.folder / "latency"))
    worker = Contender("worker", options.command, stage.folder / "latency.log")
    numbers = [str(number) for number in (partitions, identities, rate, seconds)]
    paced = [sys.executable, "-m", "tests.bench.kafka.pacer", stage.bootstrap]
    told = [*paced, options.config.topics.activity, *numbers]
    pacer = Contender("pacer", told, stage.folder / "pacer.log")
    seen = Seen()
    reader = asyncio.create_task(_read(stage.config(_PREFIX), seen))
    try:
        await worker.start()
        await worker.mark(f"owned-{partitions}", _START)
        before, broker = worker.now(), stage.broker_cpu
        await pacer.start()
        sent = await pacer.mark("sent", _START + WARM + seconds)
        after, spent = worker.now(), stage.broker_cpu - broker
        await asyncio.sleep(_AFTER)
    finally:
        reader.cancel()
        await asyncio.gather(worker.stop(), pacer.stop(), reader, return_exceptions=True)
    busy = (after.cpu - before.cpu) / (after.time - before.time)
    note = f"{WARM:.0f} s of it before the first is planted; the worker used {busy:.2f} of a core, the broker {spent:.1f} CPU s"
    yield Figure("latency", "events sent a second", sent.time if sent else 0.0, "events/s", note)
    planted = {key: mark.time for key, mark in pacer.marks.items() if key != "sent"}
    for figure in _figures(seen, planted):
        yield figure


def _figures(seen: Seen, planted: dict[str, float]) -> Iterator[Figure]:
    alerts = [seen.alerts[key] - at for key, at in planted.items() if key in seen.alerts]
    found = {seen.entities[uid]: at for uid, at in seen.commands.items() if uid in seen.entities}
    commands = [found[key] - at for key, at in planted.items() if key in found]
    for name, bar, delays in (
        ("alert", "bars: p50 100, p99 500", alerts),
        ("revoke command", "bar: 1,000", commands),
    ):
        note = f"{len(delays)} of {len(planted)} planted; {bar}"
        if len(delays) < 2:
            yield Figure("latency", f"append to {name} readable", 0.0, "ms", note)
            continue
        hundredths = statistics.quantiles(delays, n=100, method="inclusive")
        for what, value in (
            ("p50", hundredths[49]),
            ("p99", hundredths[98]),
            ("most", max(delays)),
        ):
            yield Figure("latency", f"append to {name} readable, {what}", value, "ms", note)


async def _read(config: WorkerConfig, seen: Seen) -> None:
    """What a reader of committed records sees, from now on."""
    topics = config.topics
    every: list[TopicPartition] = await partitions_of(config, [topics.alerts, topics.commands])
    async with reading(config) as consumer:
        consumer.assign(every)
        await consumer.seek_to_beginning(*every)
        while True:
            found = await consumer.getmany(timeout_ms=200)
            now = time.time() * 1_000
            for where, records in found.items():
                for record in records:
                    if where.topic == topics.alerts:
                        alert = _alert(record.value)
                        seen.alerts.setdefault(alert.unmapped.entity, now)
                        seen.entities[alert.finding_info.uid] = alert.unmapped.entity
                    else:
                        seen.commands.setdefault(_command(record.value).finding_uid, now)
