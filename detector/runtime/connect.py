"""Clients of the brokers, made in one place: every one of them is secured alike.

Examples:
    >>> arguments(Connection())["security_protocol"]
    'PLAINTEXT'
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.abc import AbstractTokenProvider
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError, KafkaError, UnknownError
from aiokafka.helpers import create_ssl_context

from detector.worker import Connection, WorkerConfig

# A broker may be away for a minute or two; what is on its way waits for so long.
_PATIENCE_MS = 180_000
_MOST_BYTES = 16 * 2**20
_BATCH = 256 * 2**10
_TRIES, _PAUSE = 40, 0.25

T = TypeVar("T")
_RETRY = 1.0
log = logging.getLogger(__name__)


class _TokenFile(AbstractTokenProvider):  # type: ignore[misc]
    def __init__(self, path: Path) -> None:
        self._path = path

    async def token(self) -> str:
        return self._path.read_text("utf-8").strip()


def arguments(connection: Connection) -> dict[str, Any]:
    """What every client is told about the connection."""
    made: dict[str, Any] = {
        "bootstrap_servers": connection.bootstrap,
        "security_protocol": connection.protocol,
    }
    if connection.protocol.startswith("SASL"):
        made["sasl_mechanism"] = connection.mechanism
        if connection.token_file is not None:
            made["sasl_oauth_token_provider"] = _TokenFile(connection.token_file)
        else:
            made["sasl_plain_username"] = connection.username
            made["sasl_plain_password"] = connection.password
    if connection.protocol.endswith("SSL"):
        made["ssl_context"] = _context(connection)
    return made


def _context(connection: Connection) -> ssl.SSLContext:
    certificate, key = connection.certificate_file, connection.key_file
    made: ssl.SSLContext = create_ssl_context(
        cafile=str(connection.ca_file) if connection.ca_file else None,
        certfile=str(certificate) if certificate else None,
        keyfile=str(key) if key else None,
    )
    return made


async def started(client: "AIOKafkaConsumer | AIOKafkaProducer | AIOKafkaAdminClient") -> None:
    """Start a client; while no broker can be reached, wait and say so."""
    while True:
        try:
            await client.start()
        except KafkaConnectionError as error:
            log.warning("waiting for the broker", extra={"error": str(error)})
            await asyncio.sleep(_RETRY)
        else:
            return


# A broker whose disk is full answers with this as well. Whoever sends with numbers may send again: the
# broker drops what it has already.
UnknownError.retriable = True


def producer(
    config: WorkerConfig, transactional_id: str | None = None, patience: int = 60_000
) -> AIOKafkaProducer:
    """An idempotent producer; a transactional one if it has an id. The broker ends a transaction that
    is open for longer than `patience` (ms)."""
    return AIOKafkaProducer(
        **arguments(config.connection),
        acks="all",
        enable_idempotence=True,
        transactional_id=transactional_id,
        transaction_timeout_ms=patience,
        # State is compressed by the broker, if its topic says so: here it would cost detection time.
        compression_type="zstd" if transactional_id is None else None,
        max_batch_size=_BATCH,
        max_request_size=_MOST_BYTES,
        linger_ms=2 if transactional_id is None else 0,
        request_timeout_ms=_PATIENCE_MS if transactional_id is None else 60_000,
        retry_backoff_ms=20,
    )


def member(config: WorkerConfig, group: str) -> AIOKafkaConsumer:
    """A consumer that is a member of a group and commits nothing by itself."""
    return AIOKafkaConsumer(
        **arguments(config.connection),
        group_id=f"{config.group}-{group}",
        group_instance_id=f"{config.instance}-{group}" if config.instance else None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        session_timeout_ms=config.session,
        heartbeat_interval_ms=config.session // 4,
        max_poll_interval_ms=300_000,
        max_partition_fetch_bytes=_MOST_BYTES,
        fetch_max_wait_ms=100,
        retry_backoff_ms=100,
        metadata_max_age_ms=30_000,
    )


def reader(config: WorkerConfig) -> AIOKafkaConsumer:
    """A consumer outside any group, for topics that are read from a given offset."""
    return AIOKafkaConsumer(
        **arguments(config.connection),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=_MOST_BYTES,
        fetch_max_wait_ms=50,
    )


async def identity(connection: Connection) -> str:
    """The cluster's own id: state of another one is none of ours."""
    admin = AIOKafkaAdminClient(**arguments(connection))
    await started(admin)
    try:
        return str((await admin.describe_cluster())["cluster_id"])
    finally:
        await admin.close()


@asynccontextmanager
async def administrator(connection: Connection) -> AsyncIterator[AIOKafkaAdminClient]:
    """A client that asks about the cluster, for as long as the block."""
    admin = AIOKafkaAdminClient(**arguments(connection))
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


async def steadily(ask: Callable[[], Awaitable[T]]) -> T:
    """What was asked, also of a cluster that has just begun and says "not yet" for a moment.

    Raises:
        KafkaError: it goes on saying so, or says something else.
    """
    for _ in range(_TRIES):
        try:
            return await ask()
        except KafkaError as error:
            if not error.retriable:
                raise
        await asyncio.sleep(_PAUSE)
    return await ask()


@asynccontextmanager
async def reading(config: WorkerConfig) -> AsyncIterator[AIOKafkaConsumer]:
    """A `reader`, started, for as long as the block."""
    consumer = reader(config)
    try:
        await consumer.start()
        # Stopped before its tasks have begun, it would cancel whoever stops it.
        await asyncio.sleep(0)
        yield consumer
    finally:
        await consumer.stop()


@asynccontextmanager
async def writing(
    config: WorkerConfig, transactional_id: str | None = None
) -> AsyncIterator[AIOKafkaProducer]:
    """A `producer`, started, for as long as the block."""
    made = producer(config, transactional_id)
    try:
        await made.start()
        yield made
    finally:
        await made.stop()
