"""Where everything is measured: one broker, topics under prefixes of their own, loaded events."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from detector.runtime.connect import administrator, reading, writing
from detector.runtime.topics import create, plan
from detector.runtime.wire import partition_of
from detector.worker import Connection, Topics, WorkerConfig
from schemas.event import ActivityEvent
from tests.bench.kafka.processes import Contender, cpu_of
from tests.kafka.broker import Broker, running
from tests.kafka.runner import SOURCES

_ASK = 0.05
_encode = msgspec.json.Encoder().encode


class Stage:
    """The broker and a folder for whatever the measured processes keep."""

    def __init__(self, broker: Broker, folder: Path) -> None:
        self.broker = broker
        self.bootstrap = broker.bootstrap
        self.folder = folder

    @property
    def broker_cpu(self) -> float:
        """Processor seconds of the broker so far."""
        return cpu_of(self.broker.pid)

    def config(self, prefix: str) -> WorkerConfig:
        """What clients of ours are told."""
        return WorkerConfig(
            connection=Connection(self.bootstrap), topics=Topics(prefix, sources=SOURCES)
        )

    async def topics(self, prefix: str, partitions: int) -> None:
        """Every topic of a cluster."""
        await create(Connection(self.bootstrap), plan(Topics(prefix, sources=SOURCES), partitions))

    async def log(self, name: str, partitions: int) -> None:
        """A topic for events."""
        async with administrator(Connection(self.bootstrap)) as admin:
            settings = {"message.timestamp.type": "LogAppendTime"}
            await admin.create_topics([NewTopic(name, partitions, 1, topic_configs=settings)])
        await asyncio.sleep(1.0)

    async def load(
        self, topic: str, partitions: int, events: Iterable[ActivityEvent]
    ) -> tuple[int, ...]:
        """Write events under their keys where those lead; where each partition ends then."""
        async with writing(self.config("")) as made:
            open_, sent = [made.create_batch() for _ in range(partitions)], []
            for event in events:
                key = event.key
                where = partition_of(key, partitions)
                row = {"key": key.encode(), "value": _encode(event), "timestamp": None}
                if open_[where].append(**row) is None:
                    sent.append(await made.send_batch(open_[where], topic, partition=where))
                    open_[where] = made.create_batch()
                    open_[where].append(**row)
            for where, batch in enumerate(open_):
                sent.append(await made.send_batch(batch, topic, partition=where))
            await asyncio.gather(*sent)
        return await self.ends(topic, partitions)

    async def ends(self, topic: str, partitions: int) -> tuple[int, ...]:
        """Where each partition ends now."""
        every = [TopicPartition(topic, number) for number in range(partitions)]
        async with reading(self.config("")) as consumer:
            found = await consumer.end_offsets(every)
        return tuple(found[where] for where in every)

    async def members(self, group: str, count: int, within: float) -> None:
        """Wait until a group has so many members, and all of them their partitions.

        Raises:
            TimeoutError: it does not come to that.
        """
        async with administrator(Connection(self.bootstrap)) as admin, asyncio.timeout(within):
            while True:
                try:
                    [answer] = await admin.describe_consumer_groups([group])
                except KafkaError:  # its coordinator is not ready
                    answer = None
                if answer is not None:
                    _, _, state, _, _, there, *_ = answer.groups[0]
                    if state == "Stable" and len(there) == count:
                        return
                await asyncio.sleep(_ASK)

    async def committed(
        self,
        group: str,
        topic: str,
        ends: tuple[int, ...],
        within: float,
        process: Contender,
    ) -> tuple[int, float]:
        """Wait until a group has committed a topic up to its `ends`, or for so many seconds: how
        many records are committed, and since when."""
        async with administrator(Connection(self.bootstrap)) as admin:
            return await _watch(_asking(admin, group, topic, ends), sum(ends), within, process)


def _asking(
    admin: AIOKafkaAdminClient, group: str, topic: str, ends: tuple[int, ...]
) -> Callable[[], Awaitable[int]]:
    async def ask() -> int:
        try:
            kept = await admin.list_consumer_group_offsets(group)
        except KafkaError:  # its coordinator is not ready
            return 0
        done = (kept.get(TopicPartition(topic, number)) for number in range(len(ends)))
        return sum(
            min(end, max(0, found.offset)) if found is not None else 0
            for found, end in zip(done, ends, strict=True)
        )

    return ask


async def _watch(
    ask: Callable[[], Awaitable[int]], whole: int, within: float, process: Contender
) -> tuple[int, float]:
    end = time.monotonic() + within
    last, since = 0, time.time()
    while last < whole and time.monotonic() < end:
        process.check()
        found = await ask()
        if found != last:
            last, since = found, time.time()
        await asyncio.sleep(_ASK)
    return last, since


@contextmanager
def staged() -> Iterator[Stage]:
    """A broker and a folder for as long as the block."""
    with running(lasting=True) as broker, TemporaryDirectory(prefix="bench-") as folder:
        yield Stage(broker, Path(folder))
