"""A real Kafka for tests and development: KRaft, one node, from its published jars.

`python -m tests.kafka.broker` runs one until it is interrupted. Jars are fetched once by Maven. A
broker's log is kept as `build/kafka-broker.log`.
"""

import argparse
import base64
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import NoReturn

from tests.kafka.answers import is_answering

_POM = Path(__file__).with_name("pom.xml")
_BUILD = Path(__file__).parents[2] / "build"
_JARS = _BUILD / "kafka"
_COMPLETE = _JARS / ".complete"
_HEAP = "-Xms256m -Xmx512m"
# For what ends before it could be compiled well: tools, and brokers of a short test.
_BRIEFLY = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
_PATIENCE = 90.0

SETTINGS: Mapping[str, str] = {
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "group.initial.rebalance.delay.ms": "0",
    "auto.create.topics.enable": "false",
    "log.segment.delete.delay.ms": "1000",
    "message.max.bytes": "20971520",
    "replica.fetch.max.bytes": "20971520",
}
"""What a broker for tests is told wherever it runs: one node, no topics that nobody made."""


class NoBrokerError(RuntimeError):
    """There is no broker and none can be started; says what is missing."""


def jars() -> Path:
    """The folder with Kafka's jars, fetched if need be: by one of several processes, while the others
    wait.

    Raises:
        NoBrokerError: there is no Java or Maven, or the jars cannot be fetched.
    """
    _BUILD.mkdir(exist_ok=True)
    with (_BUILD / "kafka.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        return _fetched()


def _fetched() -> Path:
    wanted = _POM.read_text("utf-8")
    if _COMPLETE.exists() and _COMPLETE.read_text("utf-8") == wanted:
        return _JARS
    for tool in ("java", "mvn"):
        if shutil.which(tool) is None:
            raise NoBrokerError(f"a local Kafka needs {tool}, which is not installed")
    made = subprocess.run(
        ["mvn", "-q", "-B", "-f", _POM, "dependency:copy-dependencies", f"-DoutputDirectory={_JARS}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        raise NoBrokerError(f"Maven could not fetch Kafka's jars: {made.stdout[-500:]}")
    _COMPLETE.write_text(wanted, "utf-8")
    return _JARS


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all different."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


class Broker:
    """One broker with its own data in `folder`. `extra` are further settings, `users` passwords for
    SCRAM; brokers of one `cluster` have its id. `stop` and `start` it again as often as you like. Clients that come by the listener on port
    `behind` are sent on to port `front`, where a proxy may stand between."""

    def __init__(
        self,
        folder: Path,
        port: int = 0,
        extra: Mapping[str, str] | None = None,
        users: Mapping[str, str] | None = None,
        controller: int = 0,
        cluster: str = "",
    ) -> None:
        self.folder = folder
        self.is_lasting = False
        self.log = folder / "broker.log"  # what it says
        free, other, self.behind, self.front = free_ports(4)
        self.port, self.controller = port or free, controller or other
        self.bootstrap = f"127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._classes = f"{jars()}/*"
        self._properties = folder / "server.properties"
        self._properties.write_text(self._written(extra or {}), "utf-8")
        scram = [
            word
            for name, password in (users or {}).items()
            for word in ("--add-scram", f"SCRAM-SHA-512=[name={name},password={password}]")
        ]
        name = cluster or cluster_id()
        form: list[str | Path] = ["format", "-t", name, "-c", self._properties, *scram]
        self.tool("kafka.tools.StorageTool", *form)

    def _written(self, extra: Mapping[str, str]) -> str:
        rows = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@127.0.0.1:{self.controller}",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},VIA://127.0.0.1:{self.behind},"
            f"CONTROLLER://127.0.0.1:{self.controller}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.port},VIA://127.0.0.1:{self.front}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,VIA:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": str(self.folder / "logs"),
            **SETTINGS,
        }
        rows.update(extra)
        return "".join(f"{name}={value}\n" for name, value in rows.items())

    def _command(self, main: str, *options: str) -> list[str]:
        log = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
        return ["java", *options, log, "-cp", self._classes, main]

    def tool(self, main: str, *arguments: str | Path) -> None:
        """Run one of Kafka's own tools.

        Raises:
            NoBrokerError: it failed.
        """
        run = subprocess.run(
            [*self._command(main, *_BRIEFLY), *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode:
            raise NoBrokerError(f"{main} failed: {(run.stderr or run.stdout)[-800:]}")

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            NoBrokerError: it ends at once, or does not answer in time.
        """
        self.launch()
        self.await_answer()

    def launch(self) -> None:
        """Start it without waiting: one of several answers only when most of them run."""
        heap = os.environ.get("KAFKA_HEAP_OPTS", _HEAP).split()
        options = () if self.is_lasting else _BRIEFLY
        command = self._command("kafka.Kafka", *heap, *options, "-XX:+ExitOnOutOfMemoryError")
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C is for the tests, which stop the broker in order.
            self._process = subprocess.Popen(
                [*command, str(self._properties)],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def await_answer(self) -> None:
        """Wait until it answers.

        Raises:
            NoBrokerError: it has ended, or does not answer in time.
        """
        end, process = time.monotonic() + _PATIENCE, self._process
        while process is not None and time.monotonic() < end and process.poll() is None:
            if is_answering(self.bootstrap):
                return
            time.sleep(0.1)
        self._fail()

    def _fail(self) -> NoReturn:
        self.stop(signal.SIGKILL)
        raise NoBrokerError(
            f"Kafka did not start on {self.bootstrap}; its log is {self.keep_log()}, and ends in: "
            f"{self.log.read_text('utf-8', 'replace')[-800:]}"
        )

    @property
    def pid(self) -> int:
        """Its process id; 0 while it does not run."""
        return 0 if self._process is None else self._process.pid

    @property
    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self._process is not None and self._process.poll() is not None

    def keep_log(self) -> Path:
        """Copy the log to where it outlives the broker."""
        _BUILD.mkdir(exist_ok=True)
        return Path(shutil.copy(self.log, _BUILD / "kafka-broker.log"))

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Stop it: in order, or with `signal.SIGKILL` as a crash would."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_PATIENCE)
            self._process = None


def cluster_id() -> str:
    """An id that no tool takes for an option."""
    made = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return f"A{made[1:]}"


@contextmanager
def running(
    port: int = 0,
    extra: Mapping[str, str] | None = None,
    *,
    lasting: bool = False,
    on: Path | None = None,
) -> Iterator[Broker]:
    """A broker that lives as long as the block, its data in a folder `on` some disk; one that is
    `lasting` starts slower and runs faster."""
    with tempfile.TemporaryDirectory(prefix="kafka-", dir=on, ignore_cleanup_errors=True) as folder:
        broker = Broker(Path(folder), port, extra)
        broker.is_lasting = lasting
        if on is not None:  # where there is no room it could not say so
            broker.log = on.parent / "broker.log"
        broker.start()
        try:
            yield broker
        finally:
            broker.keep_log()
            broker.stop(signal.SIGKILL)


def main() -> None:
    """Run a broker until interrupted."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=9092)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with running(arguments.port, lasting=True) as broker:
            print(f"Kafka listens on {broker.bootstrap}; Ctrl-C ends it.", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        sys.exit(0)
    except NoBrokerError as error:
        sys.exit(f"broker: {error}")


if __name__ == "__main__":
    main()
