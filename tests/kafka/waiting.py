"""Waiting for what must come about: by a condition, with patience, and never by the clock alone."""

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

from aiokafka.errors import KafkaError

PATIENCE = 120.0
_PAUSE = 0.1


async def until(
    what: str, condition: Callable[[], Awaitable[Any] | Any], patience: float = PATIENCE
) -> Any:
    """The first true answer of a condition.

    Raises:
        TimeoutError: it has not come about.
    """
    now = asyncio.get_running_loop().time
    end = now() + patience
    while now() < end:
        try:
            answer = condition()
            answer = await answer if isawaitable(answer) else answer
        except KafkaError:  # a new cluster or group has no coordinator yet
            answer = None
        if answer:
            return answer
        await asyncio.sleep(_PAUSE)
    raise TimeoutError(f"expected within {patience} s: {what}")
