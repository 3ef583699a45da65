"""Two workers against one, on the same topic: from the first event to the last one that was taken.

Whether two are faster depends on the cores that the broker leaves them, so it says as well what the
processor time allows at most.
"""

import asyncio
import os
from collections.abc import AsyncIterator

from detector.bench import Figure
from detector.bench.engine import stream
from tests.bench.kafka.options import Options
from tests.bench.kafka.processes import Contender
from tests.bench.kafka.race import Lap, figures
from tests.bench.kafka.stage import Stage

_LOG = "workers"
_START = 120.0
_ASK = 0.02


async def workers(
    stage: Stage, events: int, identities: int, partitions: int, limit: float
) -> AsyncIterator[Figure]:
    """Each has its share of the partitions before the first of them takes a record."""
    await stage.log(_LOG, partitions)
    ends = await stage.load(_LOG, partitions, stream(events, identities))
    laps = []
    for count in (1, 2):
        lap, shares = await _run(stage, ends, count, limit)
        laps.append(lap)
        note = f"{partitions} partitions; own CPU s {shares}"
        for figure in figures("workers", f"{count} worker{'s' * (count > 1)}", lap, note):
            yield figure
    one, two = laps
    cores = os.cpu_count() or 1
    spent = (two.cpu + two.broker) / max(1, two.records)
    most = cores / spent if spent else 0.0
    note = f"{cores} cores, of which the broker took {two.broker / max(1e-9, two.seconds):.2f}"
    yield Figure("workers", "at most, by processor time of two and broker", most, "events/s", note)
    if one.rate:
        yield Figure("workers", "two workers against one", two.rate / one.rate, "times")
        yield Figure("workers", "two against one, at most", most / one.rate, "times")


async def _run(stage: Stage, ends: tuple[int, ...], count: int, limit: float) -> tuple[Lap, str]:
    prefix = f"{_LOG}-{count}."
    await stage.topics(prefix, len(ends))
    gate = stage.folder / f"{prefix}open"
    options = [
        Options(
            stage.bootstrap,
            prefix,
            str(stage.folder / prefix),
            log=_LOG,
            name=str(number),
            ends=ends,
            gate=str(gate),
        )
        for number in range(count)
    ]
    team = [
        Contender(f"worker {one.name}", one.command, stage.folder / f"{prefix}{one.name}.log")
        for one in options
    ]
    try:
        for worker in team:
            await worker.start()
        await stage.members(f"{prefix}group-detect", count, _START)
        broker, before = stage.broker_cpu, [worker.now().cpu for worker in team]
        gate.touch()
        await _done(team, len(ends), limit)
        used = [worker.now().cpu - old for worker, old in zip(team, before, strict=True)]
        lap = _lap(team, ends, sum(used), stage.broker_cpu - broker)
    finally:
        await asyncio.gather(*(worker.stop() for worker in team))
    return lap, " + ".join(f"{cpu:.1f}" for cpu in used)


async def _done(team: list[Contender], partitions: int, limit: float) -> None:
    """Wait until every partition has been taken to its end.

    Raises:
        TimeoutError: it takes too long.
    """
    async with asyncio.timeout(_START + limit):
        for number in range(partitions):
            while not any(f"done-{number}" in worker.marks for worker in team):
                for worker in team:
                    worker.check()
                await asyncio.sleep(_ASK)


def _lap(team: list[Contender], ends: tuple[int, ...], cpu: float, broker: float) -> Lap:
    first = min(worker.marks["first"].time for worker in team)
    last = max(
        mark.time
        for worker in team
        for name, mark in worker.marks.items()
        if name.startswith("done-")
    )
    return Lap(sum(ends), last - first, cpu, broker)
