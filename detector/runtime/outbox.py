"""What leaves a worker: sent in order, and remembered until the broker has it.

A send that fails for good ends the worker's hold on the partition it came from: it starts again
from its last checkpoint, as after a crash, and so nothing is lost.
"""

import asyncio
from collections.abc import Iterable, Sequence

import msgspec
from aiokafka import ConsumerRecord

from detector.findings import Finding
from detector.runtime.mail import Mail
from detector.runtime.metrics import Metrics
from detector.runtime.partition import Effects
from detector.runtime.traces import span
from detector.runtime.wire import partition_of, written
from detector.worker import Topics
from schemas.dead_letter import DeadLetter
from schemas.fact import Fact
from schemas.progress import Progress

_json = msgspec.json.Encoder().encode
_finding = msgspec.msgpack.Encoder().encode
_APPENDED = "appended"
_LARGE = 64 * 2**10


Headers = Sequence[tuple[str, bytes]]


class Outbox:
    """Sends on behalf of one partition; `mail` leads to `activity`. `partitions` is how many
    `activity` has, `tenants` how many the findings' topic has. `appended` is when the records were
    appended that led to what is sent (ms): findings carry it, so that their delay can be told."""

    def __init__(
        self,
        mail: Mail,
        topics: Topics,
        partitions: int,
        tenants: int,
        metrics: Metrics | None = None,
    ) -> None:
        self._mail = mail
        self._producer = mail.producer
        self._topics = topics
        self._partitions = partitions
        self._tenants = tenants
        self._metrics = metrics or Metrics()
        self.appended = 0
        self._pending: set[asyncio.Future[object]] = set()
        self._last: dict[int, asyncio.Future[object]] = {}
        self.failed: BaseException | None = None

    async def effects(self, effects: Effects) -> None:
        """Findings and facts, then the progress that says that they have been sent."""
        for finding in effects.findings:
            await self._finding(finding)
        for fact in effects.facts:
            await self._fact(fact)
        if effects.progress is not None:
            await self.progress(effects.progress)

    async def progress(self, said: Progress) -> None:
        """How far a sender is: to every partition, and to whoever keeps pace."""
        await self.everywhere(said.key, written(said))
        await self._send(self._topics.progress, said.key, written(said), 0)

    async def _finding(self, finding: Finding) -> None:
        where = partition_of(finding.tenant, self._tenants)
        headers = [(_APPENDED, str(self.appended).encode())] if self.appended else []
        await self._send(self._topics.findings, finding.tenant, _finding(finding), where, headers)

    async def _fact(self, fact: Fact) -> None:
        if fact.kind == "baseline":
            await self.everywhere(fact.key, written(fact))
        else:
            where = partition_of(fact.key, self._partitions)
            await self._post(where, fact.key.encode(), written(fact))

    async def everywhere(self, key: str, value: bytes) -> None:
        """The same record to every partition of `activity`."""
        encoded = key.encode()
        for where in range(self._partitions):
            await self._post(where, encoded, value)

    async def activity(self, key: str, value: bytes) -> None:
        """An event to its entity's owner."""
        await self._post(partition_of(key, self._partitions), key.encode(), value)

    async def _post(self, where: int, key: bytes, value: bytes) -> None:
        lane = self._mail.lane(where)
        if len(value) > _LARGE:
            # The producer has to say whether it is too large, and may not be asked before its turn.
            await lane.emptied()
            await self._send(self._topics.activity, key.decode(), value, where)
            return
        await lane.room()
        together = lane.put(key, value)
        if together is not self._last.get(where):
            self._last[where] = together
            self._await(together)

    async def dead_letter(self, letter: DeadLetter) -> None:
        """A record that cannot be read."""
        self._metrics.add("detector_dead_letters_total", source=letter.source)
        topic, partition, offset = letter.place, letter.partition or 0, letter.position
        with span("dead letter", topic=topic, partition=partition, offset=offset):
            await self._send(self._topics.dead_letters, letter.source, _json(letter), None)

    async def _send(
        self, topic: str, key: str, value: bytes, where: int | None, headers: Headers = ()
    ) -> None:
        future = await self._producer.send(
            topic, value, key.encode(), partition=where, headers=headers or None
        )
        self._await(future)

    def _await(self, future: "asyncio.Future[object]") -> None:
        self._pending.add(future)
        future.add_done_callback(self._done)

    def _done(self, future: "asyncio.Future[object]") -> None:
        self._pending.discard(future)
        if not future.cancelled() and future.exception() is not None:
            self.failed = future.exception()

    def pending(self) -> tuple["asyncio.Future[object]", ...]:
        """What the broker has not acknowledged yet."""
        return tuple(self._pending)

    async def settled(self, futures: Iterable["asyncio.Future[object]"]) -> None:
        """Wait until the broker has these.

        Raises:
            KafkaError: it refused one of them, or was away for too long.
        """
        waiting = set(futures)
        if waiting:
            # Whoever gives up here takes nothing from others who wait for the same.
            await asyncio.wait(waiting)
        if self.failed is not None:
            raise self.failed


def appended(record: ConsumerRecord) -> int:
    """When the records were appended that led to this finding (ms); 0 if it does not say."""
    found = dict(record.headers).get(_APPENDED, b"")
    return int(found) if found.isdigit() else 0
