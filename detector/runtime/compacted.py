"""Reading a partition from an offset to its end: how state comes back."""

from collections.abc import AsyncIterator

from aiokafka import ConsumerRecord, TopicPartition

from detector.runtime.connect import reader, started
from detector.worker import WorkerConfig

_AT_ONCE = 5_000


class Tail:
    """What stands in a partition from `start` on: iterate `batches`, then `position` is the offset
    after the last record. `start` moves up if older records have been deleted."""

    def __init__(self, config: WorkerConfig, topic: str, partition: int, start: int = 0) -> None:
        self._config = config
        self._where = TopicPartition(topic, partition)
        self.position = start

    async def batches(self) -> AsyncIterator[list[ConsumerRecord]]:
        """Committed records up to the end that the partition had at the call."""
        consumer = reader(self._config)
        await started(consumer)
        try:
            where = self._where
            consumer.assign([where])
            begin = (await consumer.beginning_offsets([where]))[where]
            end = (await consumer.end_offsets([where]))[where]
            if self.position > end:
                self.position = 0
            self.position = max(self.position, begin)
            consumer.seek(where, self.position)
            while self.position < end:
                found = await consumer.getmany(where, timeout_ms=100, max_records=_AT_ONCE)
                if found.get(where):
                    yield found[where]
                # Marks of transactions are passed over, so this may move without a record.
                self.position = await consumer.position(where)
        finally:
            await consumer.stop()
