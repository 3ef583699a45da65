"""Reading topics outside any group: from their beginning or their end, up to the end or for good."""

import asyncio
from collections.abc import AsyncGenerator, Iterable

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import for_code

from detector.runtime.connect import administrator, reading
from detector.worker import WorkerConfig

_WAIT_MS = 200


async def partitions(config: WorkerConfig, topics: Iterable[str]) -> list[TopicPartition]:
    """Every partition of the topics.

    Raises:
        KafkaError: one of them is missing, or we may not see it.
    """
    made = []
    async with administrator(config.connection) as admin:
        for row in await admin.describe_topics(list(topics)):
            if row["error_code"]:
                raise for_code(row["error_code"])(row["topic"])
            numbers = sorted(part["partition"] for part in row["partitions"])
            made += [TopicPartition(row["topic"], number) for number in numbers]
    return made


async def following(
    config: WorkerConfig,
    topics: Iterable[str],
    *,
    beginning: bool = True,
    ends: bool = False,
    quiet: float | None = None,
) -> AsyncGenerator[tuple[str, ConsumerRecord], None]:
    """Committed records and the topic of each, in the order of arrival. With `ends` up to where the
    topics end now; with `quiet` until nothing has come for so many seconds.

    Raises:
        KafkaError: one of them is missing, or we may not see it.
    """
    where = await partitions(config, topics)
    async with reading(config) as consumer:
        consumer.assign(where)
        last = await consumer.end_offsets(where)
        if beginning:
            await consumer.seek_to_beginning(*where)
        else:
            for one, offset in last.items():
                consumer.seek(one, offset)
        idle, now = 0.0, asyncio.get_running_loop().time
        since = now()
        while quiet is None or idle < quiet:
            found = await consumer.getmany(timeout_ms=_WAIT_MS)
            for one, records in found.items():
                for record in records:
                    yield one.topic, record
            since = now() if found else since
            idle = now() - since
            if ends and all([await consumer.position(one) >= last[one] for one in where]):
                return
