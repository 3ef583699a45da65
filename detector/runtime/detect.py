"""The detector of a worker: the partitions of `activity` that it owns."""

import asyncio
import logging
from collections.abc import Iterable

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from detector.runtime.keeper import FencedError, Keeper, StateError
from detector.runtime.mail import Mail
from detector.runtime.metrics import Metrics
from detector.runtime.outbox import Outbox
from detector.runtime.owned import Batch, Owned
from detector.runtime.partition import Partition, Shared
from detector.runtime.source import Source
from detector.runtime.spare import Spare
from detector.worker import WorkerConfig

log = logging.getLogger(__name__)


class Detector:
    """Takes partitions in, feeds them, gives them back. `source` is set once it exists."""

    source: Source

    def __init__(
        self,
        config: WorkerConfig,
        mail: Mail,
        *,
        partitions: int,
        tenants: int,
        cluster: str,
        metrics: Metrics | None = None,
    ) -> None:
        self.owned: dict[int, Owned] = {}
        self._config = config
        self._metrics = metrics or Metrics()
        self._mail = mail
        self._spare = Spare()
        self._partitions = partitions
        self._tenants = tenants
        self._cluster = cluster
        self._opening: dict[int, asyncio.Lock] = {}
        self._saves: set[asyncio.Task[None]] = set()
        self._fenced: FencedError | None = None

    async def assigned(self, where: TopicPartition) -> None:
        """A partition is ours: bring its state here, then let records come."""
        number = where.partition
        async with self._opening.setdefault(number, asyncio.Lock()):
            if not self.source.is_ours(where) or number in self.owned:
                return
            keeper = Keeper(self._config, number, self._cluster)
            shared = await keeper.open()
            partition = Partition(number, self._partitions, self._config.engine, keeper.store)
            if shared is not None:
                _check_count(shared, self._partitions)
                for _ in partition.resuming(shared):
                    await asyncio.sleep(0)
            begin = (await self.source.consumer.beginning_offsets([where]))[where]
            if partition.offset < begin:
                if shared is not None:
                    log.error(
                        "records are gone that had not been read: retention is too short",
                        extra={"partition": number, "records": begin - partition.offset},
                    )
                partition.offset = begin
            sizes = self._partitions, self._tenants
            outbox = Outbox(self._mail, self._config.topics, *sizes, self._metrics)
            owned = Owned(partition, keeper, outbox, self._config, self._metrics, self._spare)
            if not self.source.is_ours(where):
                await owned.close(save=False)
                return
            self.owned[number] = owned
            self.source.begin(where, partition.offset)
            log.info("partition begins", extra={"partition": number, "offset": partition.offset})

    async def revoked(self, moved: Iterable[TopicPartition]) -> None:
        """Partitions move to another worker."""
        await asyncio.gather(*(self._close(where.partition, save=True) for where in moved))

    async def _close(self, number: int, *, save: bool) -> None:
        async with self._opening.setdefault(number, asyncio.Lock()):
            owned = self.owned.pop(number, None)
            if owned is not None:
                await owned.close(save=save)

    async def process(self, batch: Batch) -> None:
        """Feed a batch to its partition, if it is still here. What cannot be sent makes the
        partition begin again from its last checkpoint, as after a crash."""
        owned = self.owned.get(batch.where.partition)
        if owned is None or owned.closed or not self.source.is_current(batch):
            return
        try:
            await owned.process(batch)
        except (KafkaError, RuntimeError) as error:
            await self._again(batch.where, error)

    async def tend(self) -> None:
        """Settle what is due and begin checkpoints; to be called often.

        Raises:
            FencedError: another worker owns one of the partitions.
        """
        for number, owned in list(self.owned.items()):
            await owned.go_on()
            if owned.due:
                task = asyncio.create_task(self._save(number, owned))
                self._saves.add(task)
                task.add_done_callback(self._saves.discard)
        if self._fenced is not None:
            raise self._fenced

    async def _save(self, number: int, owned: Owned) -> None:
        try:
            await owned.save()
        except FencedError as error:
            self._fenced = error
        except Exception as error:  # noqa: BLE001 - rows that were frozen stand nowhere else now
            where = TopicPartition(self._config.topics.activity, number)
            await self._again(where, error)

    async def _again(self, where: TopicPartition, error: Exception) -> None:
        """Begin again from the last checkpoint."""
        log.warning(
            "partition begins again", extra={"partition": where.partition, "error": str(error)}
        )
        self._metrics.add("detector_partition_restarts_total", part="detect")
        self.source.hold(where)
        await self._close(where.partition, save=False)
        await self.source.take_in([where])

    async def stop(self) -> None:
        """A last checkpoint of everything."""
        await asyncio.gather(*(self._close(number, save=True) for number in list(self.owned)))


def _check_count(shared: Shared, partitions: int) -> None:
    """What was learned belongs to a number of partitions: with another one, keys lead elsewhere."""
    if shared.marks.of != partitions:
        raise StateError(
            f"expected {shared.marks.of} partitions of activity, for which the state was made, got "
            f"{partitions}: their number is changed by detector topics migrate only"
        )
