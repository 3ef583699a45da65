"""The contenders: how each is made ready and started."""

import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from tests.bench.kafka.processes import Contender

_PEERS = Path(__file__).with_name("peers")
_HOME = Path(__file__).parents[3]
_BUILD = _HOME / "build" / "peers"
_PINNED = _HOME / "requirements" / "peers"
_HERE = "tests.bench.kafka"
Command = list[str]


class Entry(Struct, frozen=True):
    """One contender. With `group` it commits offsets now and then, and is done when the broker has the
    last of them; without, when it says so."""

    name: str
    command: Callable[[], Command]
    group: bool = True
    more: tuple[str, ...] = ()

    def contender(
        self, bootstrap: str, topic: str, group: str, count: int, folder: Path
    ) -> Contender:
        """Its process, not started."""
        folder.mkdir(parents=True, exist_ok=True)
        told = [bootstrap, topic, group, str(count), str(folder), *self.more]
        return Contender(self.name, [*self.command(), *told], folder / "log")


def _module(name: str) -> Callable[[], Command]:
    return lambda: [sys.executable, "-m", f"{_HERE}.{name}"]


def _environment(name: str) -> Callable[[], Command]:
    """A peer in Python, in an environment of its own that is made at first use."""

    def made() -> Command:
        pinned = _PINNED / f"{name}.txt"
        folder, stamp = _BUILD / name, _BUILD / name / ".complete"
        python = str(folder / "bin" / "python")
        if not stamp.exists() or stamp.read_bytes() != pinned.read_bytes():
            venv.create(folder, clear=True, with_pip=True)
            quiet = ["--disable-pip-version-check", "--quiet", "--require-hashes"]
            subprocess.run([python, "-m", "pip", "install", *quiet, "-r", str(pinned)], check=True)
            stamp.write_bytes(pinned.read_bytes())
        return [python, str(_PEERS / f"count_{name}.py")]

    return made


def _streams() -> Command:
    """Kafka Streams: jars from Maven, the program compiled against them."""
    folder, source = _BUILD / "streams", _PEERS / "streams" / "Count.java"
    pom, stamp = _PEERS / "streams" / "pom.xml", _BUILD / "streams" / ".complete"
    wanted = pom.read_bytes() + source.read_bytes()
    if not stamp.exists() or stamp.read_bytes() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        fetched = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies"]
        subprocess.run([*fetched, f"-DoutputDirectory={folder}"], check=True)
        compiled = ["javac", "-cp", f"{folder}/*", "-d", str(folder / "classes"), str(source)]
        subprocess.run(compiled, check=True)
        stamp.write_bytes(wanted)
    quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
    return ["java", "-Xmx1g", quiet, "-cp", f"{folder}/classes:{folder}/*", "Count"]


def floors() -> list[Entry]:
    """What ours cannot undercut."""
    return [
        Entry("floor: getmany only", _module("floors"), group=False, more=("fetch",)),
        Entry("floor: getmany, each decoded", _module("floors"), group=False, more=("decode",)),
    ]


def peers(partitions: int) -> list[Entry]:
    """What others take to count."""
    return [
        Entry("Faust, Table write per event", _module("plain"), more=(str(partitions),)),
        Entry("Quix Streams, count per key", _environment("quix"), more=("bare",)),
        Entry("Quix Streams, decode and count", _environment("quix"), more=("whole",)),
        Entry("Bytewax, count per key", _environment("bytewax"), group=False, more=("bare",)),
        Entry("Bytewax, count per key, kept", _environment("bytewax"), group=False, more=("kept",)),
        Entry("Bytewax, decode and count", _environment("bytewax"), group=False, more=("whole",)),
        Entry("Kafka Streams exactly once, count per key", _streams),
    ]
