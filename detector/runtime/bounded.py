"""Steps that may not take for ever: a client of a broker that is away waits on, even when cancelled.

Examples:
    >>> async def quick() -> None: ...
    >>> asyncio.run(within("a step", quick(), 1.0))
    True
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)


async def within(what: str, step: Coroutine[Any, Any, object], seconds: float) -> bool:
    """Whether a step came to its end in time. If not it is told to stop, but not waited for; what it
    leaves undone, or why it failed, is said: it is as after a crash."""
    task = asyncio.ensure_future(step)
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        task.cancel()
    if not task.done():
        error = f"it takes more than {seconds} s"
    elif task.cancelled():
        error = "it was given up"
    elif task.exception() is None:
        return True
    else:
        error = repr(task.exception())
    log.warning("goes on without a step", extra={"step": what, "error": error})
    return False
