"""How far behind the groups of a worker are.

Examples:
    >>> Lag("detector-detect", members=1, behind=40, topics=2).line
    '40 records behind'
    >>> Lag("detector-detect", members=0, behind=0, topics=0).line
    'nothing has been committed yet'
"""

from collections.abc import Collection, Iterable

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code
from msgspec import Struct

from detector.runtime.connect import administrator, reading, steadily
from detector.worker import WorkerConfig

GROUPS = ("normalise", "detect", "admit")
"""What a worker's groups are named after its own."""


class Lag(Struct, frozen=True):
    """One group: how many read, how many records they are behind, in how many topics they have
    committed something."""

    group: str
    members: int
    behind: int
    topics: int

    @property
    def line(self) -> str:
        """The same in words."""
        if not self.topics:
            return "nothing has been committed yet"
        return f"{self.behind:,} records behind"


async def lags(config: WorkerConfig, names: Iterable[str] = GROUPS) -> list[Lag]:
    """How far behind each of the groups is now.

    Raises:
        KafkaError: we may not see a group.
    """
    async with administrator(config.connection) as admin:
        kept = [
            (group, await _members(admin, group), await _offsets(admin, group))
            for group in (f"{config.group}-{name}" for name in names)
        ]
    ends = await _ends(config, {where for _, _, offsets in kept for where in offsets})
    return [
        Lag(
            group=group,
            members=members,
            behind=sum(max(0, ends[where] - at) for where, at in offsets.items()),
            topics=len({where.topic for where in offsets}),
        )
        for group, members, offsets in kept
    ]


async def offsets(config: WorkerConfig, group: str) -> dict[TopicPartition, int]:
    """What a group has committed.

    Raises:
        KafkaError: we may not see it.
    """
    async with administrator(config.connection) as admin:
        return await _offsets(admin, group)


async def _ends(
    config: WorkerConfig, wanted: Collection[TopicPartition]
) -> dict[TopicPartition, int]:
    if not wanted:
        return {}
    async with reading(config) as consumer:
        ends: dict[TopicPartition, int] = await consumer.end_offsets(sorted(wanted))
        return ends


async def _offsets(admin: AIOKafkaAdminClient, group: str) -> dict[TopicPartition, int]:
    kept = await steadily(lambda: admin.list_consumer_group_offsets(group))
    return {where: found.offset for where, found in kept.items() if found.offset >= 0}


async def _members(admin: AIOKafkaAdminClient, group: str) -> int:
    [answer] = await steadily(lambda: admin.describe_consumer_groups([group]))
    code, _, _, _, _, members, *_ = answer.groups[0]
    if code:
        raise for_code(code)(group)
    return len(members)
