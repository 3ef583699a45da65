"""The source service: one consumer, its partitions, and a channel that holds it back.

Records go to a Faust channel in batches, fairly between partitions; the channel takes a few and then
lets the service wait, so memory stays bounded when the input outruns the worker.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import ConsumerStoppedError
from faust.types import ChannelT
from mode import Service

from detector.runtime.owned import Batch

log = logging.getLogger(__name__)
_IDLE_MS = 100

Moved = Callable[[set[TopicPartition]], Awaitable[None]]


class Source(Service):
    """Fetches what partitions are `ready` and sends it to a channel. `assigned` is called without
    being waited for by the group's coordinator, so it may take its time; `revoked` is waited for.
    `joined` says whether the group has ever answered."""

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        topics: Iterable[str],
        channel: ChannelT[Batch],
        *,
        assigned: Moved,
        revoked: Moved,
        most: int,
    ) -> None:
        super().__init__()
        self.consumer = consumer
        self.ready: set[TopicPartition] = set()
        self.joined = False
        self._topics = list(topics)
        self._channel = channel
        self.assigned = assigned
        self.revoked = revoked
        self._most = most

    async def on_start(self) -> None:
        """Join the group."""
        await self.consumer.start()
        self.consumer.subscribe(self._topics, listener=_Listener(self))

    async def on_stop(self) -> None:
        """Fetch no more. The group is left by `leave`, after the last checkpoints."""
        self.ready.clear()

    async def leave(self) -> None:
        """Leave the group."""
        await self.consumer.stop()

    @Service.task
    async def _fetch(self) -> None:
        while not self.should_stop:
            found = False
            try:
                for where in sorted(self.ready):
                    found |= await self._batch(where)
            except ConsumerStoppedError:
                return
            if not found:
                # Also joins the group, and waits for whatever comes next.
                await asyncio.sleep(_IDLE_MS / 10_000)

    async def _batch(self, where: TopicPartition) -> bool:
        consumer = self.consumer
        if where not in consumer.assignment() or where not in self.ready:
            return False
        begin = await consumer.position(where)
        records = (await consumer.getmany(where, timeout_ms=0, max_records=self._most)).get(where)
        end = await consumer.position(where)
        if end == begin or where not in self.ready:
            return False
        await self._channel.send(value=Batch(where, begin, end, records or []))
        return bool(records)


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Never waits for a restore: no heartbeat is sent before these return."""

    def __init__(self, source: Source) -> None:
        self._source = source

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        source, moved = self._source, set(assigned)
        source.joined = True
        if moved:
            source.consumer.pause(*moved)
            source.add_future(source.assigned(moved))

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        moved = set(revoked)
        self._source.ready -= moved
        if moved:
            await self._source.revoked(moved)
