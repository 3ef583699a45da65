"""Dead letters: reading them, and sending the records that they speak of back to their topic.

A dead letter holds the place of a record and a redacted sample, never the record. It is read again
where it stands, as long as its topic keeps it, and a copy is written to the end of the same topic.
"""

from collections import deque
from collections.abc import AsyncGenerator, Iterable

import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from msgspec import Struct

from detector.runtime.connect import reading, writing
from detector.runtime.follow import following, partitions
from detector.worker import WorkerConfig
from schemas.dead_letter import DeadLetter

_read = msgspec.json.Decoder(DeadLetter).decode
_WAIT_MS = 10_000
MARK = "detector-again"
"""The header of a record that was sent back: where it stood."""


class Again(Struct, frozen=True):
    """One record that a dead letter speaks of: sent back, or `why` not."""

    letter: DeadLetter
    why: str = ""


async def letters(config: WorkerConfig, limit: int) -> list[DeadLetter]:
    """The last dead letters, the newest last."""
    kept: deque[DeadLetter] = deque(maxlen=limit)
    async for _, record in following(config, [config.topics.dead_letters], ends=True):
        try:
            kept.append(_read(record.value or b""))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
    return list(kept)


async def count(config: WorkerConfig) -> int:
    """How many dead letters there are."""
    where = await partitions(config, [config.topics.dead_letters])
    async with reading(config) as consumer:
        begin = await consumer.beginning_offsets(where)
        end = await consumer.end_offsets(where)
        return sum(end[one] - begin[one] for one in where)


async def again(
    config: WorkerConfig, letters: Iterable[DeadLetter], *, dry: bool
) -> AsyncGenerator[Again, None]:
    """Read the records of these dead letters where they stand and send them to the same topics. When
    `dry` they are only read."""
    async with reading(config) as consumer, writing(config) as made:
        for place, letter in _places(config, letters):
            record = None if isinstance(place, str) else await _record(consumer, place, letter)
            if record is None:
                yield Again(letter, place if isinstance(place, str) else "is no longer kept")
                continue
            if not dry:
                mark = f"{record.topic}/{record.partition}/{record.offset}".encode()
                headers = [*record.headers, (MARK, mark)]
                await made.send_and_wait(
                    record.topic,
                    record.value,
                    record.key,
                    partition=record.partition,
                    headers=headers,
                )
            yield Again(letter)


def _places(
    config: WorkerConfig, letters: Iterable[DeadLetter]
) -> Iterable[tuple[TopicPartition | str, DeadLetter]]:
    """Each place once; or why there is none. Only raw topics take records back."""
    seen = set()
    for letter in letters:
        where = (letter.place, letter.partition, letter.position)
        if letter.partition is None or not letter.place.startswith(config.topics.raw("")):
            yield "does not stand in a raw topic", letter
        elif where not in seen:
            seen.add(where)
            yield TopicPartition(letter.place, letter.partition), letter


async def _record(
    consumer: AIOKafkaConsumer, where: TopicPartition, letter: DeadLetter
) -> ConsumerRecord | None:
    """The record itself, if it is still kept."""
    consumer.assign([where])
    begin = (await consumer.beginning_offsets([where]))[where]
    end = (await consumer.end_offsets([where]))[where]
    if not begin <= letter.position < end:
        return None
    consumer.seek(where, letter.position)
    found = await consumer.getmany(where, timeout_ms=_WAIT_MS, max_records=1)
    record = next(iter(found.get(where, ())), None)
    return record if record is not None and record.offset == letter.position else None
