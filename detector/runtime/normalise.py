"""The normaliser of a worker: raw partitions → events on `activity`, and how far each of them is.

Stateless but for the frontier of each partition, which is committed with its offset. A record is
done when everything that it caused has been acknowledged; a crash makes some events come twice,
which the engine's panes do not see.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from time import monotonic

from aiokafka import ConsumerRecord, OffsetAndMetadata, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from msgspec import MsgspecError

from detector.config import HOUR
from detector.runtime.binary import structured
from detector.runtime.connect import arguments, started
from detector.runtime.decode import Decoding
from detector.runtime.frontier import Frontier
from detector.runtime.mail import Mail
from detector.runtime.metrics import Metrics
from detector.runtime.outbox import Outbox
from detector.runtime.owned import Batch
from detector.runtime.pace import Pace
from detector.runtime.source import Source
from detector.runtime.wire import read, written
from detector.sources.base import Context
from detector.sources.inventory import Inventory
from detector.window.panes import settle_bound
from detector.worker import MIXED, WorkerConfig
from schemas.dead_letter import DeadLetter
from schemas.progress import Progress

log = logging.getLogger(__name__)
_SLICE = 200
_COMMIT = 1.0
_ANSWERS = 5.0
_CLEAR = 5.0
_CONTROL = b'{"record":"progress"'


class Raw:
    """One raw partition."""

    def __init__(self, where: TopicPartition, decoding: Decoding, lateness: int) -> None:
        self.where = where
        self.decoding = decoding
        self.lateness = lateness
        self.frontier = Frontier()
        self.asserted = 0
        self.offset = -1
        self.active = monotonic()
        self.said: Progress | None = None
        self.waiting: deque[ConsumerRecord] = deque()
        self.end = -1
        self.working = asyncio.Lock()
        self.held = 0
        self.arrived = (0, 0)

    def bound(self, allowance: int) -> int:
        """The time before which nothing is still to come."""
        if not self.frontier.time:
            return self.asserted
        return max(0, self.asserted, settle_bound(self.frontier.time - self.lateness, allowance))


class Normaliser:
    """Decodes batches of raw partitions. `clock` gives wall time in ms."""

    source: Source

    def __init__(
        self,
        config: WorkerConfig,
        context: Context,
        mail: Mail,
        *,
        topics: Mapping[str, str],
        partitions: int,
        pace: Pace,
        clock: Callable[[], int],
        metrics: Metrics | None = None,
    ) -> None:
        self.raw: dict[TopicPartition, Raw] = {}
        self._config = config
        self._topics = topics
        self._letters: list[DeadLetter] = []
        self._decodings = {
            topic: Decoding("auto" if source == MIXED else source, context, self._letters.append)
            for topic, source in topics.items()
        }
        self._metrics = metrics or Metrics()
        self._outbox = Outbox(mail, config.topics, partitions, 1, self._metrics)
        self._clock = clock
        self._pace = pace
        self._committed_at = self._tended_at = self._cleared_at = monotonic()
        self._of = 0

    # ------------------------------------------------------------------------- partitions

    async def assigned(self, where: TopicPartition) -> None:
        """A raw partition is ours: go on where the last owner stood."""
        consumer = self.source.consumer
        self._of = sum(len(consumer.partitions_for_topic(topic) or ()) for topic in self._topics)
        raw = Raw(where, self._decodings[where.topic], self._lateness(where))
        first = (await consumer.beginning_offsets([where]))[where]
        committed, frontier = await self._committed(where)
        raw.frontier = Frontier(frontier)
        raw.offset = raw.end = max(first, committed)
        end = (await consumer.end_offsets([where]))[where]
        await self._say(raw, idle=raw.offset >= end and not raw.frontier.time)
        self.source.begin(where, raw.offset)
        self.raw[where] = raw

    def _lateness(self, where: TopicPartition) -> int:
        source, engine = self._topics[where.topic], self._config.engine
        if source == MIXED:
            return max([*engine.lateness.values(), engine.default_lateness])
        return engine.lateness_of(source)

    async def _committed(self, where: TopicPartition) -> tuple[int, int]:
        """The offset that was committed and the frontier with it, which a consumer does not show."""
        admin = AIOKafkaAdminClient(**arguments(self._config.connection))
        await started(admin)
        try:
            group = f"{self._config.group}-normalise"
            kept = await admin.list_consumer_group_offsets(group, partitions=[where])
        finally:
            await admin.close()
        found = kept.get(where)
        if found is None or found.offset < 0:
            return 0, 0
        return found.offset, int(found.metadata) if found.metadata.isdigit() else 0

    def know(self, inventory: Inventory) -> None:
        """From the next record on, this is what the operator knows of credentials."""
        for decoding in self._decodings.values():
            decoding.know(inventory)

    async def revoked(self, moved: set[TopicPartition]) -> None:
        """Raw partitions move to another worker, which goes on behind the last event that was sent."""
        going = [self.raw.pop(where) for where in moved if where in self.raw]
        for raw in going:
            async with raw.working:  # what is in hand is the last of it
                pass
        await self.commit(going)

    # ------------------------------------------------------------------------- records

    async def process(self, batch: Batch) -> None:
        """Decode a batch; its events are on their way when this returns, but for those that are
        held back, which wait here and keep further ones from being fetched."""
        raw = self.raw.get(batch.where)
        if raw is None or not self.source.is_current(batch):
            return
        if batch.begin != raw.end:
            log.warning(
                "raw partition begins again", extra={"expected": raw.end, "got": batch.begin}
            )
            self.source.hold(batch.where)
            self.raw.pop(batch.where)
            await self.source.take_in([batch.where])
            return
        raw.active = monotonic()
        raw.waiting.extend(batch.records)
        raw.end = batch.end
        await self._work(raw)

    async def _work(self, raw: Raw) -> None:
        async with raw.working:
            await self._go_on(raw)

    async def _go_on(self, raw: Raw) -> None:
        while raw.waiting and self._can_go_on(raw):
            for _ in range(min(_SLICE, len(raw.waiting))):
                if not await self._one(raw, raw.waiting[0]):
                    break
                raw.offset = raw.waiting.popleft().offset + 1
            await self._flush()
            await self._say(raw, idle=False)
            self._metrics.arrived(self._topics[raw.where.topic], *raw.arrived)
            raw.arrived = (0, 0)
            await asyncio.sleep(0)
        if not raw.waiting:
            raw.offset = max(raw.offset, raw.end)

    def _can_go_on(self, raw: Raw) -> bool:
        return raw.where in self.raw and (not raw.held or raw.held < self._pace.limit)

    async def _one(self, raw: Raw, record: ConsumerRecord) -> bool:
        """Decode one record and send its events; False if it is to be held back."""
        value, (topic, partition) = record.value, raw.where
        if value is not None and value.startswith(_CONTROL):
            self._assert(raw, value, record.timestamp)
            return True
        if value and record.headers:
            value = structured(record.headers, value)
        letters = len(self._letters)
        events = raw.decoding.events(topic, partition, record.offset, value, record.timestamp)
        latest = record.timestamp + self._config.engine.max_ahead
        good = [event for event in events if event.time <= latest]
        for event in good:
            raw.frontier.push(event.time, event.key, record.timestamp)
        raw.held = max((event.time for event in good), default=0)
        if good and raw.held >= self._pace.limit and raw.frontier.time >= raw.held:
            del self._letters[letters:]  # it will be decoded again
            return False
        raw.arrived, raw.held = (raw.held, record.timestamp), 0
        for event in good:
            try:
                value = written(event)
            except (MsgspecError, OverflowError, ValueError) as error:
                # A fault in a source must not stop all that comes after it.
                self._letters.append(_unwritten(event.source, raw.where, record.offset, error))
            else:
                await self._outbox.activity(event.key, value)
        if len(good) < len(events):
            source = next(event.source for event in events if event.time > latest)
            self._letters.append(_future(source, raw.where, record.offset))
        return True

    def _assert(self, raw: Raw, value: bytes, now: int) -> None:
        """A shipper that knows says that nothing older is still to come on its partition."""
        try:
            told = read(value)
        except (MsgspecError, ValueError):
            return
        if not isinstance(told, Progress):
            return
        if told.levels and told.levels[0] <= now + self._config.engine.max_ahead + HOUR:
            raw.asserted = max(raw.asserted, told.levels[0])

    async def _flush(self) -> None:
        while self._letters:
            await self._outbox.dead_letter(self._letters.pop(0))

    # ------------------------------------------------------------------------- progress

    async def _say(self, raw: Raw, *, idle: bool) -> None:
        bound = raw.bound(self._config.engine.fact_allowance)
        name = f"{raw.where.topic}/{raw.where.partition}"
        said = Progress(name, self._of, (bound,), idle=idle)
        if said != raw.said:
            raw.said = said
            await self._outbox.progress(said)

    async def tend(self) -> None:
        """Say which partitions have nothing more, and commit; to be called often."""
        away = monotonic() - self._tended_at > _ANSWERS
        for raw in list(self.raw.values()):
            await self._work(raw)
            if raw.waiting:
                self.source.rest(raw.where)
                continue
            self.source.go_on(raw.where)
            if away or not self._is_answered(raw):
                raw.active = monotonic()
            if (monotonic() - raw.active) * 1_000 >= self._config.idle and self._is_caught_up(raw):
                raw.frontier.confirm()
                self._live(raw)
                await self._say(raw, idle=True)
        if monotonic() - self._committed_at >= _COMMIT:
            await self.commit()
        if monotonic() - self._cleared_at >= _CLEAR:
            self._cleared_at = monotonic()
            await self._clear()
        self._tended_at = monotonic()

    async def _clear(self) -> None:
        """A source that was taken out of the settings must not hold the others back for ever."""
        since = self._clock() - self._config.abandoned
        for said in self._pace.abandoned(self._topics, since):
            log.warning("nobody reads a raw partition any more", extra={"partition": said.sender})
            await self._outbox.progress(said)

    def _is_answered(self, raw: Raw) -> bool:
        """Whether the broker answers fetches: where it does not, silence says nothing."""
        at = self.source.consumer.last_poll_timestamp(raw.where)
        return at is not None and self._clock() - at <= _ANSWERS * 1_000

    def _is_caught_up(self, raw: Raw) -> bool:
        last = self.source.consumer.last_stable_offset(raw.where)
        return last is None or max(raw.offset, 0) >= last

    def _live(self, raw: Raw) -> None:
        """A live log that is silent: time passes all the same."""
        now = self._clock()
        if now - raw.frontier.time <= HOUR:
            raw.asserted = max(
                raw.asserted,
                settle_bound(now - raw.lateness, self._config.engine.fact_allowance),
            )

    async def commit(self, going: Iterable[Raw] = ()) -> None:
        """Commit what is done, also of partitions that are `going`.

        Raises:
            KafkaError: an event could not be sent. The worker must begin again.
        """
        self._committed_at = monotonic()
        offsets = {
            raw.where: OffsetAndMetadata(raw.offset, str(raw.frontier.time))
            for raw in (*self.raw.values(), *going)
            if raw.offset >= 0
        }
        await self._outbox.settled(self._outbox.pending())
        assigned = self.source.consumer.assignment()
        offsets = {where: offset for where, offset in offsets.items() if where in assigned}
        if offsets:
            try:
                await self.source.consumer.commit(offsets)
            except KafkaError:
                # A rebalance is under way: the next owner reads these records again.
                return


def _future(source: str, where: TopicPartition, offset: int) -> DeadLetter:
    reason = "time: expected one that has come, got one in the future"
    return DeadLetter(source, where.topic, offset, reason, where.partition)


def _unwritten(source: str, where: TopicPartition, offset: int, error: Exception) -> DeadLetter:
    reason = f"its event cannot be written: {type(error).__name__}"
    return DeadLetter(source, where.topic, offset, reason, where.partition)
