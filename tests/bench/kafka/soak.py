"""A long run whose event time passes faster than the clock: memory has to stay what it is.

Windows reach back a day and habits are learned by the quarter of one, so memory can only be flat after
the first day: as shipped, half an hour stands for two.
"""

import asyncio
import itertools
import statistics
import time
from collections.abc import AsyncIterator

from aiokafka import AIOKafkaProducer
from msgspec import Struct, field

from detector.bench import Figure
from detector.bench.engine import stream
from detector.runtime.connect import writing
from detector.runtime.wire import partition_of, written
from schemas.progress import Progress
from tests.bench.kafka.options import Options
from tests.bench.kafka.pacer import Pool
from tests.bench.kafka.processes import Contender, memory_of
from tests.bench.kafka.stage import Stage

_PREFIX = "soak."
_START, _BEAT, _SAMPLE = 120.0, 0.05, 10.0
_LATENESS = 60_000
_HOUR = 3_600


class Samples(Struct):
    """Resident MiB of the worker, every ten seconds."""

    taken: list[float] = field(default_factory=list)
    most: float = 0.0

    def take(self, pid: int) -> None:
        """One more."""
        now, self.most = memory_of(pid)
        self.taken.append(now)

    def part(self, number: int, of: int) -> float:
        """The median of one of so many equal parts."""
        size = max(1, len(self.taken) // of)
        return statistics.median(self.taken[number * size : (number + 1) * size] or [0.0])


async def soak(
    stage: Stage, rate: int, seconds: float, speed: int, identities: int, partitions: int
) -> AsyncIterator[Figure]:
    """One worker under so many events a second, while event time passes `speed` times as fast as the
    clock, so that quarters settle, epochs and days end and identities leave memory."""
    await stage.topics(_PREFIX, partitions)
    options = Options(stage.bootstrap, _PREFIX, str(stage.folder / "soak"))
    worker = Contender("worker", options.command, stage.folder / "soak.log")
    samples, pools = Samples(), [Pool() for _ in range(partitions)]
    for event in stream(identities, identities):
        pools[partition_of(event.key, partitions)].add(event)
    await worker.start()
    try:
        await worker.mark(f"owned-{partitions}", _START)
        topic = options.config.topics.activity
        async with writing(stage.config(_PREFIX)) as made:
            await _feed(made, topic, pools, rate, seconds, speed, worker, samples)
    finally:
        await worker.stop()
    note = f"{rate:,} events/s of {identities:,} identities for {seconds / 60:.0f} minutes"
    hours = f"{seconds * speed / _HOUR:.0f} hours of event time"
    quarters = ("first", "second", "third", "last")
    for what, value in (
        *(
            (f"resident in its {name} quarter", samples.part(n, 4))
            for n, name in enumerate(quarters)
        ),
        ("resident, at most", samples.most),
    ):
        yield Figure("soak", what, value, "MiB", f"{note}; {hours}; median of samples")


async def _feed(
    made: AIOKafkaProducer,
    topic: str,
    pools: list[Pool],
    rate: int,
    seconds: float,
    speed: int,
    worker: Contender,
    samples: Samples,
) -> None:
    began, sampled = time.monotonic(), 0.0
    base = int(time.time() - seconds * speed - _HOUR) * 1_000
    share = rate * _BEAT / len(pools)
    for beat in itertools.count(1):
        await asyncio.sleep(max(0.0, began + beat * _BEAT - time.monotonic()))
        passed = time.monotonic() - began
        if passed >= seconds:
            return
        if passed >= sampled + _SAMPLE:
            sampled = passed
            worker.check()
            samples.take(worker.pid)
        now = base + int(beat * _BEAT * speed * 1_000)
        said = written(Progress("raw.soak/0", of=1, levels=(now - _LATENESS,)))
        for where, pool in enumerate(pools):
            batch = made.create_batch()
            due = int(beat * share) - int((beat - 1) * share)
            for key, value in pool.rows(due, now):
                batch.append(key=key, value=value, timestamp=None)
            batch.append(key=b"raw.soak/0", value=said, timestamp=None)
            await made.send_batch(batch, topic, partition=where)
