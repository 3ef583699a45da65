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

from detector.runtime.topics import create, plan
from detector.worker import WorkerConfig
from tests.kafka.broker import Broker, running
from tests.kafka.chaos import Chaos, Workers
from tests.kafka.feeding import Feeder, Record, events, expected, organisation
from tests.kafka.proxy import Proxy, proxied
from tests.kafka.reading import activity, lag, late, published, repeated, told
from tests.kafka.runner import ENGINE, config
from tests.kafka.told import Told

_PARTITIONS = 4
_PATIENCE = 180


class Result(Struct):
    """What came of a run: what replay makes of the records and what the workers did, revisions that
    readers saw twice, those that admission was told twice, and of these how many with another
    body; events that were lost, sent again, or came after their time had settled."""

    expected: Told
    found: Told
    twice: int
    repeats: int
    altered: int
    happened: dict[str, int]
    exits: dict[int, int]
    lost: int
    again: int
    late: int


async def run(
    bootstrap: str,
    folder: Path,
    *,
    prefix: str,
    records: list[Record],
    strikes: int,
    every: float = 1.0,
    seed: int = 1,
    broker: Broker | None = None,
    proxy: Proxy | None = None,
    workers: int = 2,
) -> Result:
    """Feed records while `strikes` things happen, one each `every` seconds; then wait for the end. A
    `broker` that is given is struck as well; if there is a `proxy` to it, one worker comes that way."""
    made = config(bootstrap, prefix, 99, folder)
    await create(made.connection, plan(made.topics, _PARTITIONS))
    via = f"127.0.0.1:{broker.front}" if proxy is not None and broker is not None else ""
    crew = Workers(bootstrap, prefix, folder, workers, via=via)
    chaos = Chaos(seed, crew, broker, proxy)
    feeder = Feeder(made)
    await feeder.start()
    try:
        share = -(-len(records) // (strikes + 1))
        # A raw partition that is empty when it is taken counts as idle; hours pass in a second here,
        # so what came to it then would be late.
        await feeder.send(records[:share])
        crew.tend()
        for n in range(1, strikes + 1):
            await asyncio.sleep(every)
            await asyncio.to_thread(chaos.strike)
            await feeder.send(records[n * share : (n + 1) * share])
        chaos.calm()
        await feeder.end(records[-1].time)
        await quiet(made, crew)
    finally:
        await feeder.stop()
        await asyncio.to_thread(crew.end)
    said, made_of_them = await published(made), events(records)
    return Result(
        expected=expected(records, ENGINE),
        found=await told(made, said.findings),
        twice=sum(count - 1 for count in said.alerts.values()),
        repeats=said.repeats,
        altered=said.altered,
        happened=dict(chaos.happened),
        exits=dict(crew.exits),
        lost=len({event.uid for event in made_of_them} - await activity(made)),
        again=await repeated(made, made_of_them),
        late=await late(made),
    )


async def quiet(made: WorkerConfig, crew: Workers) -> None:
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
    with running(lasting=True) as broker, proxied(broker.front, broker.behind) as proxy:
        result = asyncio.run(
            run(
                broker.bootstrap,
                folder,
                prefix="torture.",
                records=records,
                strikes=given.strikes,
                every=given.every,
                seed=given.seed,
                broker=broker,
                proxy=proxy,
                workers=given.workers,
            )
        )
    print(f"{len(records):,} records; {result.happened}; processes ended with {result.exits}")
    differs = result.expected.beside(result.found)
    print(f"settled findings: {len(result.found.settled)}, commands: {len(result.found.planned)}")
    print(f"entities: {len(result.found.learned)}; different from replay: {len(differs)}", *differs)
    print(
        f"seen twice by readers: {result.twice}; told twice: {result.repeats}, altered: {result.altered}"
    )
    print(
        f"events lost: {result.lost}, sent again: {result.again}, late: {result.late}; logs: {folder}"
    )
    late = max(0, result.late - result.again)  # what comes again may be late
    return 1 if differs or result.twice or result.altered or result.lost or late else 0


if __name__ == "__main__":
    sys.exit(main())
