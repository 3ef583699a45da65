"""The source service: one consumer, its partitions, and a channel that holds it back.

Records go to a Faust channel in batches, fairly between partitions; the channel takes a few and then
lets the service wait, so memory stays bounded when the input outruns the worker.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import ConsumerStoppedError, IllegalStateError, KafkaError
from faust.types import ChannelT
from mode import Service

from detector.runtime.connect import started
from detector.runtime.owned import Batch

log = logging.getLogger(__name__)
_WAIT_MS = 200
_RETRY = 0.5
_NEVER = (0, 0)


class Source(Service):
    """Fetches what partitions are `ready` and sends it to a channel. `assigned` is called without
    being waited for by the group's coordinator, so it may take its time; `revoked` is waited for.
    `joined` says whether the group has ever answered."""

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        topics: Iterable[str],
        channel: ChannelT[Batch],
        *,
        assigned: Callable[[TopicPartition], Awaitable[None]],
        revoked: Callable[[set[TopicPartition]], Awaitable[None]],
        most: int,
    ) -> None:
        super().__init__()
        self.consumer = consumer
        self.ready: set[TopicPartition] = set()
        self.joined = False
        self._turns: dict[TopicPartition, tuple[int, int]] = {}
        self._turn = 0
        self._round = 0
        self._taking: defaultdict[TopicPartition, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._topics = list(topics)
        self._channel = channel
        self.assigned = assigned
        self.revoked = revoked
        self._most = most

    async def on_start(self) -> None:
        """Join the group."""
        await started(self.consumer)
        self.consumer.subscribe(self._topics, listener=_Listener(self))

    def begin(self, where: TopicPartition, offset: int) -> None:
        """Let records of a partition come, from `offset` on. What is still on its way from before
        is of no use any more."""
        self._turn += 1
        self._turns[where] = self._turn, offset
        self.consumer.seek(where, offset)
        self.ready.add(where)
        self.consumer.resume(where)

    def hold(self, where: TopicPartition) -> None:
        """Let no more records of a partition come, nor those that are on their way."""
        self.ready.discard(where)
        self._turns.pop(where, None)

    def rest(self, where: TopicPartition) -> None:
        """Fetch nothing of a partition for now; what is on its way comes."""
        self.ready.discard(where)

    def go_on(self, where: TopicPartition) -> None:
        """Fetch again after `rest`."""
        if where in self._turns:
            self.ready.add(where)

    def is_current(self, batch: Batch) -> bool:
        """Whether a batch was fetched since its partition began."""
        return self._turns.get(batch.where, _NEVER)[0] == batch.turn

    async def on_stop(self) -> None:
        """Fetch no more. The group is left by `leave`, after the last checkpoints."""
        self.ready.clear()

    async def leave(self) -> None:
        """Leave the group."""
        await self.consumer.stop()

    async def take_in(self, moved: Iterable[TopicPartition]) -> None:
        """Give partitions to the part that owns them, for as long as they are ours."""
        begun = self._round
        for where in sorted(moved):
            async with self._taking[where]:
                while self._round == begun and not self.should_stop and self.is_ours(where):
                    try:
                        await self.assigned(where)
                        break
                    except IllegalStateError:  # it has moved on: the loop ends
                        await asyncio.sleep(_RETRY)
                    except KafkaError as error:
                        log.warning("partition waits for the broker", extra={"error": str(error)})
                        await asyncio.sleep(_RETRY)

    def is_ours(self, where: TopicPartition) -> bool:
        """Whether the group gives a partition to this worker."""
        return where in self.consumer.assignment()

    async def give_up(self, moved: set[TopicPartition]) -> None:
        """Take partitions from the part that owns them. A group moves all of its partitions at once
        and may do so again while some are still being taken in: those are waited for, and then taken
        away, since a partition that is taken in twice at a time would begin twice."""
        self._round += 1
        for where in moved:
            self.hold(where)
        for where in moved:
            async with self._taking[where]:
                self.hold(where)
        await self.revoked(moved)

    @Service.task
    async def _fetch(self) -> None:
        while not self.should_stop:
            found = False
            try:
                for where in sorted(self.ready):
                    found |= await self._batches([where], 0)
                if not found:
                    await self._batches(sorted(self.ready), _WAIT_MS)
            except ConsumerStoppedError:
                return

    async def _batches(self, ready: list[TopicPartition], wait: int) -> bool:
        """Fetch what there is of some partitions, or wait a little for what comes."""
        if not ready:
            await asyncio.sleep(_WAIT_MS / 1_000)
            return False
        consumer, turns = self.consumer, [self._turns.get(where, _NEVER) for where in ready]
        try:
            begins = [await consumer.position(where) for where in ready]
            found = await consumer.getmany(*ready, timeout_ms=wait, max_records=self._most)
        except IllegalStateError:  # one has moved to another worker meanwhile
            return False
        for where, turn, begin in zip(ready, turns, begins, strict=True):
            with suppress(IllegalStateError):
                await self._emit(where, turn[0], begin, found.get(where, []))
        return bool(found)

    async def _emit(
        self, where: TopicPartition, turn: int, begin: int, records: list[ConsumerRecord]
    ) -> None:
        now, offset = self._turns.get(where, _NEVER)
        if now != turn:
            if now:  # it has begun again meanwhile, and these may be its first records
                self.consumer.seek(where, offset)
            return
        # Marks of transactions move the position without a record.
        end = await self.consumer.position(where)
        if end != begin and now:
            await self._channel.send(value=Batch(where, begin, end, turn, records))


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Never waits for a restore: no heartbeat is sent before these return."""

    def __init__(self, source: Source) -> None:
        self._source = source

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        source, moved = self._source, set(assigned)
        source.joined = True
        if moved:
            source.consumer.pause(*moved)
            source.add_future(source.take_in(moved))

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        if moved := set(revoked):
            await self._source.give_up(moved)
