"""Two workers against one, on the same topic."""

import asyncio
import time
from collections.abc import AsyncIterator

from detector.bench import Figure
from detector.bench.engine import stream
from tests.bench.kafka.options import Options
from tests.bench.kafka.processes import Contender
from tests.bench.kafka.race import Lap, Race, figures
from tests.bench.kafka.stage import Stage

_LOG = "workers"
_START = 120.0


async def workers(
    stage: Stage, events: int, identities: int, partitions: int, limit: float
) -> AsyncIterator[Figure]:
    """Each has its share of the partitions before the first of them takes a record."""
    await stage.log(_LOG, partitions)
    ends = await stage.load(_LOG, partitions, stream(events, identities))
    race = Race(stage, _LOG, ends, limit)
    rates = []
    for count in (1, 2):
        lap, shares = await _run(race, count)
        rates.append(lap.rate)
        note = f"{partitions} partitions; own CPU s {shares}"
        for figure in figures("workers", f"{count} worker{'s' * (count > 1)}", lap, note):
            yield figure
    ratio = rates[1] / rates[0] if rates[0] else 0.0
    yield Figure("workers", "two workers against one", ratio, "times")


async def _run(race: Race, count: int) -> tuple[Lap, str]:
    stage, prefix = race.stage, f"{_LOG}-{count}."
    await stage.topics(prefix, len(race.ends))
    gate = stage.folder / f"{prefix}open"
    options = [
        Options(
            stage.bootstrap,
            prefix,
            str(stage.folder / prefix),
            log=race.topic,
            name=str(number),
            gate=str(gate),
        )
        for number in range(count)
    ]
    team = [
        Contender(f"worker {one.name}", one.command, stage.folder / f"{prefix}{one.name}.log")
        for one in options
    ]
    group = f"{prefix}group-detect"
    try:
        for worker in team:
            await worker.start()
        await stage.members(group, count, _START)
        broker, before = stage.broker_cpu, [worker.now().cpu for worker in team]
        began = time.time()
        gate.touch()
        done, at = await stage.committed(group, race.topic, race.ends, race.limit, team[0])
        used = [worker.now().cpu - old for worker, old in zip(team, before, strict=True)]
        spent = stage.broker_cpu - broker
    finally:
        await asyncio.gather(*(worker.stop() for worker in team))
    return Lap(done, at - began, sum(used), spent), " + ".join(f"{cpu:.1f}" for cpu in used)
