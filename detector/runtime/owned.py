"""One partition in a worker's hands: fed in log order, and checkpointed meanwhile."""

import asyncio
import logging
from contextlib import closing
from itertools import chain, repeat
from time import monotonic, thread_time

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from msgspec import Struct

from detector.runtime.bounded import within
from detector.runtime.keeper import Keeper, marker
from detector.runtime.letters import Refused, letter_of, opened
from detector.runtime.metrics import Metrics
from detector.runtime.outbox import Outbox
from detector.runtime.partition import Partition
from detector.runtime.spare import Spare
from detector.runtime.spool import Spool
from detector.runtime.traces import Note, span
from detector.runtime.wire import Record
from detector.sources.base import DecodeError
from detector.worker import WorkerConfig
from schemas.control import Control
from schemas.progress import Progress

log = logging.getLogger(__name__)
# An answer of the broker takes several turns of the loop to be heard, and this is how long one is.
_SLICE = 100
_SETTLE = 100
_THAW = 50
_EVICT = 200
# So many times the entities that may stay: a checkpoint begins; nothing is taken before it ends.
_CROWDED, _FULL = 1.25, 1.75
_FIRST_ROW = 1_500
_WAIT = frozenset({Progress, Control})
# How long the group waits for a last checkpoint before the partition moves without one.
_HANDOVER = 5.0
_BACKOFF = (0.1, 0.5, 1.0, 2.0, 5.0)


class Batch(Struct):
    """Records of one partition in log order: `begin` is where the consumer stood before them, `end`
    where it stood after. `turn` tells fetches before and after a partition has moved apart."""

    where: TopicPartition
    begin: int
    end: int
    turn: int
    records: list[ConsumerRecord]


