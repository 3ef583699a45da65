"""A worker's traces at a collector."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from detector.worker import Topics
from tests.cli.logs import records
from tests.kafka import commands
from tests.kafka.broker import free_ports
from tests.kafka.test_operation import Worker, feed, started, until
from tests.runtime.collector import Collector, attributes, collecting


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector."""
    with collecting() as made:
        yield made


@pytest.fixture
def worker(kafka: str, topics: Topics, tmp_path: Path, collector: Collector) -> Iterator[Worker]:
    """A worker that has been told of it."""
    (port,) = free_ports(1)
    environ = {**commands.settings(kafka, topics), "DETECTOR_KAFKA__PORT": str(port)}
    environ |= {"DETECTOR_KAFKA__FOLDER": str(tmp_path / "state")}
    environ |= {"DETECTOR_KAFKA__CHECKPOINT_MOST": "1s", "OTEL_BSP_SCHEDULE_DELAY": "200"}
    made = started(environ | {"DETECTOR_KAFKA__TRACES": collector.address}, tmp_path / "log", port)
    with made.process:
        yield made
        made.process.kill()


def test_a_collector_sees_what_a_worker_does(
    kafka: str, topics: Topics, worker: Worker, collector: Collector
) -> None:
    """Batches of each topic, checkpoints, admission and dead letters, with their places and how much
    they were; never a value, and what was under way when it is told to stop comes as well."""
    until(lambda: worker.page("/readyz")[0] == 200)
    values = [json.dumps(record).encode() for record in records()]
    feed(kafka, topics.raw("cloudtrail"), [*values, b"rubbish"])
    until(lambda: "admission" in {one.name for one in collector.spans})
    worker.process.terminate()
    worker.process.wait(60)
    found: dict[str, list[dict[str, str]]] = {}
    for one in collector.spans:
        found.setdefault(one.name, []).append(attributes(one.attributes))
    raw = found["process raw.cloudtrail"]
    letter = found["dead letter"][0]

    assert {
        "process raw.cloudtrail",
        "process activity",
        "process command-requests",
        "checkpoint",
        "admission",
        "dead letter",
    } == set(found)
    assert len(values) + 1 == sum(int(one["messaging.batch.message_count"]) for one in raw)
    assert topics.raw("cloudtrail") == letter["messaging.destination.name"]
    assert letter["messaging.kafka.offset"].isdigit()
    assert {"0", "1"} >= {one["messaging.destination.partition.id"] for one in found["checkpoint"]}
    for value in (b"AKIAIOSFODNN7EXAMPLE", b"rubbish", b"arn:aws", commands.KEY.encode()):
        assert value not in b"".join(collector.bodies)
