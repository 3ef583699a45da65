"""The demonstration on Kafka: `python -m tests.kafka.demo`. Simulated logs go to raw topics, a worker
reads them, alerts and revoke commands come out. It ends by itself and leaves nothing behind."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from detector.runtime.connect import administrator
from detector.runtime.topics import plan
from detector.simulate import DEMO, write
from detector.worker import Connection, Topics
from tests.kafka.broker import NoBrokerError
from tests.kafka.provide import provided
from tests.kafka.runner import SOURCES

_QUIET = "15"


def main() -> None:
    """Run it."""
    print("==> a broker: KAFKA_BOOTSTRAP, a container, or Kafka's jars", flush=True)
    try:
        with provided() as bootstrap, tempfile.TemporaryDirectory() as folder:
            print(f"Kafka answers on {bootstrap}", flush=True)
            _shown(bootstrap, Path(folder))
    except NoBrokerError as error:
        sys.exit(f"demo-kafka: {error}")
    print("Next: make kafka, then the commands of the README's section on Kafka")


def _shown(bootstrap: str, folder: Path) -> None:
    topics = Topics(f"demo-{os.getpid()}.", sources=SOURCES)
    environ = {
        "DETECTOR_KAFKA__BOOTSTRAP": bootstrap,
        "DETECTOR_KAFKA__PREFIX": topics.prefix,
        "DETECTOR_KAFKA__SOURCES": ",".join(topics.sources),
        "DETECTOR_KAFKA__GROUP": topics.prefix.rstrip("."),
        "DETECTOR_KAFKA__FOLDER": str(folder / "state"),
        "DETECTOR_KAFKA__IDLE": "1s",
        "DETECTOR_KAFKA__PORT": "0",
        "DETECTOR_FINGERPRINT_KEY": "a key for the demonstration only",
    }
    try:
        _detector("topics create --partitions 2 --replication 1", environ)
        logs = folder / "logs"
        made = write(logs, DEMO)
        print(f"==> simulated {made.events:,} events with {made.incidents} attacks", flush=True)
        with _worker(environ, folder / "worker.log"):
            _detector(f"replay --to-kafka {logs}", environ)
            _detector(f"tail --new --from-beginning --until-quiet {_QUIET}", environ)
            _detector("doctor", environ)
    finally:
        asyncio.run(_forget(bootstrap, topics))


def _detector(line: str, environ: dict[str, str]) -> None:
    print(f"==> detector {line}", flush=True)
    words = line.split()
    command = [sys.executable, "-m", "detector.cli", *words]
    if subprocess.run(command, env={**os.environ, **environ}, check=False).returncode:
        raise NoBrokerError(f"detector {words[0]} failed")


@contextmanager
def _worker(environ: dict[str, str], log: Path) -> Iterator[None]:
    """A worker that drains at the end of the block; what it says is shown only if it fails."""
    print("==> detector worker", flush=True)
    with log.open("wb") as said:
        worker = subprocess.Popen(
            [sys.executable, "-m", "detector.cli", "worker"],
            env={**os.environ, **environ},
            stdout=said,
            stderr=said,
        )
        try:
            yield
        finally:
            worker.send_signal(signal.SIGTERM)
            code = worker.wait(60)
    if code:
        print(log.read_text("utf-8", "replace")[-2_000:])
        raise NoBrokerError("the worker failed")
    print("==> the worker has drained and left", flush=True)


async def _forget(bootstrap: str, topics: Topics) -> None:
    async with administrator(Connection(bootstrap)) as admin:
        await admin.delete_topics([spec.name for spec in plan(topics, 1)])


if __name__ == "__main__":
    main()
