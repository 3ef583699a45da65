"""A real Kafka for tests and development: KRaft, one node, from its published jars.

`python -m tests.kafka.broker` runs one until it is interrupted. Jars are fetched once by Maven.
"""

import argparse
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_POM = Path(__file__).with_name("pom.xml")
_JARS = Path(__file__).parents[2] / "build" / "kafka"
_HEAP = ("-Xms256m", "-Xmx512m")
_PATIENCE = 60.0


class NoBrokerError(RuntimeError):
    """There is no broker and none can be started; says what is missing."""


def jars() -> Path:
    """The folder with Kafka's jars, fetched if need be.

    Raises:
        NoBrokerError: there is no Java or Maven, or the jars cannot be fetched.
    """
    if any(_JARS.glob("kafka_*.jar")):
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
    return _JARS


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Broker:
    """One broker with its own data in `folder`. `stop` and `start` it again as often as you like."""

    def __init__(self, folder: Path, port: int = 0, extra: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.controller = free_port()
        self.bootstrap = f"127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._classes = f"{jars()}/*"
        self._properties = folder / "server.properties"
        self._properties.write_text(self._written(extra or {}), "utf-8")
        self._java("kafka.tools.StorageTool", "format", "-t", _cluster_id(), "-c", self._properties)

    def _written(self, extra: Mapping[str, str]) -> str:
        rows = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@127.0.0.1:{self.controller}",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.port}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": str(self.folder / "logs"),
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
        rows.update(extra)
        return "".join(f"{name}={value}\n" for name, value in rows.items())

    def _command(self, main: str) -> list[str]:
        log = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
        return ["java", *_HEAP, log, "-cp", self._classes, main]

    def _java(self, main: str, *arguments: str | Path) -> None:
        subprocess.run([*self._command(main), *arguments], capture_output=True, check=True)

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command("kafka.Kafka"), str(self._properties)], stdout=log, stderr=log
            )
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            if self._process.poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise NoBrokerError(
            f"Kafka did not start: {(self.folder / 'broker.log').read_text()[-800:]}"
        )

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Stop it: in order, or with `signal.SIGKILL` as a crash would."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_PATIENCE)
            self._process = None


def _cluster_id() -> str:
    import base64

    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


@contextmanager
def running(port: int = 0, extra: Mapping[str, str] | None = None) -> Iterator[Broker]:
    """A broker that lives as long as the block."""
    with tempfile.TemporaryDirectory(prefix="kafka-") as folder:
        broker = Broker(Path(folder), port, extra)
        broker.start()
        try:
            yield broker
        finally:
            broker.stop(signal.SIGKILL)


def main() -> None:
    """Run a broker until interrupted."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=9092)
    arguments = parser.parse_args()
    with running(arguments.port) as broker:
        print(f"Kafka listens on {broker.bootstrap}; Ctrl-C ends it.", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            sys.exit(0)


if __name__ == "__main__":
    main()
