"""Another number of partitions for `activity`: what was learned goes to a new generation of topics.

Offline, and only at rest: no worker runs, all of `activity` has been taken, and the last checkpoints
say so. Then nothing is under way, and rows and markers are all that there is. They are written to
topics that nobody reads yet; the old ones stay as they are but for a note that they have been left.
So a crash at any moment leaves the old state whole, and to run it again completes it.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import ProducerFenced
from msgspec import Struct
from msgspec.structs import replace

from detector.runtime.compacted import Tail
from detector.runtime.compare import Found, found
from detector.runtime.connect import identity, reading, writing
from detector.runtime.generation import KEY, noted
from detector.runtime.generation import written as note_written
from detector.runtime.keeper import MARKER, StateError, catch_up, copy, marker, read_marker, sent
from detector.runtime.partition import Shared
from detector.runtime.repartition import ApartError, repartitioned, said, together
from detector.runtime.resident import BASELINE
from detector.runtime.rest import NotAtRestError, RefusedError, check_rest
from detector.runtime.store import Store
from detector.runtime.topics import Spec, create, plan
from detector.runtime.wire import Record, partition_of, written
from detector.worker import Topics, WorkerConfig
from schemas.generation import Generation

_AT_ONCE_BYTES = 4 * 2**20


class Plan(Struct, frozen=True):
    """What a migration does: from `partitions` to `to`, which topics it makes, how many entities each
    of the new partitions gets, and how many peers' baselines all of them get."""

    old: Topics
    new: Topics
    partitions: int
    to: int
    topics: tuple[str, ...]
    entities: tuple[int, ...]
    baselines: int


