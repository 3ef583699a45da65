"""Whether we may do something, found out without doing it.

Brokers look at rights first. So a fetch from beyond the end, a batch without a record and a heartbeat
of a member that nobody knows are refused in one way by those who forbid them, and in another by those
who would allow them; nothing is read, written or moved. The client has no public call for these:
this is the one module that sends requests of its own.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import GroupAuthorizationFailedError, TransactionalIdAuthorizationFailed
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.group import HeartbeatRequest
from aiokafka.protocol.produce import ProduceRequest

from detector.runtime.connect import administrator, arguments, steadily, writing
from detector.runtime.grants import Grant
from detector.worker import Connection, WorkerConfig

_FORBIDDEN = frozenset({29, 30, 31, 53})
_BEYOND = 2**62
_WAIT_MS = 5_000


class Probe:
    """Asks one cluster. Made by `probing`."""

    def __init__(self, client: AIOKafkaClient, config: WorkerConfig) -> None:
        self._client = client
        self._config = config

    async def allows(self, grant: Grant, operation: str) -> bool:
        """Whether we may do it. Of prefixes, one name below it is tried."""
        if grant.kind == "group":
            return await self._may_join(grant.name)
        if grant.kind == "transactional-id":
            return await self._may_commit(f"{grant.name}doctor")
        if operation == "Write":
            return await self._may_write(grant.name)
        return await self._may_read(grant.name)

    async def _leader(self, topic: str) -> int | None:
        await self._client.set_topics([topic])
        found: int | None = self._client.cluster.leader_for_partition(TopicPartition(topic, 0))
        return found if found is not None and found >= 0 else None

    async def _may_write(self, topic: str) -> bool:
        leader = await self._leader(topic)
        if leader is None:
            return False
        nothing = [(topic, [(0, b"")])]
        asked = ProduceRequest(None, required_acks=-1, timeout=_WAIT_MS, topics=nothing)
        answer = await self._client.send(leader, asked)
        return answer.topics[0][1][0][1] not in _FORBIDDEN

    async def _may_read(self, topic: str) -> bool:
        leader = await self._leader(topic)
        if leader is None:
            return False
        beyond = [(topic, [(0, _BEYOND, 1)])]
        answer = await self._client.send(leader, FetchRequest(0, 0, 1, 1, beyond))
        return answer.topics[0][1][0][1] not in _FORBIDDEN

    async def _may_join(self, group: str) -> bool:
        try:
            async with administrator(self._config.connection) as admin:
                node = await steadily(lambda: admin.find_coordinator(group))
        except GroupAuthorizationFailedError:
            return False
        answer = await self._client.send(node, HeartbeatRequest(group, -1, "nobody"))
        return answer.error_code not in _FORBIDDEN

    async def _may_commit(self, transactional_id: str) -> bool:
        try:
            async with writing(self._config, transactional_id):
                return True
        except TransactionalIdAuthorizationFailed:
            return False

    async def ahead(self, topic: str, partition: int, now: int) -> int | None:
        """By how many ms the broker's clock is ahead of `now`: the time that it gives to a record,
        which is then withdrawn. None if the topic keeps the writer's time."""
        async with writing(self._config, f"{self._config.group}-state-doctor") as made:
            await made.begin_transaction()
            try:
                sent = await (await made.send(topic, b"", partition=partition))
            finally:
                await made.abort_transaction()
        return sent.timestamp - now if sent.timestamp_type == 1 else None


@asynccontextmanager
async def probing(config: WorkerConfig) -> AsyncIterator[Probe]:
    """Ask the cluster of `config` for as long as the block."""
    client = AIOKafkaClient(**arguments(config.connection))
    try:
        await client.bootstrap()
        yield Probe(client, config)
    finally:
        await client.close()


async def cluster(connection: Connection) -> tuple[str, int]:
    """The cluster's id, and how many brokers it has."""
    async with administrator(connection) as admin:
        found = await admin.describe_cluster()
        return str(found["cluster_id"]), len(found["brokers"])
