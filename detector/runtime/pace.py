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
from collections.abc import Container
from typing import NamedTuple

from aiokafka import TopicPartition
from mode import Service
from msgspec import MsgspecError
from msgspec.structs import replace

from detector.config import HOUR
from detector.runtime import generation
from detector.runtime.connect import reader, started
from detector.runtime.watermarks import ACTIVITY
from detector.runtime.wire import read
from detector.worker import WorkerConfig
from schemas.progress import Progress

_ABREAST = HOUR
_NO_LIMIT = 1 << 62


class _Said(NamedTuple):
    """What a raw partition's reader has said, and when (ms, wall time)."""

    told: Progress
    at: int


class Pace:
    """What detectors and normalisers have said. `limit` is the event time from which on records are
    held back."""

    def __init__(self, partitions: int, epoch: int) -> None:
        self._partitions = partitions
        self._epoch = epoch
        self._versions: dict[str, int] = {}
        self._raw: dict[str, _Said] = {}
        self.limit = 0

    def take(self, told: Progress, at: int = 0) -> None:
        """A sender is further on, as it said `at` this wall time (ms)."""
        if told.sender.startswith(ACTIVITY):
            self._versions[told.sender] = max(told.version, self._versions.get(told.sender, 0))
        else:
            self._raw[told.sender] = _Said(told, at)
        self.limit = min(self._learned(), self._abreast())

    def _learned(self) -> int:
        if len(self._versions) < self._partitions:
            return 0
        return (min(self._versions.values()) + 1) * self._epoch

    def _abreast(self) -> int:
        raw = [said.told for said in self._raw.values()]
        if not raw or len(raw) < max(told.of for told in raw):
            return 0
        busy = [told.levels[0] for told in raw if not told.idle]
        return min(busy) + _ABREAST if busy else _NO_LIMIT

    def abandoned(self, topics: Container[str], since: int) -> list[Progress]:
        """What has to be said for raw partitions whose readers have said nothing `since` then: that
        they are idle. Those of `topics` have a reader, which may only be slow.

        Examples:
            >>> pace = Pace(partitions=1, epoch=10)
            >>> pace.take(Progress("raw.gone/0", of=2, levels=(5,)), at=100)
            >>> pace.take(Progress("raw.ours/0", of=2, levels=(5,)), at=100)
            >>> [told.sender for told in pace.abandoned({"raw.ours"}, since=200) if told.idle]
            ['raw.gone/0']
        """
        return [
            replace(told, idle=True)
            for sender, (told, at) in self._raw.items()
            if not told.idle and at < since and sender.rpartition("/")[0] not in topics
        ]


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
                    self._pace.take(told, record.timestamp)
            await asyncio.sleep(0)

    async def on_stop(self) -> None:
        """Let go of the topic."""
        await self._consumer.stop()
