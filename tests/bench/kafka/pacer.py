"""A paced stream of events, with single ones planted in it that have to be found at once.

python -m tests.bench.kafka.pacer BOOTSTRAP TOPIC PARTITIONS IDENTITIES RATE SECONDS

What is planted is a use of a credential after its end. For each it prints `PRINCIPAL APPENDED`, the
time at which the broker appended it, in ms.
"""

import asyncio
import itertools
import sys
import time
from collections.abc import Iterator
from typing import Any

import msgspec
from aiokafka import AIOKafkaProducer
from msgspec.structs import replace

from detector.bench.engine import stream
from detector.runtime.config import Connection, WorkerConfig
from detector.runtime.connect import writing
from detector.runtime.wire import partition_of
from schemas.event import ActivityEvent, Credential, Principal

_BEAT = 0.01
_EVERY = 0.25
WARM = 20.0
_TENANT = 5  # more commands for one tenant would look like a fault, and be held back
_HOUR = 3_600_000
_UID, _TIME = "@@uid@@", 1_111_111_111_111
_encode = msgspec.json.Encoder().encode
Row = tuple[bytes, bytes]


class Pool:
    """Events of one partition, encoded but for their id and time, over and over again."""

    def __init__(self) -> None:
        self._parts: list[tuple[bytes, bytes, bytes, bytes]] = []
        self._next = itertools.count()

    def add(self, event: ActivityEvent) -> None:
        """One more."""
        written = _encode(replace(event, uid=_UID, time=_TIME))
        head, rest = written.split(_UID.encode())
        middle, tail = rest.split(str(_TIME).encode(), 1)
        self._parts.append((event.key.encode(), head, middle, tail))

    def rows(self, count: int, time: int) -> Iterator[Row]:
        """So many, as of this time."""
        size = len(self._parts)
        for number in itertools.islice(self._next, count):
            key, head, middle, tail = self._parts[number % size]
            yield key, b"%b%032x%b%d%b" % (head, number, middle, time, tail)


def planted(like: ActivityEvent, number: int, now: int) -> ActivityEvent:
    """A use of a credential an hour after its end, by somebody of whom nothing else is known."""
    who = f"aws:123456789012:role/planted-{number}"
    return replace(
        like,
        uid=f"{number:032x}",
        tenant=f"tenant-{number // _TENANT}",
        time=now,
        principal=Principal(uid=who, account="123456789012", type="workload"),
        credential=Credential(
            f"planted-{number:024x}",
            f"AKIA{number:016d}",
            "access_key_id",
            "",
            "static",
            expires=now - _HOUR,
        ),
    )


class Pacer:
    """Sends so many events a second, evenly."""

    def __init__(self, made: AIOKafkaProducer, topic: str, partitions: int, rate: int) -> None:
        self._made = made
        self._topic = topic
        self._partitions = partitions
        self._share = rate * _BEAT / partitions
        self._tasks: set[asyncio.Task[None]] = set()
        self.sent = 0

    async def run(self, pools: list[Pool], like: ActivityEvent, seconds: float) -> None:
        """Warm up, then go on for so long."""
        began, plants = time.monotonic(), 0
        for beat in itertools.count(1):
            await asyncio.sleep(max(0.0, began + beat * _BEAT - time.monotonic()))
            passed = time.monotonic() - began
            if passed >= WARM + seconds:
                break
            extra = None
            # Nothing is planted while the identities are new, and the broker was just started.
            if passed >= WARM + plants * _EVERY:
                plants += 1
                extra = planted(like, plants + int(began * 1_000), int(time.time() * 1_000))
            for where, pool in enumerate(pools):
                due = int(beat * self._share) - int((beat - 1) * self._share)
                await self._send(where, pool, due, extra)
        await asyncio.gather(*self._tasks)
        print("sent", self.sent / (time.monotonic() - began), flush=True)

    async def _send(self, where: int, pool: Pool, due: int, extra: ActivityEvent | None) -> None:
        batch = self._made.create_batch()
        for key, value in pool.rows(due, int(time.time() * 1_000)):
            batch.append(key=key, value=value, timestamp=None)
        said = ""
        if extra is not None and partition_of(extra.key, self._partitions) == where:
            batch.append(key=extra.key.encode(), value=_encode(extra), timestamp=None)
            said = extra.key
        self.sent += due
        sent = await self._made.send_batch(batch, self._topic, partition=where)
        task = asyncio.create_task(_say(sent, said))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _say(sent: "asyncio.Future[Any]", said: str) -> None:
    where = await sent
    if said:
        print(said, where.timestamp, flush=True)


async def main(told: list[str]) -> None:
    """Make the pools, then send."""
    bootstrap, topic = told[:2]
    partitions, identities, rate = (int(word) for word in told[2:5])
    pools = [Pool() for _ in range(partitions)]
    for event in stream(identities, identities):
        pools[partition_of(event.key, partitions)].add(event)
    async with writing(WorkerConfig(connection=Connection(bootstrap))) as made:
        await Pacer(made, topic, partitions, rate).run(pools, event, float(told[5]))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
