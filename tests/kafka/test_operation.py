"""A real worker on a real broker, watched over HTTP as Prometheus and Kubernetes would."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest
from aiokafka import AIOKafkaProducer
from prometheus_client.parser import text_string_to_metric_families

from detector.runtime.measures import METRICS
from detector.worker import Topics
from tests.deploy.documents import command_lines
from tests.kafka.broker import free_ports
from tests.shared_data import PROJECT

_PATIENCE = 60.0
KEY = "EXAMPLE-key-of-at-least-sixteen"
COMMANDS = dict(command_lines())
RECORD = {
    "eventVersion": "1.08",
    "eventTime": "2026-01-05T10:00:00Z",
    "eventSource": "s3.amazonaws.com",
    "eventName": "GetObject",
    "awsRegion": "eu-central-1",
    "sourceIPAddress": "192.0.2.7",
    "userAgent": "aws-cli/2.15",
    "eventType": "AwsApiCall",
    "recipientAccountId": "123456789012",
    "userIdentity": {
        "type": "IAMUser",
        "principalId": "AIDAEXAMPLE",
        "arn": "arn:aws:iam::123456789012:user/ada",
        "accountId": "123456789012",
        "accessKeyId": "AKIAIOSFODNN7EXAMPLE",
        "userName": "ada",
    },
}


class Worker:
    """A worker process: what its pages say, and what it has logged."""

    def __init__(self, process: "subprocess.Popen[str]", port: int, logged: Path) -> None:
        self.process = process
        self._port = port
        self._logged = logged

    def page(self, path: str) -> tuple[int, str]:
        """Status and text of a page; 0 if nobody answers."""
        try:
            with urlopen(f"http://127.0.0.1:{self._port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except URLError:
            return 0, ""

    def metric(self, name: str, **labels: str) -> float | None:
        """A sample of /metrics."""
        for family in text_string_to_metric_families(self.page("/metrics")[1]):
            for sample in family.samples:
                if sample.name == name and labels.items() <= sample.labels.items():
                    return float(sample.value)
        return None

    def logs(self) -> list[dict[str, Any]]:
        """Every line that was logged."""
        return [json.loads(line) for line in self._logged.read_text("utf-8").splitlines()]


def until(holds: Callable[[], bool]) -> None:
    """Wait until this holds; a test that waits for ever says nothing."""
    end = time.monotonic() + _PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise AssertionError("it has not come to hold")
        time.sleep(0.2)  # noqa: TID251 - there is another process to wait for


@pytest.fixture
def environment(kafka: str, topics: Topics, tmp_path: Path) -> dict[str, str]:
    """What a container would be told; sources are silent after two seconds."""
    (port,) = free_ports(1)
    return {
        **os.environ,
        "DETECTOR_FINGERPRINT_KEY": KEY,
        "DETECTOR_KAFKA__BOOTSTRAP": kafka,
        "DETECTOR_KAFKA__PREFIX": topics.prefix,
        "DETECTOR_KAFKA__SOURCES": ",".join(topics.sources),
        "DETECTOR_KAFKA__GROUP": topics.prefix,
        "DETECTOR_KAFKA__FOLDER": str(tmp_path / "state"),
        "DETECTOR_KAFKA__PORT": str(port),
        "DETECTOR_KAFKA__SILENCE": "2s",
    }


@pytest.fixture
def worker(environment: dict[str, str], tmp_path: Path) -> Iterator[Worker]:
    """A worker that has just been started, by the command that compose starts it with."""
    made = started(environment, tmp_path / "log", int(environment["DETECTOR_KAFKA__PORT"]))
    with made.process:
        yield made
        made.process.kill()


def started(environment: dict[str, str], logged: Path, port: int) -> Worker:
    """A worker process in this environment, whose log goes on in that file."""
    command = [sys.executable, "-m", "detector.cli", *COMMANDS["compose: worker"]]
    with logged.open("a") as log:
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    return Worker(process, port, logged)


def feed(bootstrap: str, topic: str, values: list[bytes]) -> None:
    """Append these records."""

    async def send() -> None:
        async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
            for value in values:
                await producer.send_and_wait(topic, value)

    asyncio.run(send())


def test_a_worker_s_life_can_be_watched(kafka: str, topics: Topics, worker: Worker) -> None:
    """A worker becomes ready, counts what it takes and refuses, reports a source that falls silent,
    and ends cleanly when it is told to; all that it logs is JSON without its key."""
    until(lambda: worker.page("/readyz")[0] == 200)
    good = [json.dumps({**RECORD, "eventID": f"e{n}"}).encode() for n in range(5)]
    feed(kafka, topics.raw("cloudtrail"), [*good, b"rubbish"])
    until(lambda: worker.metric("detector_records_total", topic="raw.cloudtrail") == 6)
    until(lambda: (worker.metric("detector_records_total", topic="activity") or 0) >= 5)
    until(lambda: worker.metric("detector_dead_letters_total", source="unknown") == 1)
    until(lambda: "cloudtrail: silent" in worker.page("/readyz")[1])

    assert 200 == worker.page("/healthz")[0]
    assert 200 == worker.page("/readyz")[0]
    assert 1 == worker.metric("detector_source_silent", source="cloudtrail")
    assert 1 == worker.metric("detector_entities", kind="principal", where="known")
    assert 2 == worker.metric("detector_partitions", part="detect", state="ready")

    worker.process.send_signal(signal.SIGTERM)
    printed, _ = worker.process.communicate(timeout=_PATIENCE)
    events = [entry["event"] for entry in worker.logs()]

    assert (0, "") == (worker.process.returncode, printed)
    assert "a source has fallen silent" in events
    assert KEY not in json.dumps(worker.logs())


def test_what_never_had_labels_is_exposed_at_once(worker: Worker) -> None:
    """Metrics without labels stand on the page from the start, so that an alert can rely on them."""
    until(lambda: worker.page("/metrics")[0] == 200)
    shown = worker.page("/metrics")[1]

    assert [] == [m.name for m in METRICS if not m.labels and f"\n{m.name}" not in shown]


def test_topics_are_made_once(environment: dict[str, str]) -> None:
    """The command that compose runs first makes what is missing, and finds all there the next time."""
    command = [sys.executable, "-m", "detector.cli", *COMMANDS["compose: topics"]]
    run = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True
    )

    assert "0 topics created, 11 were there.\n" == run.stdout