class Owned:
    """A partition of `activity` and its checkpoints. `process` batches, and call `save` whenever it
    is `due`; both may run at once."""

    def __init__(
        self,
        partition: Partition,
        keeper: Keeper,
        outbox: Outbox,
        config: WorkerConfig,
        metrics: Metrics | None = None,
        spare: Spare | None = None,
    ) -> None:
        self.partition = partition
        self.keeper = keeper
        self.outbox = outbox
        self.config = config
        self._metrics = metrics or Metrics()
        self._spare = spare or Spare()
        self._hurry = False
        self.closed = False
        self.saved_at = monotonic()
        self.saved_offset = partition.offset
        self.took = 0.0
        self._row = _FIRST_ROW
        self._steps = asyncio.Lock()
        self._saving = asyncio.Lock()
        self._saved = asyncio.Event()
        self._saver: asyncio.Task[object] | None = None

    # ------------------------------------------------------------------------- records

    async def process(self, batch: Batch) -> None:
        """Take a batch.

        Raises:
            RuntimeError: it does not begin where the last one ended.
            KafkaError: what came of it cannot be sent.
        """
        if batch.begin != self.partition.offset:
            raise RuntimeError(
                f"partition {batch.where.partition}: expected records from offset "
                f"{self.partition.offset}, got them from {batch.begin}"
            )
        records, at = batch.records, 0
        while at < len(records) or self.partition.offset < batch.end:
            await self._room()
            async with self._steps:
                if self.closed:
                    return
                if records:
                    self.outbox.appended = records[at].timestamp
                taken, refused = self._take(records[at : at + _SLICE])
                at += taken
                self.partition.offset = records[at].offset if at < len(records) else batch.end
                self.partition.settle(_SETTLE)
                await self._send(refused)
            self._spare.taken()
            await asyncio.sleep(0)
        if self.outbox.failed is not None:
            raise self.outbox.failed

    def _take(self, records: list[ConsumerRecord]) -> tuple[int, list[Refused]]:
        """Take records: how many, and those that could not be. It stops before one after which more
        may settle while something still does, so that nobody waits for all of it at once."""
        partition = self.partition
        refused: list[Refused] = []
        take, ahead = partition.take, self.config.engine.max_ahead
        for count, record in enumerate(records):
            try:
                key, made = opened(record, partition.number, partition.of, ahead)
                if type(made) in _WAIT:
                    if partition.settling:
                        return count, refused
                    self._note(made, record)
                take(made, key)
            except DecodeError as error:
                refused.append((record, str(error)))
            except Exception as error:  # a poisonous record must not stop those after it
                log.exception("a record could not be taken", extra={"offset": record.offset})
                refused.append((record, f"cannot be taken: {type(error).__name__}"))
        return len(records), refused

    def _note(self, made: Record, record: ConsumerRecord) -> None:
        if isinstance(made, Control):
            where = {"partition": record.partition, "offset": record.offset}
            log.info("settings are in force", extra={**where, "version": made.version})

    async def _send(self, refused: list[Refused]) -> None:
        effects = self.partition.effects()
        if effects:
            await self.outbox.effects(effects)
        for record, reason in refused:
            await self.outbox.dead_letter(letter_of(record, reason))

    async def go_on(self) -> None:
        """Settle some of what is due, when there is nothing else to do."""
        async with self._steps:
            if not self.closed and self.partition.settling:
                self.partition.settle(_SETTLE)
                await self._send([])

    # ------------------------------------------------------------------------- checkpoints

    def _crowded(self, share: float) -> bool:
        """Whether so much more is in memory than may be that some has to be written, and go."""
        return len(self.partition.entities.resident) > share * self.config.resident

    async def _room(self) -> None:
        """Wait for a checkpoint that is under way while far too much is in memory."""
        while self._saving.locked() and self._crowded(_FULL) and not self.closed:
            self._saved.clear()
            await self._saved.wait()

    @property
    def due(self) -> bool:
        """Whether a checkpoint is worth its bytes by now, or memory is."""
        since = monotonic() - self.saved_at
        config = self.config
        if self._saving.locked() or self.partition.offset == self.saved_offset:
            return False
        size = len(self.partition.entities.dirty) * self._row
        if since * 1_000 >= config.checkpoint_most:
            return True
        worth = size <= config.checkpoint_rate * since or self._crowded(_CROWDED)
        return since * 1_000 >= config.checkpoint_least and worth

    async def save(self) -> None:
        """Write a checkpoint. Returns when the broker has it.

        Raises:
            FencedError: another worker owns the partition.
            KafkaError: what came of the records before it cannot be sent.
        """
        try:
            async with self._saving:
                self._saver = asyncio.current_task()
                number, topic = self.partition.number, self.config.topics.state
                with span("checkpoint", topic=topic, partition=number) as note:
                    await self._save(note)
        finally:
            self._saved.set()

    async def _save(self, note: Note) -> None:
        began = monotonic()
        with closing(Spool(self.config.folder)) as rows:
            written, pending = await self._freeze()
            await self._thaw(rows)
            await self.outbox.settled(pending)
            await self._commit(rows, written)
        self._row = max(100, rows.size // rows.count) if rows.count else self._row
        await self._evict()
        self.saved_at, self.took = monotonic(), monotonic() - began
        self._metrics.saved(self.took, rows.count, rows.size)
        note(offset=self.saved_offset, count=rows.count, bytes=rows.size)

    async def _freeze(self) -> tuple[bytes, tuple["asyncio.Future[object]", ...]]:
        while True:
            async with self._steps:
                if not self.partition.settling:
                    written = marker(self.partition.shared())
                    self.partition.entities.freeze()
                    self.saved_offset = self.partition.offset
                    return written, self.outbox.pending()
                self.partition.settle(_SETTLE)
                await self._send([])
            await asyncio.sleep(0)

    async def _thaw(self, rows: Spool) -> None:
        entities, more = self.partition.entities, True
        while more:
            began = thread_time()
            more = entities.thaw(_THAW)
            rows.add(entities.taken())
            await self._rest(began)

    async def _evict(self) -> None:
        gone = _EVICT
        while gone == _EVICT:
            began = thread_time()
            gone = self.partition.entities.evict(self.config.resident, _EVICT)
            await self._rest(began)

    async def _rest(self, began: float) -> None:
        """Records come first, unless somebody waits for this."""
        await self._spare.rest(began, hurry=self._hurry or self._crowded(_FULL))

    async def _commit(self, rows: Spool, written: bytes) -> None:
        """The rows of a checkpoint must get through, for the next one holds others."""
        waits = chain(_BACKOFF, repeat(_BACKOFF[-1]))
        renew = False
        while True:
            try:
                if not (renew and await self.keeper.renew(written)):
                    await self.keeper.commit(rows, written, self._rest)
            except KafkaError as error:
                log.warning("checkpoint waits for the broker", extra={"error": str(error)})
                renew = True
            else:
                return
            await asyncio.sleep(next(waits))

    async def close(self, *, save: bool) -> None:
        """Give the partition back; with a last checkpoint if there is time. One that is under way
        either ends before or is given up: it must not go on when others own the partition."""
        self._hurry = True
        if save and not self.closed:
            await within("last checkpoint", self._last(), _HANDOVER)
        self.closed = True
        self._saved.set()
        if self._saver is not None and self._saver is not asyncio.current_task():
            self._saver.cancel()
        await self.keeper.close()

    async def _last(self) -> None:
        async with self._saving:
            pass
        if self.partition.offset != self.saved_offset:
            await self.save()
