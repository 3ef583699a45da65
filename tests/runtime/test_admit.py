"""Admission of a worker, with transactions that the test holds up."""

import asyncio
from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import ProducerFenced

from detector.runtime.admission import Desk
from detector.runtime.admit import Admitter
from detector.runtime.keeper import FencedError
from detector.runtime.owned import Batch
from detector.worker import WorkerConfig

WHERE, OTHER = TopicPartition("findings", 0), TopicPartition("findings", 1)


class Producer:
    """Notes that it was stopped."""

    def __init__(self, happened: list[str]) -> None:
        self._happened = happened

    async def stop(self) -> None:
        """Let go."""
        self._happened.append("stops")


class Held(Admitter):
    """Each transaction waits until it is let go."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__(WorkerConfig())
        self.go = asyncio.Event()
        self.happened: list[str] = []
        self.source = SimpleNamespace(is_current=lambda _: True)  # type: ignore[assignment]
        self._error = error
        for where in (WHERE, OTHER):
            desk = Desk(WorkerConfig().engine.response)
            self.desks[where] = desk, Producer(self.happened)

    async def _commit(self, batch: Batch, *_: object) -> None:
        self.happened.append(f"{batch.where.partition}: {batch.begin} to {batch.end}")
        await self.go.wait()
        if self._error is not None:
            raise self._error


def batch(where: TopicPartition, begin: int, end: int) -> Batch:
    """Findings, none of which is of interest here."""
    return Batch(where, begin, end, 1, [])


async def turns() -> None:
    """Let everything go on until it waits."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_what_comes_during_a_transaction_is_gathered_into_the_next():
    """And a partition waits for no other one."""

    async def story() -> list[str]:
        held = Held()
        for begin in range(4):
            await held.process(batch(WHERE, begin, begin + 1))
            await turns()
        await held.process(batch(OTHER, 0, 1))
        await turns()
        held.go.set()
        await turns()
        return held.happened

    assert ["0: 0 to 1", "1: 0 to 1", "0: 1 to 4"] == asyncio.run(story())


def test_a_partition_moves_after_the_transaction_that_is_under_way():
    """What waits behind it is left to the next owner."""

    async def story() -> list[str]:
        held = Held()
        for begin in range(2):
            await held.process(batch(WHERE, begin, begin + 1))
            await turns()
        leaving = asyncio.ensure_future(held.revoked({WHERE}))
        await turns()
        before = list(held.happened)
        held.go.set()
        await leaving
        return [*before, *held.happened]

    assert ["0: 0 to 1", "0: 0 to 1", "stops"] == asyncio.run(story())


def test_another_owner_ends_the_work():
    """Whoever tends it learns of it."""

    async def story() -> None:
        held = Held(ProducerFenced())
        await held.process(batch(WHERE, 0, 1))
        held.go.set()
        await turns()
        await held.tend()

    with pytest.raises(FencedError, match="findings 0 have another owner"):
        asyncio.run(story())
