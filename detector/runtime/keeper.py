"""Checkpoints of one partition: entities, marker and source offset in one Kafka transaction.

The transactional id names the partition, so whoever begins later fences whoever began before: a
worker that was stopped and wakes after its partitions have moved can commit nothing.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import msgspec
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, ProducerFenced

from detector.runtime.bounded import within
from detector.runtime.compacted import Tail
from detector.runtime.connect import producer, started
from detector.runtime.partition import FORMAT, Shared
from detector.runtime.resident import Row
from detector.runtime.store import Store
from detector.worker import WorkerConfig

MARKER = b"~marker"
_AT_ONCE = 1_000
# A checkpoint of a worker that can hardly keep up takes as long as it takes, and nobody but the next
# owner, who ends it, waits for it.
_PATIENCE = 600_000
_STOP = 3.0
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Shared).decode


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

    async def commit(self, rows: list[Row], marker: bytes) -> int:
        """Write a checkpoint: how many bytes it took. After an error, `renew` ends what has begun: to
        abort it here could wait for ever for a producer that is closed meanwhile.

        Raises:
            FencedError: another worker owns the partition.
        """
        offset = _decode(marker).offset
        source = TopicPartition(self._config.topics.activity, self._partition)
        group = f"{self._config.group}-detect"
        try:
            await self._producer.begin_transaction()
            last = await sent(
                self._producer,
                TopicPartition(self._topic, self._partition),
                [*((k.encode(), v) for k, v in rows), (MARKER, marker)],
            )
            await self._producer.send_offsets_to_transaction({source: offset}, group)
            await self._producer.commit_transaction()
        except ProducerFenced as error:
            raise FencedError(f"partition {self._partition} has another owner") from error
        # The mark of the transaction stands after the last record.
        await self._copy(rows, last + 2, marker)
        return sum(len(k) + len(v or b"") for k, v in rows)

    async def _copy(self, rows: list[Row], offset: int, marker: bytes) -> None:
        """The same on this machine; until the last row the copy says that it is older."""
        for start in range(0, len(rows), _AT_ONCE):
            self.store.write(rows[start : start + _AT_ONCE], self.store.offset)
            await asyncio.sleep(0)
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
    producer: AIOKafkaProducer, where: TopicPartition, rows: Iterable[tuple[bytes, bytes | None]]
) -> int:
    """Send rows in large batches; the offset of the last one once the broker has them.

    Raises:
        KafkaError: one is too large, or the broker refuses them.
    """
    batch, futures = producer.create_batch(), []
    count = 0

    async def submit() -> None:
        made = await producer.send_batch(batch, where.topic, partition=where.partition)
        futures.append((made, count))

    for key, row in rows:
        if batch.append(key=key, value=row, timestamp=None) is None:
            await submit()
            batch, count = producer.create_batch(), 0
            if batch.append(key=key, value=row, timestamp=None) is None:
                raise KafkaError(f"an entity of {len(row or b''):,} bytes is too large to keep")
        count += 1
    await submit()
    last = 0
    for future, count in futures:
        last = (await future).offset + count - 1
    return last


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
