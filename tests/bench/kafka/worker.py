"""A worker as it is, that also says when it has its first event, half of them and the last one, when
a partition is done, and how many partitions it owns.

Once it has had the last one, checkpoints come at once: what is measured to the last commit is to hold
no pause between two of them.
"""

import asyncio
import math
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from aiokafka import TopicPartition

from detector.runtime.app import Parts, run
from detector.runtime.detect import Detector
from detector.runtime.owned import Batch, Owned
from detector.sources.base import Context
from detector.sources.fingerprint import Fingerprints
from tests.bench.kafka.options import read
from tests.kafka.runner import KEY

_ASK = 0.02


def say(mark: str, value: float | None = None) -> None:
    """One mark, for whoever measures."""
    print(mark, time.time() if value is None else value, flush=True)


class _Progress:
    """How many of the loaded events have been taken."""

    def __init__(self, ends: tuple[int, ...]) -> None:
        self._ends = ends
        self._done = dict.fromkeys(range(len(ends)), 0)
        self._said: set[str] = set()

    @property
    def over(self) -> bool:
        """Whether the last one has been taken."""
        return "last" in self._said

    def begins(self) -> None:
        """A batch with records has come."""
        self._once("first")

    def taken(self, batch: Batch) -> bool:
        """A batch is done; whether it was the last one, or one of those that follow."""
        number = batch.where.partition
        if number not in self._done:
            return False
        self._done[number] = min(batch.end, self._ends[number])
        if self._done[number] == self._ends[number]:
            self._once(f"done-{number}")
        done, whole = sum(self._done.values()), sum(self._ends)
        if done * 2 >= whole:
            self._once("half")
        if done >= whole:
            self._once("last")
        return done >= whole

    def _once(self, mark: str) -> None:
        if mark not in self._said:
            self._said.add(mark)
            say(mark)


def watched(ends: tuple[int, ...], gate: str = "") -> None:
    """From here on a worker of this process says how far it is."""
    progress = _Progress(ends)
    process, assigned, revoked = Parts.process, Detector.assigned, Detector.revoked
    save = Owned.save
    handled: set[int] = set()
    waits: list[asyncio.Task[None]] = []

    async def processing(self: Parts, name: str, batch: Batch) -> None:
        if name == "detect" and batch.records:
            progress.begins()
        await process(self, name, batch)
        if name == "detect":
            if progress.taken(batch) and self.detector is not None:
                for owned in self.detector.owned.values():
                    owned.saved_at = -math.inf
            if batch.records and batch.where.partition not in handled:
                handled.add(batch.where.partition)
                say(f"handled-{len(handled)}")

    async def saving(self: Owned) -> None:
        await save(self)
        if progress.over:
            self.saved_at = -math.inf

    async def taking(self: Detector, where: TopicPartition) -> None:
        await assigned(self, where)
        say(f"owned-{len(self.owned)}")
        if gate:
            # Not before it: a group that is to become larger waits for what is being taken in.
            self.source.rest(where)
            waits.append(asyncio.create_task(passing(self, where)))

    async def passing(self: Detector, where: TopicPartition) -> None:
        while not Path(gate).exists():  # noqa: ASYNC110, ASYNC240 - others open it
            await asyncio.sleep(_ASK)
        self.source.go_on(where)

    async def giving(self: Detector, moved: Iterable[TopicPartition]) -> None:
        await revoked(self, moved)
        say(f"owned-{len(self.owned)}")

    Parts.process = processing  # type: ignore[method-assign]
    Owned.save = saving  # type: ignore[method-assign]
    Detector.assigned = taking  # type: ignore[method-assign]
    Detector.revoked = giving  # type: ignore[method-assign]


if __name__ == "__main__":
    options = read(sys.argv[1])
    watched(options.ends, options.gate)
    run(options.config, Context(Fingerprints(KEY)), loglevel="warning")
