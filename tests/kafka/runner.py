"""One worker as a process of its own: `python -m tests.kafka.runner BOOTSTRAP PREFIX NUMBER FOLDER IDLE GENERATION`."""

import asyncio
import signal
import sys
from pathlib import Path

from detector.config import EngineConfig
from detector.runtime.app import run
from detector.sources.base import Context
from detector.sources.fingerprint import Fingerprints
from detector.worker import MIXED, Connection, Topics, WorkerConfig

KEY = "a key for tests, long enough"
ENGINE = EngineConfig(budget=12.5)
# A raw topic for each of all sources would only make every test slower.
SOURCES = ("cloudtrail", "token_use", MIXED)


def config(
    bootstrap: str, prefix: str, number: int, folder: Path, idle: int = 30_000, generation: int = 1
) -> WorkerConfig:
    """The settings of worker `number`: checkpoints come often, so that crashes meet them."""
    return WorkerConfig(
        engine=ENGINE,
        connection=Connection(bootstrap),
        topics=Topics(prefix, generation, SOURCES),
        group=f"{prefix}group",
        folder=folder / f"worker-{number}",
        checkpoint_least=500,
        checkpoint_most=2_000,
        session=6_000,
        idle=idle,  # event time may pass an hour in a second here
        resident=200,
        port=0,
    )


def _stacks(*_: object) -> None:
    """On SIGUSR1: what every task is waiting for."""
    for task in asyncio.all_tasks():
        task.print_stack()


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, _stacks)
    where, prefix, number, folder, idle, generation = sys.argv[1:7]
    made = config(where, prefix, int(number), Path(folder), int(idle), int(generation))
    run(made, Context(Fingerprints(KEY)), loglevel="info")
