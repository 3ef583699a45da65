"""Whether a broker answers: a port that is open says little while Kafka starts."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError


def is_answering(bootstrap: str) -> bool:
    """Whether a client gets the cluster's description, with a broker in it."""
    with _silent():
        return asyncio.run(_asked(bootstrap))


async def _asked(bootstrap: str) -> bool:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=5_000)
    try:
        await admin.start()
        return bool((await admin.describe_cluster())["brokers"])
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        await admin.close()


@contextmanager
def _silent() -> Iterator[None]:
    """The client complains aloud of what is only not there yet."""
    logger = logging.getLogger("aiokafka")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
