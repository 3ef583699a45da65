"""Raw records to the raw topics of their sources, as a shipper would send them, and the word that
there is no more.

The word is a record of progress on every raw partition: nothing before that time is still to come.
It makes all windows settle, and what is sent of earlier times after it is late.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from zlib import crc32

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from detector.config import EngineConfig
from detector.replay.raw import RawRecord
from detector.runtime.connect import writing
from detector.runtime.topics import raw_names
from detector.runtime.wire import partition_of, written
from detector.worker import MIXED, WorkerConfig
from schemas.progress import Progress

_BREATH = 200


class Load:
    """Sends records. `sent` counts by topic, `refused` those that are too large; `last` is the
    latest event time, `ended` the time that was asserted."""

    def __init__(self, config: WorkerConfig, clock: Callable[[], int]) -> None:
        self.sent: Counter[str] = Counter()
        self.refused = 0
        self.last = 0
        self.ended = 0
        self._config = config
        self._clock = clock
        self._pending: set[asyncio.Future[object]] = set()
        self._failed: BaseException | None = None
        self._partitions: dict[str, int] = {}

    async def run(self, records: Iterable[RawRecord], *, end: bool) -> None:
        """Send everything, and wait until the brokers have it.

        Raises:
            KafkaError: a record could not be sent.
        """
        async with writing(self._config) as made:
            names = [self._config.topics.raw(name) for name in raw_names(self._config.topics)]
            self._partitions = {name: len(await made.partitions_for(name)) for name in names}
            for number, record in enumerate(records):
                await self._one(made, record)
                if number % _BREATH == 0:
                    await asyncio.sleep(0)
            await self._settled()
            if end and self.last:
                await self._end(made)

    async def _one(self, made: AIOKafkaProducer, record: RawRecord) -> None:
        names = raw_names(self._config.topics)
        topic = self._config.topics.raw(record.source if record.source in names else MIXED)
        count = self._partitions[topic]
        where = partition_of(record.key, count) if record.key else crc32(record.raw) % count
        try:
            await self._send(made, topic, record.raw, where)
        except MessageSizeTooLargeError:
            self.refused += 1
            return
        self.sent[topic] += 1
        self.last = max(self.last, record.time)

    async def _send(self, made: AIOKafkaProducer, topic: str, value: bytes, where: int) -> None:
        if self._failed is not None:
            raise self._failed
        future = await made.send(topic, value, partition=where)
        self._pending.add(future)
        future.add_done_callback(self._done)

    def _done(self, future: "asyncio.Future[object]") -> None:
        self._pending.discard(future)
        if not future.cancelled() and future.exception() is not None:
            self._failed = future.exception()

    async def _settled(self) -> None:
        await asyncio.gather(*self._pending, return_exceptions=True)
        if self._failed is not None:
            raise self._failed

    async def _end(self, made: AIOKafkaProducer) -> None:
        self.ended = min(self.last + _tail(self._config.engine), self._clock())
        total = sum(self._partitions.values())
        for topic, count in self._partitions.items():
            for where in range(count):
                said = Progress(f"{topic}/{where}", total, (self.ended,))
                await self._send(made, topic, written(said), where)
        await self._settled()


def _tail(config: EngineConfig) -> int:
    """How much time has to pass after an event until nothing follows from it any more."""
    late = max([*config.lateness.values(), config.default_lateness])
    return late + config.fact_allowance + config.quiet + config.epoch
