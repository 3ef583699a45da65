"""A million identities: what a worker holds of them in memory, and how soon it is back."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from msgspec.structs import replace

from detector.bench import Figure
from detector.bench.engine import everyone, stream
from tests.bench.kafka.options import Options
from tests.bench.kafka.processes import Contender, memory_of
from tests.bench.kafka.race import Race
from tests.bench.kafka.stage import Stage

_LIMIT, _START = 1_200.0, 600.0
_ROUNDS = 2


async def memory(stage: Stage, identities: int, partitions: int) -> AsyncIterator[Figure]:
    """The resident memory of a worker that has had two events of each identity."""
    options, figures = await _filled(stage, "memory.", identities, partitions)
    for figure in figures:
        yield figure
    size = sum(path.stat().st_size for path in _rows(options) if path.is_file())
    yield Figure("memory", "local store", size / 2**20, "MiB")


async def restart(stage: Stage, identities: int, partitions: int) -> AsyncIterator[Figure]:
    """From the start of a process to its first event, with and without the local store; and what the
    worker before it held."""
    options, figures = await _filled(stage, "restart.", identities, partitions)
    for figure in figures:
        yield figure
    topic = options.config.topics.activity
    for name, what in (("0", "with the local store"), ("empty", "with an empty disk")):
        # Something for every partition to begin with.
        await stage.load(topic, partitions, stream(100 * partitions, identities))
        again = replace(options, name=name)
        worker = Contender("worker", again.command, stage.folder / f"restart-{name}.log")
        await worker.start()
        try:
            for mark, said in (
                ("first", "first event"),
                (f"handled-{partitions}", "all partitions"),
            ):
                found = await worker.mark(mark, _START)
                value = found.time - worker.began if found is not None else _START
                note = f"{identities:,} identities in {partitions} partitions; bar: 30"
                used = f"{found.cpu:.1f} CPU s" if found is not None else "never"
                yield Figure("restart", f"{what}: {said}", value, "s", f"{note}; {used}")
        finally:
            await worker.stop()


async def _filled(
    stage: Stage, prefix: str, identities: int, partitions: int
) -> tuple[Options, list[Figure]]:
    """A worker that gets to know them all, up to its last checkpoint; then it is stopped in order."""
    await stage.topics(prefix, partitions)
    folder = str(stage.folder / prefix.rstrip("."))
    options = Options(stage.bootstrap, prefix, folder)
    topic = options.config.topics.activity
    ends = await stage.load(topic, partitions, everyone(_ROUNDS * identities, identities))
    counted = replace(options, ends=ends)
    worker = Contender("worker", counted.command, stage.folder / f"{prefix}log")
    await worker.start()
    try:
        group = f"{options.config.group}-detect"
        lap = await Race(stage, topic, ends, _LIMIT).lap(worker, group)
        figures = list(_sizes(worker, identities, options.config.resident * partitions))
        done = lap.records == sum(ends)
        note = "" if done else f"stopped at {lap.records:,} of {sum(ends):,}"
        figures.append(Figure("memory", "events while it filled", lap.rate, "events/s", note))
    finally:
        await worker.stop(patience=120.0)
    return options, figures


def _sizes(worker: Contender, identities: int, resident: int) -> Iterator[Figure]:
    now, most = memory_of(worker.pid)
    note = (
        f"{identities:,} identities, each with a credential; {resident:,} entities stay in memory"
    )
    yield Figure("memory", "resident", now, "MiB", f"{note}; bar: 4,096")
    yield Figure("memory", "resident, at most", most, "MiB", "bar: 4,096")


def _rows(options: Options) -> Iterator[Path]:
    return options.config.folder.rglob("*")
