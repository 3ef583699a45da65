"""Records on their way: in order, together, and nobody who gives up takes them from others."""

import asyncio
from typing import Any

import pytest
from aiokafka.errors import KafkaError

from detector.runtime.mail import Mail
from detector.runtime.outbox import Outbox
from detector.worker import Topics

_ROOM = 3


class Batch:
    """A batch for a few records."""

    def __init__(self) -> None:
        self.rows: list[tuple[bytes, bytes]] = []

    def append(self, *, key: bytes, value: bytes, timestamp: None) -> object:
        """Take a record if there is room."""
        if len(self.rows) == _ROOM:
            return None
        self.rows.append((key, value))
        return True


class Producer:
    """Takes one batch of a partition at a time and acknowledges it when told to."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, list[bytes]]] = []
        self.acks: list[asyncio.Future[Any]] = []
        self.refuses = False

    def create_batch(self) -> Batch:
        """An empty one."""
        return Batch()

    async def send_batch(
        self, batch: Batch, topic: str, *, partition: int
    ) -> "asyncio.Future[Any]":
        """Take a batch."""
        await asyncio.sleep(0)
        if self.refuses:
            raise KafkaError("away")
        self.sent.append((partition, [value for _, value in batch.rows]))
        self.acks.append(asyncio.get_running_loop().create_future())
        return self.acks[-1]

    async def send(self, topic: str, value: bytes, key: bytes, **_: Any) -> "asyncio.Future[Any]":
        """Take one record."""
        self.sent.append((-1, [value[:1]]))
        self.acks.append(asyncio.get_running_loop().create_future())
        return self.acks[-1]

    def acknowledge(self) -> None:
        """All that was sent is there."""
        for ack in self.acks:
            if not ack.done():
                ack.set_result(None)


def _outboxes(producer: Producer, count: int = 1) -> list[Outbox]:
    mail = Mail(producer, "activity")
    return [Outbox(mail, Topics(), 1, 1) for _ in range(count)]


async def _rest() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_records_stay_in_order_and_travel_together() -> None:
    """Seven records for one partition need three batches of three, in the order they came."""

    async def run() -> None:
        producer = Producer()
        [outbox] = _outboxes(producer)
        for number in range(7):
            await outbox.activity("k", b"%d" % number)
        await _rest()
        assert [(0, [b"0", b"1", b"2"]), (0, [b"3", b"4", b"5"]), (0, [b"6"])] == producer.sent
        assert len(outbox.pending()) == 1
        producer.acknowledge()
        await outbox.settled(outbox.pending())
        assert () == outbox.pending()

    asyncio.run(run())


def test_nothing_is_settled_before_every_batch_is_acknowledged() -> None:
    """With one of two batches missing, who waits goes on waiting."""

    async def run() -> None:
        producer = Producer()
        [outbox] = _outboxes(producer)
        for number in range(4):
            await outbox.activity("k", b"%d" % number)
        await _rest()
        producer.acks[0].set_result(None)
        waiting = asyncio.create_task(outbox.settled(outbox.pending()))
        await _rest()
        assert not waiting.done()
        producer.acknowledge()
        await waiting

    asyncio.run(run())


@pytest.mark.parametrize("early", [True, False])
def test_what_cannot_be_sent_is_said_to_all_who_wait(early: bool) -> None:
    """Whether the producer or the broker refuses: everybody whose records were there hears of it."""

    async def run() -> None:
        producer = Producer()
        producer.refuses = early
        outboxes = _outboxes(producer, 2)
        for outbox in outboxes:
            await outbox.activity("k", b"v")
        await _rest()
        if not early:
            producer.acks[0].set_exception(KafkaError("refused"))
        for outbox in outboxes:
            with pytest.raises(KafkaError):
                await outbox.settled(outbox.pending())

    asyncio.run(run())


def test_who_gives_up_takes_nothing_from_others() -> None:
    """One of two waits no longer; the other is told when the broker has the records, and not before."""

    async def run() -> None:
        producer = Producer()
        one, other = _outboxes(producer, 2)
        await one.activity("k", b"v")
        await other.activity("k", b"w")
        await _rest()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(one.settled(one.pending()), 0.01)
        waiting = asyncio.create_task(other.settled(other.pending()))
        await _rest()
        assert not waiting.done()
        assert one.pending()
        producer.acknowledge()
        await waiting

    asyncio.run(run())


def test_a_large_record_keeps_its_place() -> None:
    """It goes to the producer by itself, after what came before it."""

    async def run() -> None:
        producer = Producer()
        [outbox] = _outboxes(producer)
        await outbox.activity("k", b"a")
        await outbox.activity("k", b"L" * 100_000)
        await outbox.activity("k", b"z")
        await _rest()
        assert [(0, [b"a"]), (-1, [b"L"]), (0, [b"z"])] == producer.sent

    asyncio.run(run())
