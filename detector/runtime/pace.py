"""How far a normaliser may run ahead, in event time: of the detectors, and of other raw partitions.

Scores in an epoch read what was learned before it. Were a backlog poured into `activity` at once, the
detectors would look at whole days before they had settled, and so learned, the first. A normaliser
therefore holds records of an epoch back until every detector has given that epoch's version. And
raw partitions keep abreast, within an hour: what happened at one time is then judged together,
whichever of them it lies in.

Examples:
    >>> pace = Pace(partitions=2, epoch=21_600_000)
    >>> for n in (0, 1):
    ...     pace.take(Progress(f"activity/{n}", of=2, levels=(0,), version=4 + n))
    >>> pace.take(Progress("raw.mixed/0", of=1, levels=(90_000_000,)))
    >>> pace.limit
    93600000
"""

import asyncio

from aiokafka import TopicPartition
from mode import Service
from msgspec import MsgspecError

from detector.config import HOUR
from detector.runtime import generation
from detector.runtime.connect import reader, started
from detector.runtime.watermarks import ACTIVITY
from detector.runtime.wire import read
from detector.worker import WorkerConfig
from schemas.progress import Progress

_ABREAST = HOUR
_NO_LIMIT = 1 << 62


class Pace:
    """What detectors and normalisers have said. `limit` is the event time from which on records are
    held back."""

    def __init__(self, partitions: int, epoch: int) -> None:
        self._partitions = partitions
        self._epoch = epoch
        self._versions: dict[str, int] = {}
        self._raw: dict[str, Progress] = {}
        self.limit = 0

    def take(self, told: Progress) -> None:
        """A sender is further on."""
        if told.sender.startswith(ACTIVITY):
            self._versions[told.sender] = max(told.version, self._versions.get(told.sender, 0))
        else:
            self._raw[told.sender] = told
        self.limit = min(self._learned(), self._abreast())

    def _learned(self) -> int:
        if len(self._versions) < self._partitions:
            return 0
        return (min(self._versions.values()) + 1) * self._epoch

    def _abreast(self) -> int:
        raw = self._raw.values()
        if not raw or len(raw) < max(told.of for told in raw):
            return 0
        busy = [told.levels[0] for told in raw if not told.idle]
        return min(busy) + _ABREAST if busy else _NO_LIMIT


class PaceReader(Service):
    """Keeps a `Pace` up to date from the topic that detectors write to."""

    def __init__(self, config: WorkerConfig, pace: Pace) -> None:
        super().__init__()
        self._pace = pace
        self._where = TopicPartition(config.topics.progress, 0)
        self._generation = config.topics.generation
        self._consumer = reader(config)

    async def on_start(self) -> None:
        """Read from the beginning: the topic is compacted and small."""
        await started(self._consumer)
        self._consumer.assign([self._where])
        await self._consumer.seek_to_beginning(self._where)

    @Service.task
    async def _read(self) -> None:
        while not self.should_stop:
            found = await self._consumer.getmany(timeout_ms=200)
            for record in found.get(self._where, ()):
                note = generation.read(record.key, record.value)
                if note is not None:
                    generation.check(note, self._generation)
                    continue
                try:
                    told = read(record.value)
                except (MsgspecError, TypeError, ValueError):
                    continue
                if isinstance(told, Progress):
                    self._pace.take(told)
            await asyncio.sleep(0)

    async def on_stop(self) -> None:
        """Let go of the topic."""
        await self._consumer.stop()
