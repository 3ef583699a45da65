"""Many partitions: what they say to each other, what checkpoints take, how partitions move."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from detector.bench import Figure
from detector.runtime.watermarks import ACTIVITY
from detector.runtime.wire import read
from schemas.event import ActivityEvent
from schemas.fact import Fact
from tests.bench.kafka.options import Options
from tests.bench.kafka.processes import Contender
from tests.bench.kafka.stage import Stage
from tests.kafka.feeding import Feeder, Record, organisation
from tests.kafka.reading import lag, whole
from tests.kafka.runner import SOURCES

_PREFIX = "spread."
_START, _PATIENCE, _STILL = 180.0, 1_200.0, 3.0
_DAYS, _IDENTITIES = 0.25, 200
_MINUTE = 60_000


async def partitions(stage: Stage, count: int) -> AsyncIterator[Figure]:
    """A quarter of a day of a simulated organisation, raw, through one worker in both roles; then
    another one joins, and is killed."""
    await stage.topics(_PREFIX, count)
    with TemporaryDirectory() as folder:
        records = organisation(Path(folder), seed=1, days=_DAYS, identities=_IDENTITIES)
    await _feed(stage, records)
    one, other = (_worker(stage, name) for name in ("0", "1"))
    await one.start()
    try:
        await one.mark(f"owned-{count}", _START)
        owned = one.now()
        await _done(stage, one)
        for figure in await _said(stage, records, count, one.now().cpu - owned.cpu):
            yield figure
        yield Figure("partitions", "all owned after the start", owned.time - one.began, "s")
        async for figure in _moves(one, other, count):
            yield figure
    finally:
        await asyncio.gather(one.stop(), other.stop())


def _worker(stage: Stage, name: str) -> Contender:
    # Event time passes faster here than on a clock, so no partition is idle only for a pause.
    options = Options(
        stage.bootstrap, _PREFIX, str(stage.folder / "spread"), name=name, role="all", idle=30_000
    )
    return Contender(f"worker {name}", options.command, stage.folder / f"spread-{name}.log")


async def _feed(stage: Stage, records: list[Record]) -> None:
    feeder = Feeder(stage.config(_PREFIX))
    await feeder.start()
    await feeder.send(records)
    await feeder.end(records[-1].time)
    await feeder.stop()


async def _done(stage: Stage, worker: Contender) -> None:
    """Wait until nothing is left to do, and nothing more comes of it."""
    config = Options(stage.bootstrap, _PREFIX, "").config
    async with asyncio.timeout(_PATIENCE):
        still = 0.0
        while still < _STILL:
            worker.check()
            still = 0.0 if await lag(config) else still + 1.0
            await asyncio.sleep(1.0)


async def _said(stage: Stage, records: list[Record], count: int, used: float) -> list[Figure]:
    config = stage.config(_PREFIX)
    kinds: Counter[str] = Counter()
    size = 0
    for record in await whole(config, config.topics.activity):
        kinds[_kind(record.value)] += 1
        size += len(record.value)
    rows = await whole(config, config.topics.state)
    kept = sum(len(row.key) + len(row.value or b"") for row in rows)
    minutes = max(1.0, (records[-1].time - records[0].time) / _MINUTE)
    raw = count * len(SOURCES)
    return [
        *_figures(kinds, minutes, count, raw),
        Figure("partitions", "activity", size / 2**20, "MiB", f"{sum(kinds.values()):,} records"),
        Figure("partitions", "checkpoints", kept / 2**20, "MiB", f"{len(rows):,} rows"),
        Figure("partitions", "processor time of the worker", used, "s", f"{len(records):,} raw"),
    ]


def _figures(kinds: Counter[str], minutes: float, count: int, raw: int) -> Iterator[Figure]:
    events = max(1, kinds["event"])
    note = f"{events:,} events of {minutes:,.0f} minutes, {count} partitions, {raw} raw ones"
    yield Figure("partitions", "facts per event", kinds["fact"] / events, "records", note)
    baselines = kinds["baseline"] / minutes
    yield Figure("partitions", "peers' baselines", baselines, "records/min", "of event time")
    for who in ("normalisers", "detectors"):
        told = f"{kinds[who]:,} in all; of event time"
        yield Figure("partitions", f"progress of {who}", kinds[who] / minutes, "records/min", told)


def _kind(value: bytes) -> str:
    made = read(value)
    if isinstance(made, ActivityEvent):
        return "event"
    if isinstance(made, Fact):
        return "baseline" if made.kind == "baseline" else "fact"
    return "detectors" if made.sender.startswith(ACTIVITY) else "normalisers"


async def _moves(one: Contender, other: Contender, count: int) -> AsyncIterator[Figure]:
    """A second worker takes its half over, then it is killed."""
    half = count // 2
    await other.start()
    joined = await other.mark(f"owned-{half}", _START)
    after = joined.time - other.began if joined is not None else _START
    note = f"{half} partitions moved, from the start of the process"
    yield Figure("partitions", "a second worker has its half", after, "s", note)
    one.marks.pop(f"owned-{count}", None)
    await other.stop(signal.SIGKILL)
    killed = other.now().time
    back = await one.mark(f"owned-{count}", _START)
    after = back.time - killed if back is not None else _START
    yield Figure("partitions", "killed: the first one has all again", after, "s")
