"""Records on their way to the partitions of one topic: gathered while the broker takes the ones before
them, so that they travel in batches. Within a partition they stay in order.

One by one each record would cost a future, a callback and some twenty microseconds.
"""

import asyncio
from functools import partial
from typing import Any

from aiokafka import AIOKafkaProducer

_MOST_ROWS = 5_000
Future = asyncio.Future[Any]


class Lane:
    """What goes to one partition. `put` records; whoever puts too many waits for `room`."""

    def __init__(self, producer: AIOKafkaProducer, topic: str, partition: int) -> None:
        self._producer = producer
        self._topic = topic
        self._partition = partition
        self._rows: list[tuple[bytes, bytes]] = []
        self._future: Future | None = None
        self._task: asyncio.Task[None] | None = None

    def put(self, key: bytes, value: bytes) -> Future:
        """Let a record follow. The future is done when the broker has it, and is shared with those
        that travel together: nobody may cancel it."""
        self._rows.append((key, value))
        if self._future is None:
            self._future = asyncio.get_running_loop().create_future()
        if self._task is None:
            self._task = asyncio.create_task(self._drain())
        return self._future

    async def room(self) -> None:
        """Wait while too many records stand here."""
        if len(self._rows) >= _MOST_ROWS:
            await self.emptied()

    async def emptied(self) -> None:
        """Wait until all that stands here has been handed to the producer."""
        while self._task is not None:
            await asyncio.wait({self._task})

    async def _drain(self) -> None:
        try:
            while self._rows and self._future is not None:
                rows, self._rows = self._rows, []
                future, self._future = self._future, None
                await self._submit(rows, future)
        finally:
            self._task = None

    async def _submit(self, rows: list[tuple[bytes, bytes]], future: Future) -> None:
        """Hand records to the producer, which takes a batch as soon as the last one has left."""
        try:
            batch, sent = self._producer.create_batch(), []
            for key, value in rows:
                if batch.append(key=key, value=value, timestamp=None) is None:
                    sent.append(await self._hand(batch))
                    batch = self._producer.create_batch()
                    batch.append(key=key, value=value, timestamp=None)
            sent.append(await self._hand(batch))
        except Exception as error:  # noqa: BLE001 - whoever waits has to learn of it
            future.set_exception(error)
        else:
            asyncio.gather(*sent).add_done_callback(partial(_settle, future))

    async def _hand(self, batch: object) -> Future:
        made: Future = await self._producer.send_batch(
            batch, self._topic, partition=self._partition
        )
        return made


def _settle(future: Future, sent: Future) -> None:
    """What has become of all batches is what has become of their records."""
    if sent.cancelled():
        future.set_exception(ConnectionError("the producer was closed before the broker had it"))
    elif (error := sent.exception()) is not None:
        future.set_exception(error)
    else:
        future.set_result(None)


class Mail:
    """A lane for each partition of a topic."""

    def __init__(self, producer: AIOKafkaProducer, topic: str) -> None:
        self.producer = producer
        self.topic = topic
        self._lanes: dict[int, Lane] = {}

    def lane(self, partition: int) -> Lane:
        """The lane of one partition."""
        found = self._lanes.get(partition)
        if found is None:
            found = self._lanes[partition] = Lane(self.producer, self.topic, partition)
        return found
