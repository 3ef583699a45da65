"""What a worker under measurement is told, from one process to another."""

import sys
from pathlib import Path

import msgspec
from msgspec import Struct

from detector.worker import Connection, Role, Topics, WorkerConfig
from tests.kafka.runner import SOURCES


class Shared(Topics, frozen=True):
    """Topics of one run, but for the log of events, which several runs read."""

    log: str = ""

    @property
    def activity(self) -> str:
        """The log that was loaded once."""
        return self.log or f"{self.prefix}activity"


class Options(Struct, frozen=True):
    """One worker: `ends` are the offsets at which the loaded events end, by partition. It takes no
    record before there is a file `gate`, if one is named."""

    bootstrap: str
    prefix: str
    folder: str
    log: str = ""
    name: str = "0"
    role: Role = "detect"
    ends: tuple[int, ...] = ()
    idle: int = 5_000
    gate: str = ""

    @property
    def config(self) -> WorkerConfig:
        """The same as a worker reads it: whatever is not named is as shipped."""
        return WorkerConfig(
            connection=Connection(self.bootstrap),
            topics=Shared(self.prefix, sources=SOURCES, log=self.log),
            role=self.role,
            group=f"{self.prefix}group",
            folder=Path(self.folder) / self.name,
            idle=self.idle,
            port=0,
        )

    @property
    def command(self) -> list[str]:
        """How to run it."""
        written = msgspec.json.encode(self).decode()
        return [sys.executable, "-m", "tests.bench.kafka.worker", written]


def read(written: str) -> Options:
    """What `command` wrote."""
    return msgspec.json.decode(written, type=Options)