class Migration:
    """From the topics of `config` to `to` partitions. Use `planned` and, to do it, `done` within
    `opened`."""

    def __init__(self, config: WorkerConfig, to: int, there: dict[str, Found]) -> None:
        self._config = config
        self._to = to
        self._there = there
        self._old = config.topics
        self._new = self._old.next(self._old.generation + 1)
        self._stores: list[Store] = []
        self._shared: list[Shared] = []

    @property
    def _from(self) -> int:
        return self._there[self._old.activity].partitions

    # ------------------------------------------------------------------------- may it be

    async def check(self) -> None:
        """Go on only at rest.

        Raises:
            RefusedError: something runs, or is still to be done.
        """
        number = self._new.generation
        note = await noted(self._config)
        if self._new.progress in self._there:
            note = await noted(replace(self._config, topics=self._new)) or note
        if note is not None and note.number == number and note.done:
            raise RefusedError(
                f"{self._old.activity} has been left for generation {number}: set kafka.generation = "
                f"{number}"
            )
        if note is not None and note.number == number and note.of != self._to:
            raise RefusedError(
                f"a migration to {note.of} partitions has begun and not ended: run it again with "
                f"--partitions {note.of}"
            )
        if self._from == self._to:
            raise RefusedError(f"{self._old.activity} has {self._to} partitions already")
        if self._there[self._old.state].partitions != self._from:
            raise RefusedError(
                f"expected {self._from} partitions of {self._old.state}, as {self._old.activity} has, "
                f"got {self._there[self._old.state].partitions}: detector topics check"
            )
        await check_rest(self._config, self._from, self._shared)

    async def check_or_retract(self) -> None:
        """The same; where it is no more true, workers may go on with the old topics.

        Raises:
            RefusedError: something runs, or is still to be done.
        """
        try:
            await self.check()
        except NotAtRestError:
            if await noted(self._config) is None:
                raise
            async with writing(self._config) as made:
                topic = self._old.progress
                await made.send_and_wait(topic, None, KEY, partition=0)
            raise

    # ------------------------------------------------------------------------- what there is

    async def read(self) -> None:
        """Bring the old state to this machine.

        Raises:
            RefusedError: a checkpoint is missing.
        """
        name = await identity(self._config.connection)
        for number in range(self._from):
            store = copy(self._config, number, name)
            self._stores.append(store)
            await catch_up(store, self._config, number)
            place = f"{self._old.state}/{number}"
            try:
                shared = read_marker(store.marker, place)
            except StateError as error:
                raise RefusedError(str(error)) from error
            if shared is None:
                raise RefusedError(
                    f"{place}: expected a checkpoint, found none: nothing has been learned yet; delete "
                    "the topics and create them with as many partitions as you want"
                )
            self._shared.append(shared)
        await check_rest(self._config, self._from, self._shared)

    def planned(self) -> Plan:
        """What is to be done."""
        entities: Counter[int] = Counter()
        for key, _ in self._rows():
            entities[partition_of(key, self._to)] += 1
        return Plan(
            self._old,
            self._new,
            self._from,
            self._to,
            tuple(spec.name for spec in self._specs()),
            tuple(entities[number] for number in range(self._to)),
            len(self._baselines()),
        )

    def _specs(self) -> list[Spec]:
        names = {self._new.activity, self._new.state, self._new.progress}
        return [spec for spec in plan(self._new, self._to) if spec.name in names]

    def _rows(self) -> Iterator[tuple[str, bytes]]:
        for store in self._stores:
            for key, row in store.items():
                if not key.startswith(BASELINE):
                    yield key, row

    def _baselines(self) -> dict[str, bytes]:
        kept: dict[str, bytes] = {}
        for store in self._stores:
            for key, row in store.items():
                if key.startswith(BASELINE):
                    kept[key] = together(row, kept.get(key))
        return kept

    # ------------------------------------------------------------------------- doing it

    async def done(self) -> None:
        """Do it.

        Raises:
            RefusedError: something has begun to run meanwhile.
        """
        try:
            shared = repartitioned(self._shared, self._to)
        except ApartError as error:
            raise RefusedError(
                f"{error}: start the workers, wait until detector doctor says 0 records behind, and "
                "stop them again"
            ) from error
        copies = self._there[self._old.activity].replication
        async with AsyncExitStack() as stack:
            plain = await stack.enter_async_context(writing(self._config))
            # Whoever has written checkpoints so far can write none any more.
            made = [
                await stack.enter_async_context(
                    writing(self._config, f"{self._config.group}-state-{n}")
                )
                for n in range(max(self._from, self._to))
            ]
            await self._note(plain, self._old, done=False)
            await self.check_or_retract()
            await create(self._config.connection, self._specs(), copies)
            await self._check_new()
            try:
                await self._write(made[: self._to], shared)
            except ProducerFenced as error:
                raise RefusedError(
                    "expected no worker, but one has begun meanwhile: stop it and run this again"
                ) from error
            control = shared[0].control
            last: list[Record] = [] if control is None else [control]
            for told in (*map(said, shared), *last):
                await plain.send_and_wait(
                    self._new.progress, written(told), told.key.encode(), partition=0
                )
            await self._note(plain, self._new, done=True)
            await self._note(plain, self._old, done=True)

    async def _note(self, made: AIOKafkaProducer, topics: Topics, *, done: bool) -> None:
        note = Generation(self._new.generation, self._to, done)
        await made.send_and_wait(topics.progress, note_written(note), KEY, partition=0)

    async def _check_new(self) -> None:
        there = await found(self._config.connection, [spec.name for spec in self._specs()])
        for spec in self._specs():
            if there[spec.name].partitions != spec.partitions:
                raise RefusedError(
                    f"{spec.name}: expected {spec.partitions} partitions, got "
                    f"{there[spec.name].partitions}: delete it and run this again"
                )
        where = [TopicPartition(self._new.activity, number) for number in range(self._to)]
        async with reading(self._config) as consumer:
            for one, end in (await consumer.end_offsets(where)).items():
                if end:
                    raise RefusedError(
                        f"{one.topic}/{one.partition}: expected no record yet, got {end}: delete the "
                        "topic and run this again"
                    )

    async def _write(self, made: list[AIOKafkaProducer], shared: list[Shared]) -> None:
        """Rows first, each partition's marker last."""
        waiting = [await self._leftover(number) for number in range(self._to)]
        sizes = [0] * len(made)
        for key, row in self._rows():
            number = partition_of(key, self._to)
            waiting[number].append((key.encode(), row))
            sizes[number] += len(row)
            if sizes[number] >= _AT_ONCE_BYTES:
                await self._commit(made[number], number, waiting[number])
                waiting[number], sizes[number] = [], 0
        baselines: list[tuple[bytes, bytes | None]] = [
            (key.encode(), row) for key, row in self._baselines().items()
        ]
        for number, producer in enumerate(made):
            await self._commit(producer, number, [*waiting[number], *baselines])
            await self._commit(producer, number, [(MARKER, marker(shared[number]))], ends=True)

    async def _leftover(self, number: int) -> list[tuple[bytes, bytes | None]]:
        """What an attempt that did not end has written of entities that are gone by now."""
        gone: dict[bytes, None] = {}
        async for batch in Tail(self._config, self._new.state, number).batches():
            for record in batch:
                key = record.key.decode()
                store = self._stores[partition_of(key, self._from)]
                if record.key != MARKER and not key.startswith(BASELINE) and not store.get(key):
                    gone[record.key] = None
        return [(key, None) for key in gone]

    async def _commit(
        self,
        made: AIOKafkaProducer,
        number: int,
        rows: list[tuple[bytes, bytes | None]],
        *,
        ends: bool = False,
    ) -> None:
        if not rows:
            return
        async with made.transaction():
            await sent(made, TopicPartition(self._new.state, number), [rows])
            if ends:
                where = TopicPartition(self._new.activity, number)
                group = f"{self._config.group}-detect"
                await made.send_offsets_to_transaction({where: 0}, group)

    def close(self) -> None:
        """Let go of the copies."""
        for store in self._stores:
            store.close()


@asynccontextmanager
async def opened(config: WorkerConfig, to: int, *, dry: bool) -> AsyncIterator[Migration]:
    """A migration that may be, with the old state at hand. When `dry` nothing is written.

    Raises:
        RefusedError: it may not be now.
    """
    topics = config.topics
    names = (topics.activity, topics.state, topics.progress)
    new = topics.next(topics.generation + 1)
    there = await found(config.connection, [*names, new.progress])
    for name in names:
        if name not in there:
            raise RefusedError(
                f"{name} is missing, or may not be seen: there is nothing to migrate"
            )
    made = Migration(config, to, there)
    try:
        await (made.check() if dry else made.check_or_retract())
        await made.read()
        yield made
    finally:
        made.close()
