"""Workers killed, stopped, woken and outnumbered while logs come in: nothing may be lost.

`python -m tests.kafka.torture --strikes 100` runs the long form; the suite runs a short one.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from aiokafka.errors import KafkaError
from msgspec import Struct

from detector.runtime.config import WorkerConfig
from detector.runtime.topics import create, plan
from tests.kafka.broker import Broker, running
from tests.kafka.chaos import Chaos, Workers
from tests.kafka.feeding import (
    Feeder,
    Record,
    Settled,
    events,
    expected,
    organisation,
    settled,
)
from tests.kafka.reading import activity, lag, late, published
from tests.kafka.runner import ENGINE, config

_PARTITIONS = 4
_PATIENCE = 180


class Result(Struct):
    """What came of a run: settled findings as expected and as found, revisions that readers saw
    twice, those that admission was told twice, and of these how many with another body."""

    expected: Settled
    found: Settled
    twice: int
    repeats: int
    altered: int
    happened: dict[str, int]
    exits: dict[int, int]
    lost: int
    late: int


async def run(
    broker: Broker,
    folder: Path,
    *,
    prefix: str,
    records: list[Record],
    strikes: int,
    every: float = 1.0,
    seed: int = 1,
    break_broker: bool = False,
    workers: int = 2,
) -> Result:
    """Feed records while `strikes` things happen, one each `every` seconds; then wait for the end."""
    made = config(broker.bootstrap, prefix, 99, folder)
    await create(made.connection, plan(made.topics, _PARTITIONS))
    crew = Workers(broker.bootstrap, prefix, folder, workers)
    chaos = Chaos(seed, crew, broker if break_broker else None)
    feeder = Feeder(made)
    await feeder.start()
    crew.tend()
    try:
        share = -(-len(records) // (strikes + 1))
        for n in range(strikes + 1):
            await asyncio.gather(
                feeder.send(records[n * share : (n + 1) * share]), asyncio.sleep(every)
            )
            if n < strikes:
                await asyncio.to_thread(chaos.strike)
        chaos.calm()
        await feeder.end(records[-1].time)
        await _quiet(made, crew)
    finally:
        await feeder.stop()
        await asyncio.to_thread(crew.end)
    said = await published(made)
    return Result(
        expected=expected(records, ENGINE),
        found=settled(said.findings),
        twice=sum(count - 1 for count in said.alerts.values()),
        repeats=said.repeats,
        altered=said.altered,
        happened=dict(chaos.happened),
        exits=dict(crew.exits),
        lost=len({event.uid for event in events(records)} - await activity(made)),
        late=await late(made),
    )


async def _quiet(made: WorkerConfig, crew: Workers) -> None:
    """Wait until nothing is left to be done, and stays so."""
    calm = 0
    for _ in range(_PATIENCE):
        crew.tend()
        try:
            left = await lag(made)
        except KafkaError:  # a new cluster has no coordinator yet
            left = {"unknown": 1}
        calm = 0 if left else calm + 1
        if calm >= 4:
            return
        await asyncio.sleep(1)
    raise TimeoutError(f"still to be done: {left} after {_PATIENCE} s")


def main() -> int:
    """The long form, from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strikes", type=int, default=100)
    parser.add_argument("--every", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=float, default=2.0)
    parser.add_argument("--identities", type=int, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="keep the workers' logs")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="torture-"))
    records = organisation(
        folder / "logs", seed=given.seed, days=given.days, identities=given.identities
    )
    with running() as broker:
        result = asyncio.run(
            run(
                broker,
                folder,
                prefix="torture.",
                records=records,
                strikes=given.strikes,
                every=given.every,
                seed=given.seed,
                break_broker=True,
                workers=given.workers,
            )
        )
    print(f"{len(records):,} records; {result.happened}; processes ended with {result.exits}")
    print(f"settled findings: {len(result.found)}, as expected: {result.found == result.expected}")
    print(
        f"seen twice by readers: {result.twice}; told twice: {result.repeats}, altered: {result.altered}"
    )
    for uid in sorted({*result.found, *result.expected}):
        if result.found.get(uid) != result.expected.get(uid):
            print(uid, "expected", result.expected.get(uid), "found", result.found.get(uid))
    print(f"events lost: {result.lost}, late: {result.late}; logs: {folder}")
    return 0 if result.found == result.expected and not result.twice else 1


if __name__ == "__main__":
    sys.exit(main())
