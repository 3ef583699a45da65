"""The admission of a worker: its partitions of findings, at any time one transaction for each.

A transaction takes several answers of the broker, one after the other. What comes during one is
gathered into the next, and partitions do not wait for each other: a finding waits for one
transaction at most before its own.
"""

import asyncio
import logging

from aiokafka import AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError, ProducerFenced
from msgspec import MsgspecError

from detector.findings import Finding
from detector.runtime.admission import Desk, Message, asked, memory
from detector.runtime.compacted import Tail
from detector.runtime.connect import producer, started
from detector.runtime.keeper import FencedError
from detector.runtime.metrics import Metrics
from detector.runtime.outbox import appended
from detector.runtime.owned import Batch
from detector.runtime.source import Source
from detector.runtime.traces import span
from detector.worker import WorkerConfig
from schemas.control import Control

log = logging.getLogger(__name__)
_MOST = 8
# How long the group waits for a transaction before its partition moves without it.
_HANDOVER = 5.0


class Admitter:
    """Takes batches of findings. `tend` it: whatever ends its work for good is raised there."""

    source: Source

    def __init__(self, config: WorkerConfig, metrics: Metrics | None = None) -> None:
        self.desks: dict[TopicPartition, tuple[Desk, AIOKafkaProducer]] = {}
        self._config = config
        self._metrics = metrics or Metrics()
        self._waiting: dict[TopicPartition, list[Batch]] = {}
        self._tasks: dict[TopicPartition, asyncio.Task[None]] = {}

    async def assigned(self, where: TopicPartition) -> None:
        """A partition is ours: fence others, then read the memory back."""
        consumer, number = self.source.consumer, where.partition
        made = producer(self._config, f"{self._config.group}-admit-{number}")
        await started(made)
        try:
            tail = Tail(self._config, self._config.topics.admission, number)
            rows = [(row.key, row.value) async for batch in tail.batches() for row in batch]
            # The group may have read its position before the last owner was fenced.
            committed = await consumer.committed(where)
            first = (await consumer.beginning_offsets([where]))[where]
            self.source.begin(where, max(first, committed or 0))
        except BaseException:
            await made.stop()
            raise
        self.desks[where] = Desk(self._config.engine.response, memory(rows)), made

    async def revoked(self, moved: set[TopicPartition]) -> None:
        """Partitions move to another worker, each after the transaction that is under way."""
        await asyncio.gather(*map(self._leave, moved))

    async def _leave(self, where: TopicPartition) -> None:
        kept = self.desks.pop(where, None)
        self._waiting.pop(where, None)
        task = self._tasks.pop(where, None)
        if task is not None and task is not asyncio.current_task():
            await asyncio.wait({task}, timeout=_HANDOVER)
            task.cancel()
        if kept is not None:
            await kept[1].stop()

    async def process(self, batch: Batch) -> None:
        """Let a batch of findings be admitted; wait only if many do.

        Raises:
            FencedError: another worker admits them now.
        """
        where = batch.where
        if where not in self.desks or not self.source.is_current(batch):
            return
        self._waiting.setdefault(where, []).append(batch)
        task = self._tasks.get(where)
        if task is not None and task.done():
            task.result()
            task = None
        if task is None:
            task = self._tasks[where] = asyncio.create_task(self._work(where))
        if len(self._waiting[where]) >= _MOST:
            await asyncio.wait({task})

    async def tend(self) -> None:
        """To be called often.

        Raises:
            FencedError: another worker admits the findings of a partition now.
        """
        for task in self._tasks.values():
            if task.done():
                task.result()

    async def _work(self, where: TopicPartition) -> None:
        """Admit what waits, until nothing does or the partition begins again."""
        while batches := [*filter(self.source.is_current, self._waiting.pop(where, []))]:
            records = [record for batch in batches for record in batch.records]
            first, last = batches[0], batches[-1]
            whole = Batch(where, first.begin, last.end, last.turn, records)
            if not await self._admit(whole):
                return

    async def _admit(self, batch: Batch) -> bool:
        """Admit findings in one transaction: whether it came through."""
        kept = self.desks.get(batch.where)
        if kept is None:
            return False
        desk, made = kept
        repeats = desk.memory.head.repeats
        messages = desk.take(found for record in batch.records for found in _findings(record))
        try:
            with span(
                "admission", topic=batch.where.topic, partition=batch.where.partition
            ) as note:
                await self._commit(batch, desk, made, messages)
                note(offset=batch.begin, count=len(batch.records), messages=len(messages))
        except ProducerFenced as error:
            raise FencedError(f"findings {batch.where.partition} have another owner") from error
        except KafkaError as error:
            # The memory is ahead of what went out: begin again from what was committed.
            log.warning("admission begins again", extra={"error": str(error)})
            self._metrics.add("detector_partition_restarts_total", part="admit")
            self.source.hold(batch.where)
            await self._leave(batch.where)
            await self.source.take_in([batch.where])
            return False
        self._metrics.told(desk.passed)
        self._metrics.add("detector_repeats_total", desk.memory.head.repeats - repeats)
        for time in map(appended, batch.records if desk.passed else ()):
            self._metrics.alerted(time)
        return True

    async def _commit(
        self, batch: Batch, desk: Desk, made: AIOKafkaProducer, messages: list[Message]
    ) -> None:
        """What a batch caused, in one transaction."""
        topics = self._config.topics
        async with made.transaction():
            for message in messages:
                topic = topics.alerts if message.to == "alerts" else topics.commands
                key, headers = message.key.encode(), list(message.headers)
                await made.send(topic, message.value, key, headers=headers)
            where = batch.where.partition
            for row, value in desk.rows():
                await made.send(topics.admission, value, row, partition=where)
            group = f"{self._config.group}-admit"
            await made.send_offsets_to_transaction({batch.where: batch.end}, group)

    async def stop(self) -> None:
        """Let go of everything."""
        await self.revoked(set(self.desks))


def _findings(record: ConsumerRecord) -> list[Finding | Control]:
    try:
        return [asked(record.value or b"")]
    except (MsgspecError, TypeError, ValueError):
        log.exception("a finding cannot be read", extra={"offset": record.offset})
        return []
