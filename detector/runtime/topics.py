"""The topics of a cluster: which there are, how they are kept, and making them.

Examples:
    >>> [spec.name for spec in plan(Topics(sources=("cloudtrail", "mixed")), partitions=8)][:3]
    ['detector.raw.cloudtrail', 'detector.raw.mixed', 'detector.activity']
"""

import asyncio
from collections.abc import Mapping

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, for_code
from msgspec import Struct

from detector.config import DAY
from detector.runtime.connect import administrator
from detector.sources.registry import SOURCES
from detector.worker import MIXED, Connection, Topics

_PATIENCE, _PAUSE = 300, 0.1
_COMPACTED = {
    "cleanup.policy": "compact",
    "min.cleanable.dirty.ratio": "0.2",
    "segment.ms": str(DAY // 24),
    "delete.retention.ms": str(7 * DAY),
    "max.message.bytes": str(16 * 2**20),
}


class Spec(Struct, frozen=True):
    """One topic: how many partitions, and its settings."""

    name: str
    partitions: int
    settings: Mapping[str, str]


def raw_names(topics: Topics) -> tuple[str, ...]:
    """The sources that have a raw topic, and the one for any of them."""
    return topics.sources or (*SOURCES, *topics.mapped, MIXED)


def plan(topics: Topics, partitions: int) -> list[Spec]:
    """Every topic that a cluster of so many partitions of `activity` needs."""
    raw = {"retention.ms": str(3 * DAY), "message.timestamp.type": "LogAppendTime"}
    kept = {"retention.ms": str(30 * DAY)}
    large = {"max.message.bytes": str(16 * 2**20)}
    return [
        *(Spec(topics.raw(name), partitions, {**raw, **large}) for name in raw_names(topics)),
        Spec(topics.activity, partitions, {**raw, **large}),
        Spec(topics.state, partitions, _COMPACTED),
        Spec(topics.findings, min(4, partitions), {**raw, **large}),
        Spec(topics.admission, min(4, partitions), _COMPACTED),
        Spec(topics.progress, 1, _COMPACTED),
        Spec(topics.alerts, min(4, partitions), {**kept, **large}),
        Spec(topics.commands, min(4, partitions), kept),
        Spec(topics.dead_letters, 1, kept),
    ]


async def create(connection: Connection, specs: list[Spec], replication: int = 1) -> list[str]:
    """Create the topics that are missing, and wait until they can be used; their names.

    Raises:
        KafkaError: the brokers refuse one of them.
    """
    async with administrator(connection) as admin:
        there = set(await admin.list_topics())
        missing = [spec for spec in specs if spec.name not in there]
        answer = await admin.create_topics(
            [
                NewTopic(spec.name, spec.partitions, replication, topic_configs=dict(spec.settings))
                for spec in missing
            ]
        )
        for name, code, *rest in answer.topic_errors:
            if code:
                raise _refusal(name, code, *rest)
        names = [spec.name for spec in missing]
        for _ in range(_PATIENCE):
            if not names or await _have_leaders(admin, names):
                break
            await asyncio.sleep(_PAUSE)
        return names


async def _have_leaders(admin: AIOKafkaAdminClient, names: list[str]) -> bool:
    return all(
        not row["error_code"] and all(part["leader"] >= 0 for part in row["partitions"])
        for row in await admin.describe_topics(names)
    )


def _refusal(name: str, code: int, message: str | None = None) -> KafkaError:
    kind: type[KafkaError] = for_code(code)
    return kind(f"{name}: {message}" if message else name)
