"""`python -m tests.bench.kafka`: figures of the worker on Kafka, one line each."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from detector.bench import Figure, as_markdown
from detector.bench.figures import shown
from tests.bench.kafka.latency import latency
from tests.bench.kafka.memory import memory, restart
from tests.bench.kafka.partitions import partitions
from tests.bench.kafka.picture import picture
from tests.bench.kafka.soak import soak
from tests.bench.kafka.stage import Stage, staged
from tests.bench.kafka.throughput import throughput
from tests.bench.kafka.workers import workers

Part = Callable[[Stage], AsyncIterator[Figure]]
_SECTIONS = ("throughput", "workers", "latency", "memory", "restart", "partitions")
# Only when it is asked for: it takes half an hour.
_LONG = "soak"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.kafka", description=__doc__)
    help_ = f"sections, comma-separated; {_LONG} is one as well"
    parser.add_argument("--only", default=",".join(_SECTIONS), help=help_)
    parser.add_argument("--events", type=int, default=1_000_000, help="events of a run")
    parser.add_argument("--identities", type=int, default=100_000, help="identities in them")
    parser.add_argument("--partitions", type=int, default=2, help="of the loaded topic")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for each contender")
    parser.add_argument("--rate", type=int, default=20_000, help="latency: events a second")
    parser.add_argument("--seconds", type=float, default=60.0, help="latency: how long")
    parser.add_argument("--soak-rate", type=int, default=3_000, help="soak: events a second")
    parser.add_argument("--soak", type=float, default=1_800.0, help="soak: seconds")
    parser.add_argument(
        "--soak-speed", type=int, default=96, help="soak: of event time to the clock"
    )
    parser.add_argument("--known", type=int, default=1_000_000, help="memory: identities")
    parser.add_argument("--spread", type=int, default=64, help="partitions: how many")
    parser.add_argument("--markdown", action="store_true", help="a table for a page")
    parser.add_argument("--picture", type=Path, metavar="FILE.svg", help="draw the throughput")
    made = parser.parse_args()
    unknown = sorted(set(made.only.split(",")) - {*_SECTIONS, _LONG})
    if unknown:
        parser.error(f"no section {unknown[0]!r}: there are {', '.join(_SECTIONS)}, {_LONG}")
    return made


def _parts(told: argparse.Namespace) -> dict[str, Part]:
    size = (told.events, told.identities, told.partitions, told.limit)
    return {
        "throughput": lambda stage: throughput(stage, *size),
        "workers": lambda stage: workers(stage, *size),
        "latency": lambda stage: latency(
            stage, told.rate, told.seconds, told.identities, told.partitions
        ),
        "memory": lambda stage: memory(stage, told.known, told.partitions),
        "restart": lambda stage: restart(stage, told.known, told.partitions),
        "partitions": lambda stage: partitions(stage, told.spread),
        _LONG: lambda stage: soak(
            stage,
            told.soak_rate,
            told.soak,
            told.soak_speed,
            3 * told.identities,
            told.partitions,
        ),
    }


def _measured(told: argparse.Namespace) -> list[Figure]:
    parts, figures = _parts(told), []
    for name in told.only.split(","):
        with staged() as stage:
            figures += asyncio.run(_section(parts[name](stage)))
    return figures


async def _section(part: AsyncIterator[Figure]) -> list[Figure]:
    figures = []
    async for figure in part:
        figures.append(figure)
        print(_line(figure), flush=True)
    return figures


def _line(figure: Figure) -> str:
    load = os.getloadavg()[0]
    return (
        f"{figure.section:10} {figure.what:54} {shown(figure.value):>12} {figure.unit:14}"
        f" load {load:.1f}  {figure.note}"
    )


def main() -> None:
    """Measure, and write down."""
    told = _arguments()
    # Whoever is told to end takes what it has started along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    # Clients complain of what is only not there yet.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    figures = _measured(told)
    if told.markdown:
        print(as_markdown(figures))
    if told.picture is not None:
        told.picture.write_text(picture(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
