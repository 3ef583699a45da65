"""Checkpoints of one partition: entities, marker and source offset in one Kafka transaction.

The transactional id names the partition, so whoever begins later fences whoever began before: a
worker that was stopped and wakes after its partitions have moved can commit nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from itertools import chain
from pathlib import Path
from time import thread_time
from typing import Any

import msgspec
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, ProducerFenced

from detector.runtime.bounded import within
from detector.runtime.compacted import Tail
from detector.runtime.connect import producer, started
from detector.runtime.partition import FORMAT, Shared
from detector.runtime.resident import Row
from detector.runtime.spool import Spool
from detector.runtime.store import Store
from detector.worker import WorkerConfig

MARKER = b"~marker"
# A checkpoint of a worker that can hardly keep up takes as long as it takes, and nobody but the next
# owner, who ends it, waits for it.
_PATIENCE = 600_000
_STOP = 3.0
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Shared).decode
Pair = tuple[bytes, bytes | None]
Rest = Callable[[float], Awaitable[None]]
"""Lets others go on after a piece of work that began at this `thread_time`."""


async def at_once(_began: float) -> None:
    """Rest no longer than others have something to do."""
    await asyncio.sleep(0)


class FencedError(RuntimeError):
    """Somebody else owns the partition now."""


class StateError(RuntimeError):
    """State on the topic that this version cannot read."""


class Keeper:
    """Reads a partition's state back and writes it. `open` first: it fences every earlier owner."""

    def __init__(self, config: WorkerConfig, partition: int, cluster: str) -> None:
        self._config = config
        self._topic = config.topics.state
        self._partition = partition
        self._id = f"{config.group}-state-{partition}"
        self._producer = producer(config, self._id, _PATIENCE)
        self.store = copy(config, partition, cluster)

    async def open(self) -> Shared | None:
        """Fence others, then bring the copy on this machine up to date: the last checkpoint's
        marker, None if there is none.

        Raises:
            StateError: its format is not known.
        """
        await started(self._producer)
        await self._catch_up()
        return read_marker(self.store.marker, f"{self._topic}/{self._partition}")

    async def _catch_up(self) -> None:
        await catch_up(self.store, self._config, self._partition)

    async def commit(self, rows: Spool, marker: bytes, rest: Rest = at_once) -> None:
        """Write a checkpoint. After an error, `renew` ends what has begun: to abort it here could wait
        for ever for a producer that is closed meanwhile.

        Raises:
            FencedError: another worker owns the partition.
        """
        offset = _decode(marker).offset
        source = TopicPartition(self._config.topics.activity, self._partition)
        group = f"{self._config.group}-detect"
        try:
            await self._producer.begin_transaction()
            ends: list[Pair] = [(MARKER, marker)]
            pieces = chain(map(_pairs, rows), [ends])
            where = TopicPartition(self._topic, self._partition)
            last = await sent(self._producer, where, pieces, rest)
            await self._producer.send_offsets_to_transaction({source: offset}, group)
            await self._producer.commit_transaction()
        except ProducerFenced as error:
            raise FencedError(f"partition {self._partition} has another owner") from error
        # The mark of the transaction stands after the last record.
        await self._copy(rows, last + 2, marker, rest)

    async def _copy(self, rows: Spool, offset: int, marker: bytes, rest: Rest) -> None:
        """The same on this machine; until the last row the copy says that it is older."""
        before = self.store.offset
        for piece in rows:
            began = thread_time()
            self.store.write(piece, before)
            await rest(began)
        self.store.write((), offset, marker)

    async def renew(self, tried: bytes) -> bool:
        """Begin anew with the broker after a commit of this marker has failed; whether it had come
        through all the same.

        Raises:
            FencedError: another worker has committed since. To go on would mix two states.
        """
        before = self.store.marker
        await within("old producer", self._producer.stop(), _STOP)
        self._producer = producer(self._config, self._id, _PATIENCE)
        await started(self._producer)
        await self._catch_up()
        found = self.store.marker
        if found not in {before, tried}:
            raise FencedError(f"partition {self._partition} has another owner")
        return found == tried

    async def close(self) -> None:
        """Let go of the partition's producer and folder."""
        try:
            await within("last records", self._producer.stop(), _STOP)
        finally:
            self.store.close()


def copy(config: WorkerConfig, partition: int, cluster: str) -> Store:
    """The copy of a partition's state on this machine."""
    topic = config.topics.state
    return Store(Path(config.folder) / f"{topic}-{partition}", f"{cluster}/{topic}/{partition}")


async def catch_up(store: Store, config: WorkerConfig, partition: int) -> None:
    """Bring the copy of a partition's state on this machine up to date with its topic."""
    async for batch in Tail(config, config.topics.state, partition, store.offset).batches():
        marker = None
        rows: list[Row] = []
        for record in batch:
            if record.key == MARKER:
                marker = record.value
            elif record.key is not None:
                rows.append((record.key.decode(), record.value))
        store.write(rows, batch[-1].offset + 1, marker)


async def sent(
    producer: AIOKafkaProducer,
    where: TopicPartition,
    pieces: Iterable[Iterable[Pair]],
    rest: Rest = at_once,
) -> int:
    """Send rows in large batches; the offset of the last one once the broker has them.

    Raises:
        KafkaError: one is too large, or the broker refuses them.
    """
    batches, futures = _Batches(producer), []
    for piece in pieces:
        began = thread_time()
        batches.add(piece)
        await rest(began)
        futures += await batches.submit(where)
    futures += await batches.submit(where, last=True)
    end = 0
    for future, count in futures:
        end = (await future).offset + count - 1
    return end


class _Batches:
    """Rows in the making of batches: those that are full wait to be submitted."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer
        self._full: list[Any] = []
        self._batch = producer.create_batch()

    def add(self, rows: Iterable[Pair]) -> None:
        for key, row in rows:
            if self._batch.append(key=key, value=row, timestamp=None) is None:
                self._full.append(self._batch)
                self._batch = self._producer.create_batch()
                if self._batch.append(key=key, value=row, timestamp=None) is None:
                    raise KafkaError(f"an entity of {len(row or b''):,} bytes is too large to keep")

    async def submit(
        self, where: TopicPartition, *, last: bool = False
    ) -> list[tuple["asyncio.Future[Any]", int]]:
        """Hand over what is full, or all: with each batch how many rows it has."""
        full, self._full = self._full, []
        if last:
            full.append(self._batch)
        send = self._producer.send_batch
        return [
            (await send(one, where.topic, partition=where.partition), one.record_count())
            for one in full
        ]


def _pairs(rows: list[Row]) -> list[Pair]:
    return [(key.encode(), row) for key, row in rows]


def marker(shared: Shared) -> bytes:
    """The marker of a checkpoint."""
    return _encode(shared)


def read_marker(written: bytes | None, place: str) -> Shared | None:
    """What a marker says; None if there is none.

    Raises:
        StateError: its format is not known.
    """
    if written is None:
        return None
    shared = _decode(written)
    if shared.format != FORMAT:
        raise StateError(
            f"{place}: expected state of format {FORMAT}, got {shared.format}: run the version that "
            "wrote it, or delete the topic and learn anew"
        )
    return shared
