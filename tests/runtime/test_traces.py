"""Traces: what a collector is sent, and that without one nothing is even imported."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from detector.cli import kafka
from detector.cli.guard import FailedError
from detector.runtime.traces import set_up, span, tear_down
from tests.runtime.collector import Collector, attributes, collecting

SECRET = "planted-secret"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """A collector that nobody has been told of yet."""
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    with collecting() as made:
        yield made
        tear_down()


def test_a_collector_gets_places_and_numbers(collector: Collector) -> None:
    """Of a batch its topic, partition, offset and count, under the words of OpenTelemetry."""
    set_up(collector.address)
    with span("process activity", topic="d.activity", partition=3, offset=70) as note:
        note(count=500, bytes=9)
    tear_down()
    (found,) = collector.spans

    assert {"/v1/traces"} == collector.paths
    assert {"credential-abuse-detector"} == collector.services
    assert ("process activity", found.SPAN_KIND_CONSUMER) == (found.name, found.kind)
    assert {
        "messaging.system": "kafka",
        "messaging.destination.name": "d.activity",
        "messaging.destination.partition.id": "3",
        "messaging.kafka.offset": "70",
        "messaging.batch.message_count": "500",
        "detector.bytes": "9",
    } == attributes(found.attributes)


def test_of_an_error_only_its_kind_is_told(collector: Collector) -> None:
    """What it says may hold what it was about; it goes on its way all the same."""
    set_up(collector.address)
    with pytest.raises(ValueError, match=SECRET), span("checkpoint"), span("dead letter"):
        raise ValueError(SECRET)
    tear_down()
    inner, outer = collector.spans

    assert outer.span_id == inner.parent_span_id
    assert ["ValueError", "ValueError"] == [one.status.message for one in (inner, outer)]
    assert SECRET.encode() not in b"".join(collector.bodies)


def test_the_variables_of_opentelemetry_will_do(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The endpoint and the service's name may come from them."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
    monkeypatch.setenv("OTEL_SERVICE_NAME", "watcher")
    set_up("", instance="worker-1")
    with span("checkpoint"):
        pass
    tear_down()

    assert ["checkpoint"] == [one.name for one in collector.spans]
    assert {"watcher"} == collector.services


def test_without_an_endpoint_nothing_is_sent(collector: Collector) -> None:
    """Spans cost nothing, and nobody hears of them."""
    set_up("")
    with span("checkpoint", topic="t") as note:
        note(count=1)
    tear_down()

    assert [] == collector.bodies


def test_a_worker_without_traces_does_not_import_opentelemetry() -> None:
    """Nor what it needs."""
    code = "import detector.runtime.app, sys; print('opentelemetry' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert "False\n" == answer.stdout


def test_traces_that_are_asked_for_need_their_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker does not start without, and says how to install it."""
    monkeypatch.setattr(kafka, "is_installed", lambda _: False)
    with pytest.raises(FailedError, match=r"needs the extra traces: pip install"):
        kafka.check_traces("http://192.0.2.1:4318")
