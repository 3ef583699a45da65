"""A share of the loop's time for work that nobody waits for, such as a checkpoint.

Such work is done in pieces of a few milliseconds, and after each it rests: while records come it takes
a fifth of the processor time, whichever partitions it is for, and records wait for one piece at most.
When nobody else has anything to do it goes on at once.

Examples:
    >>> now = [10.0]
    >>> spare = Spare(lambda: now[0])
    >>> spare.pause(0.002)
    0.0
    >>> spare.taken()
    >>> spare.pause(0.002), spare.pause(0.002)
    (0.008, 0.016)
"""

import asyncio
from collections.abc import Callable
from time import monotonic, thread_time

# For each second of work, so many of rest.
_REST = 4.0
# Nothing was taken for so long: nobody is kept waiting.
_IDLE = 0.1


class Spare:
    """One for all the partitions of a worker."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._taken = float("-inf")
        self._until = 0.0

    def taken(self) -> None:
        """Records have been taken: there are others who want the loop."""
        self._taken = self._clock()

    def pause(self, spent: float) -> float:
        """How long to rest after a piece that took so many seconds."""
        now = self._clock()
        if now - self._taken > _IDLE:
            return 0.0
        self._until = max(self._until, now) + spent * _REST
        return round(self._until - now, 6)

    async def rest(self, began: float, *, hurry: bool = False) -> None:
        """Let others go on after a piece that began at this `thread_time`; in a hurry, only once."""
        await asyncio.sleep(0.0 if hurry else self.pause(thread_time() - began))
