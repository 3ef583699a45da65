"""A partition in a worker's hands, with a keeper whose commits the test holds up."""

import asyncio

from aiokafka import TopicPartition

from detector.config import EngineConfig
from detector.runtime.mail import Mail
from detector.runtime.outbox import Outbox
from detector.runtime.owned import Batch, Owned
from detector.runtime.partition import Partition
from detector.runtime.resident import Everything
from detector.worker import Topics, WorkerConfig

WHERE = TopicPartition("activity", 0)


class Keeper:
    """Notes what happens; a commit waits until it is let go."""

    def __init__(self) -> None:
        self.begun, self.go = asyncio.Event(), asyncio.Event()
        self.happened: list[str] = []

    async def commit(self, _rows: object, _marker: bytes, _rest: object) -> None:
        """Write a checkpoint."""
        self.happened.append("begins")
        self.begun.set()
        await self.go.wait()
        self.happened.append("commits")

    async def close(self) -> None:
        """Let go."""
        self.happened.append("closes")


def owned(keeper: Keeper, resident: int = 200_000) -> Owned:
    """A partition that has something to write."""
    outbox = Outbox(Mail(None, "activity"), Topics(), 1, 1)
    partition = Partition(0, 1, EngineConfig(), Everything())
    made = Owned(partition, keeper, outbox, WorkerConfig(resident=resident))  # type: ignore[arg-type]
    partition.offset = 7
    return made


async def underway(made: Owned, keeper: Keeper) -> "asyncio.Task[None]":
    """A checkpoint whose commit has begun."""
    saving = asyncio.ensure_future(made.save())
    await keeper.begun.wait()
    return saving


def test_a_checkpoint_under_way_ends_before_its_partition_moves():
    """The keeper is closed after its commit and not under it, which would never end then."""

    async def story() -> list[str]:
        keeper = Keeper()
        made = owned(keeper)
        saving = await underway(made, keeper)
        closing = asyncio.ensure_future(made.close(save=True))
        await asyncio.sleep(0)
        keeper.go.set()
        await asyncio.gather(saving, closing)
        return keeper.happened

    assert ["begins", "commits", "closes"] == asyncio.run(story())


def test_records_wait_for_a_checkpoint_while_too_much_is_in_memory():
    """What is taken meanwhile cannot be let go before it ends, so nothing is."""

    async def story() -> tuple[int, int]:
        keeper = Keeper()
        made = owned(keeper, resident=10)
        made.partition.entities.resident = dict.fromkeys(map(str, range(18)))
        saving = await underway(made, keeper)
        taking = asyncio.ensure_future(made.process(Batch(WHERE, 7, 9, 1, [])))
        await asyncio.sleep(0)
        before = made.partition.offset
        keeper.go.set()
        await asyncio.gather(saving, taking)
        return before, made.partition.offset

    assert (7, 9) == asyncio.run(story())


def test_a_checkpoint_is_due_when_too_much_is_in_memory():
    """However many bytes it writes."""
    made = owned(Keeper(), resident=10)
    made.partition.entities.dirty = set(map(str, range(100_000)))
    made.saved_at -= 2.0
    before = made.due
    made.partition.entities.resident = dict.fromkeys(map(str, range(13)))

    assert (False, True) == (before, made.due)


def test_a_checkpoint_under_way_is_given_up_with_its_partition():
    """Where nothing is to be saved any more it does not go on against the next owner."""

    async def story() -> tuple[bool, list[str]]:
        keeper = Keeper()
        made = owned(keeper)
        saving = await underway(made, keeper)
        await made.close(save=False)
        await asyncio.gather(saving, return_exceptions=True)
        return saving.cancelled(), keeper.happened

    assert (True, ["begins", "closes"]) == asyncio.run(story())
