"""The source service, with a consumer whose answers the test gives."""

import asyncio

from aiokafka import TopicPartition

from detector.runtime.owned import Batch
from detector.runtime.source import Source

WHERE = TopicPartition("t", 0)


class Consumer:
    """Holds records without an end; `getmany` waits until it is let go."""

    def __init__(self) -> None:
        self.at = 0
        self.go = asyncio.Event()

    async def position(self, _where: TopicPartition) -> int:
        """Where it stands."""
        return self.at

    async def getmany(self, *_: object, **__: object) -> dict[TopicPartition, list[object]]:
        """Ten records further."""
        await self.go.wait()
        self.at += 10
        return {}

    def seek(self, _where: TopicPartition, offset: int) -> None:
        """Stand elsewhere."""
        self.at = offset

    def assignment(self) -> set[TopicPartition]:
        """All that there is."""
        return {WHERE}

    def resume(self, *_: TopicPartition) -> None:
        """It never rests."""


class Channel:
    """Keeps what it is sent."""

    def __init__(self) -> None:
        self.sent: list[Batch] = []

    async def send(self, *, value: Batch) -> None:
        """Take one."""
        self.sent.append(value)


async def nothing(_: object) -> None:
    """Neither assigned nor revoked matters here."""


def test_a_partition_that_begins_again_during_a_fetch_loses_nothing():
    """What that fetch took out is neither handed on nor passed over: it comes once more, in the new
    turn."""

    async def story() -> list[tuple[int, int, bool]]:
        consumer, channel = Consumer(), Channel()
        source = Source(consumer, ["t"], channel, assigned=nothing, revoked=nothing, most=10)  # type: ignore[arg-type]
        source.begin(WHERE, 40)
        fetch = asyncio.ensure_future(source._batches([WHERE], 0))
        await asyncio.sleep(0)
        source.hold(WHERE)
        source.begin(WHERE, 30)
        consumer.go.set()
        stale = await fetch
        await source._batches([WHERE], 0)
        return [
            (0, 0, stale),
            *((batch.begin, batch.end, source.is_current(batch)) for batch in channel.sent),
        ]

    assert [(0, 0, False), (30, 40, True)] == asyncio.run(story())


def test_a_partition_that_has_moved_hands_nothing_on():
    """What was fetched of it meanwhile belongs to its next owner."""

    async def story() -> list[Batch]:
        consumer, channel = Consumer(), Channel()
        source = Source(consumer, ["t"], channel, assigned=nothing, revoked=nothing, most=10)  # type: ignore[arg-type]
        source.begin(WHERE, 40)
        fetch = asyncio.ensure_future(source._batches([WHERE], 0))
        await asyncio.sleep(0)
        source.hold(WHERE)
        consumer.go.set()
        await fetch
        return channel.sent

    assert [] == asyncio.run(story())


def test_a_partition_that_moves_while_it_is_taken_in_is_taken_in_once_at_a_time():
    """A group that moves its partitions again, before the first round of them has begun, waits for
    that; then they are given up, and begin once."""

    async def story() -> list[str]:
        told: list[str] = []

        async def assigned(where: TopicPartition) -> None:
            told.append("begins")
            await asyncio.sleep(0.01)
            source.begin(where, 40)
            told.append("has begun")

        async def revoked(_: set[TopicPartition]) -> None:
            told.append(f"given up, {len(source.ready)} fetched")

        consumer = Consumer()
        source = Source(consumer, ["t"], Channel(), assigned=assigned, revoked=revoked, most=10)  # type: ignore[arg-type]
        first = asyncio.ensure_future(source.take_in([WHERE]))
        slow = asyncio.ensure_future(source.take_in([WHERE, TopicPartition("t", 1)]))
        await asyncio.sleep(0)
        await source.give_up({WHERE})
        await asyncio.gather(first, slow, source.take_in([WHERE]))
        return told

    moved = "given up, 0 fetched"
    assert ["begins", "has begun", moved, "begins", "has begun"] == asyncio.run(story())
