"""One process each on the same topic: floors, peers that count, and a worker that detects."""

import re
from collections.abc import AsyncIterator

from detector.bench import Figure
from detector.bench.engine import stream
from tests.bench.kafka.field import Entry, floors, peers
from tests.bench.kafka.options import Options
from tests.bench.kafka.processes import Contender
from tests.bench.kafka.race import Lap, Race, figures, quiet
from tests.bench.kafka.stage import Stage

_LOG, _OURS = "throughput", "ours."
_NOTES = {
    "Bytewax, count per key": "values not decoded, no recovery store",
    "Bytewax, count per key, kept": "values not decoded; recovery store on local disk",
    "Bytewax, decode and count": "recovery store on local disk",
    "Quix Streams, count per key": "values not decoded",
    "Kafka Streams exactly once, count per key": "values not decoded",
}
NAME = "ours, all detections, checkpoints on"


async def throughput(
    stage: Stage, events: int, identities: int, partitions: int, limit: float
) -> AsyncIterator[Figure]:
    """Events a second from the first record to the last one committed. The topic holds twice as many
    `events`: when the second half begins, the identities have all been seen."""
    await stage.log(_LOG, partitions)
    ends = await stage.load(_LOG, partitions, stream(2 * events, identities))
    race = Race(stage, _LOG, ends, limit)
    for entry in (*floors(), *peers(partitions)):
        for figure in await _other(race, entry):
            yield figure
    async for figure in _ours(race, partitions):
        yield figure


async def _other(race: Race, entry: Entry) -> list[Figure]:
    stage, group = race.stage, re.sub(r"\W+", "-", entry.name).lower()
    folder = stage.folder / group
    whole = sum(race.ends)
    made = entry.contender(stage.bootstrap, race.topic, group, whole, folder)
    lap = await race.run(made, group if entry.group else None)
    await quiet()
    stopped = f"stopped after {lap.records:,} events" if lap.records < whole else ""
    note = "; ".join(filter(None, (_NOTES.get(entry.name), stopped)))
    return list(figures("throughput", entry.name, lap, note))


async def _ours(race: Race, partitions: int) -> AsyncIterator[Figure]:
    stage = race.stage
    await stage.topics(_OURS, partitions)
    options = Options(stage.bootstrap, _OURS, str(stage.folder / "ours"), log=_LOG, ends=race.ends)
    worker = Contender("ours", options.command, stage.folder / "ours.log")
    await worker.start()
    try:
        group = f"{options.config.group}-detect"
        lap = await race.lap(worker, group)
        for figure in figures("throughput", NAME, lap, _size(race)):
            yield figure
        for name, part in _halves(worker, lap):
            for figure in figures("throughput", f"ours, {name}", part):
                yield figure
        yield await _facts(race, worker, group, lap)
    finally:
        await worker.stop()


def _size(race: Race) -> str:
    return f"{sum(race.ends):,} events in {len(race.ends)} partitions"


def _halves(worker: Contender, lap: Lap) -> list[tuple[str, Lap]]:
    """Until half of the events had been taken, and from there to the last commit."""
    first, half = worker.marks["first"], worker.marks.get("half")
    if half is None:
        return []
    count = lap.records // 2
    taken, used = half.time - first.time, half.cpu - first.cpu
    cold = Lap(count, taken, used)
    return [
        ("cold: most identities are new", cold),
        (
            "steady: identities are known",
            Lap(lap.records - count, lap.seconds - taken, lap.cpu - used),
        ),
    ]


async def _facts(race: Race, worker: Contender, group: str, lap: Lap) -> Figure:
    """Facts that followed stand behind the events: until they too are committed."""
    stage, first = race.stage, worker.marks["first"]
    ends = await stage.ends(race.topic, len(race.ends))
    _, at = await stage.committed(group, race.topic, ends, race.limit, worker)
    more = sum(ends) - sum(race.ends)
    return Figure(
        "throughput",
        "ours, until the facts that followed were done too",
        lap.records / max(at - first.time, lap.seconds),
        "events/s",
        f"{more:,} records more",
    )
