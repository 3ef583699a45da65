"""Logs of a simulated organisation as raw Kafka records, and what replay from files makes of them."""

import gzip
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
import orjson
from aiokafka import AIOKafkaProducer

from detector.config import EngineConfig
from detector.runtime.connect import producer
from detector.runtime.topics import raw_names
from detector.simulate import simulate
from detector.sources.base import Context
from detector.sources.fingerprint import Fingerprints
from detector.sources.registry import SOURCES
from detector.window.panes import QUARTER
from detector.worker import Topics, WorkerConfig
from schemas.event import ActivityEvent
from schemas.progress import Progress
from tests.kafka.runner import KEY
from tests.kafka.told import Told, replayed


class Record(NamedTuple):
    """One raw log record, by event time."""

    time: int
    source: str
    value: bytes


def organisation(folder: Path, *, seed: int, days: float, identities: int) -> list[Record]:
    """The raw records of a simulated organisation in the order of their event times."""
    simulate(folder, seed=seed, days=days, identities=identities)
    found = [*_cloudtrail(folder / "cloudtrail"), *_token_use(folder / "token_use")]
    return sorted(found)


def _cloudtrail(folder: Path) -> Iterator[Record]:
    for path in sorted(folder.rglob("*.json.gz")):
        for record in orjson.loads(gzip.decompress(path.read_bytes()))["Records"]:
            time = datetime.fromisoformat(record["eventTime"]).timestamp() * 1_000
            yield Record(int(time), "cloudtrail", orjson.dumps(record))


def _token_use(folder: Path) -> Iterator[Record]:
    for path in sorted(folder.rglob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            time = orjson.loads(line)["time"]
            yield Record(_ms(time), "token_use", line)


def _ms(time: object) -> int:
    if isinstance(time, int):
        return time
    return int(datetime.fromisoformat(str(time)).timestamp() * 1_000)


def events(records: Iterable[Record]) -> list[ActivityEvent]:
    """The same, decoded."""
    context = Context(Fingerprints(KEY))
    made = (
        event
        for n, record in enumerate(records)
        for event in SOURCES[record.source].decode(record.value, context, n)
    )
    return sorted(made, key=lambda event: (event.time, event.uid))


def expected(records: Iterable[Record], config: EngineConfig) -> Told:
    """What replay from files makes of them."""
    return replayed(events(records), config)


class Feeder:
    """Sends records to the raw topics, each source's spread over its partitions."""

    def __init__(self, config: WorkerConfig) -> None:
        self._topics: Topics = config.topics
        self._producer: AIOKafkaProducer = producer(config)
        self._count = 0

    async def start(self) -> None:
        """Connect."""
        await self._producer.start()

    async def send(self, records: Iterable[Record]) -> None:
        """Send records; returns when the broker has them."""
        futures = []
        for record in records:
            topic = self._topics.raw(record.source)
            partitions = await self._producer.partitions_for(topic)
            where = self._count % len(partitions)
            self._count += 1
            futures.append(await self._producer.send(topic, record.value, partition=where))
        for future in futures:
            await future

    async def end(self, last: int) -> None:
        """Say on every raw partition that nothing older than the quarter after `last` will come."""
        final = last // QUARTER * QUARTER + QUARTER
        value = msgspec.json.encode(Progress("end", of=1, levels=(final,)))
        for source in raw_names(self._topics):
            topic = self._topics.raw(source)
            for where in await self._producer.partitions_for(topic):
                await self._producer.send_and_wait(topic, value, partition=where)

    async def stop(self) -> None:
        """Let go of the brokers."""
        await self._producer.stop()
