"""What a cluster holds at the end: findings as a reader sees them, and where the workers stand."""

from collections import Counter
from collections.abc import Iterable, Sized

import msgspec
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from msgspec import Struct, field

from detector.findings import Finding
from detector.runtime.admission import asked
from detector.runtime.compacted import Tail
from detector.runtime.connect import administrator, arguments, reader
from detector.runtime.keeper import MARKER
from detector.runtime.partition import Shared
from detector.runtime.topics import raw_names
from detector.runtime.wire import read
from detector.worker import WorkerConfig
from schemas.control import Control
from schemas.event import ActivityEvent
from tests.kafka.told import Told, of_rows, planned, settled

_marker = msgspec.msgpack.Decoder(Shared).decode


async def whole(config: WorkerConfig, topic: str) -> list[ConsumerRecord]:
    """Every committed record of a topic, partition by partition."""
    return [
        record
        for number in await _partitions(config, topic)
        async for batch in Tail(config, topic, number).batches()
        for record in batch
    ]


async def _partitions(config: WorkerConfig, topic: str) -> list[int]:
    admin = AIOKafkaAdminClient(**arguments(config.connection))
    await admin.start()
    try:
        (found,) = await admin.describe_topics([topic])
        return sorted(row["partition"] for row in found["partitions"])
    finally:
        await admin.close()


async def rows(config: WorkerConfig) -> dict[str, bytes]:
    """The last row of each entity on the state topic."""
    kept: dict[str, bytes] = {}
    for record in await whole(config, config.topics.state):
        key = record.key.decode()
        if record.value is None:
            kept.pop(key, None)
        elif record.key != MARKER and not key.startswith("baseline:"):
            kept[key] = record.value
    return kept


async def markers(config: WorkerConfig) -> dict[int, list[int]]:
    """By partition, where each of its checkpoints says that it goes on, in the order of the log."""
    found: dict[int, list[int]] = {}
    for record in await whole(config, config.topics.state):
        if record.key == MARKER:
            found.setdefault(record.partition, []).append(_marker(record.value).offset)
    return found


async def committed(config: WorkerConfig, group: str) -> dict[TopicPartition, int]:
    """What a group of the workers has committed."""
    async with administrator(config.connection) as admin:
        found = await admin.list_consumer_group_offsets(f"{config.group}-{group}")
        return {where: kept.offset for where, kept in found.items()}


async def told(config: WorkerConfig, findings: Iterable[Finding]) -> Told:
    """What a run has come to."""
    findings = list(findings)
    return Told(settled(findings), planned(findings), of_rows(await rows(config)))


class Published(Struct):
    """Findings as admission got them (`sent`) and as a reader of committed alerts sees them."""

    findings: list[Finding] = field(default_factory=list)
    repeats: int = 0
    altered: int = 0
    alerts: Counter[bytes] = field(default_factory=Counter)


async def published(config: WorkerConfig) -> Published:
    """All that was published."""
    out = Published()
    first: dict[tuple[str, int], bytes] = {}
    for record in await whole(config, config.topics.findings):
        finding = asked(record.value)
        if isinstance(finding, Control):
            continue
        old = first.setdefault((finding.uid, finding.revision), record.value)
        if old is record.value:
            out.findings.append(finding)
        else:
            out.repeats += 1
            out.altered += old != record.value
    for record in await whole(config, config.topics.alerts):
        out.alerts[dict(record.headers)["ce_id"]] += 1
    return out


async def activity(config: WorkerConfig) -> set[str]:
    """The ids of all events that normalisers have passed on."""
    return set(await _arrived(config))


async def repeated(config: WorkerConfig, events: Sized) -> int:
    """How many more events came to `activity` than the logs hold: a normaliser that goes on from its
    last commit sends what it had sent after that once more."""
    return len(await _arrived(config)) - len(events)


async def _arrived(config: WorkerConfig) -> list[str]:
    found = (read(record.value) for record in await whole(config, config.topics.activity))
    return [record.uid for record in found if isinstance(record, ActivityEvent)]


async def late(config: WorkerConfig) -> int:
    """How many events came after their time had settled, as the last checkpoints say."""
    last: dict[int, int] = {}
    for record in await whole(config, config.topics.state):
        if record.key == MARKER:
            last[record.partition] = _marker(record.value).late
    return sum(last.values())


async def lag(config: WorkerConfig) -> dict[str, int]:
    """How many records of each topic are still to be done, where there are any."""
    admin = AIOKafkaAdminClient(**arguments(config.connection))
    probe = reader(config)
    await admin.start()
    await probe.start()
    try:
        left: Counter[str] = Counter()
        groups = {
            "normalise": [config.topics.raw(name) for name in raw_names(config.topics)],
            "detect": [config.topics.activity],
            "admit": [config.topics.findings],
        }
        for group, topics in groups.items():
            done = await admin.list_consumer_group_offsets(f"{config.group}-{group}")
            for topic in topics:
                for number in await _partitions(config, topic):
                    where = TopicPartition(topic, number)
                    end = (await probe.end_offsets([where]))[where]
                    offset = done[where].offset if where in done else 0
                    left[topic] += end - max(0, offset)
        return {topic: count for topic, count in left.items() if count}
    finally:
        await probe.stop()
        await admin.close()
