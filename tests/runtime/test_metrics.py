from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from detector.detections import DETECTIONS
from detector.findings import Evidence, Finding, Moment
from detector.pipeline.admit import Answer, Passed
from detector.respond.admission import BreakerOpened
from detector.runtime.measures import METRICS, exposed_names
from detector.runtime.metrics import Metrics
from tests.shared_data import PROJECT

SEEN = Evidence(detection="d", entity="e", decisive=Moment(5, "e1"), moments=(), score=0.9)
OPEN = Finding(
    uid="f1", state="open", revision=1, detection="grave_and_new", title="T", tenant="acme",
    entity="e", time=5, first=5, last=5, severity=4, risk=90, confidence=80, evidence=SEEN,
)  # fmt: skip


def of(answer: Answer, opened: BreakerOpened | None = None) -> Passed:
    """A new finding and the answer to its command."""
    return Passed(OPEN, answer, opened)


@pytest.fixture
def metrics() -> Metrics:
    """Metrics at ten seconds past the epoch."""
    return Metrics(lambda: 10_000)


def test_records_and_their_wait(metrics: Metrics) -> None:
    """A batch counts its records, and once how long its first one had waited."""
    metrics.taken("activity", 300, appended=9_000)
    metrics.taken("activity", 200, appended=9_900)

    assert 500 == metrics.value("detector_records_total", topic="activity")
    assert 2 == metrics.value("detector_wait_seconds_count", topic="activity")
    assert 1 == metrics.value("detector_wait_seconds_bucket", topic="activity", le="0.1")


def test_the_source_s_delay_stands_apart(metrics: Metrics) -> None:
    """What a source takes to deliver is no delay of ours; no event is no observation."""
    metrics.arrived("cloudtrail", time=1_000, appended=6_000)
    metrics.arrived("cloudtrail", time=0, appended=6_000)

    assert 5 == metrics.value("detector_source_delay_seconds_sum", source="cloudtrail")
    assert 1 == metrics.value("detector_source_delay_seconds_count", source="cloudtrail")
    assert 0 == metrics.value("detector_alert_delay_seconds_count")


def test_clocks_that_differ_make_no_negative_delay(metrics: Metrics) -> None:
    """An append that lies in the future by our clock was just now."""
    metrics.alerted(appended=11_000)

    assert 0 == metrics.value("detector_alert_delay_seconds_sum")


def test_findings_count_once_and_revisions_each_time(metrics: Metrics) -> None:
    """A finding counts when it is new, by detection and severity; each revision by its state."""
    close = Passed(
        Finding(**{f: getattr(OPEN, f) for f in OPEN.__struct_fields__} | {"state": "close"}), ""
    )
    metrics.told([of(""), close])

    labels = {"detection": "grave_and_new"}
    assert 1 == metrics.value("detector_findings_total", **labels, severity="high")
    assert 1 == metrics.value("detector_revisions_total", **labels, state="open")
    assert 1 == metrics.value("detector_revisions_total", **labels, state="close")


def test_commands_count_by_answer(metrics: Metrics) -> None:
    """Commands count as admitted or by why they were withheld; a finding without one does not."""
    tripped = BreakerOpened("acme", 5, wanted=11, until=9)
    metrics.told([of("admitted"), of("rate"), of("breaker", tripped), of("")])

    assert 1 == metrics.value("detector_commands_total", answer="admitted")
    assert 1 == metrics.value("detector_commands_total", answer="rate")
    assert 1 == metrics.value("detector_breaker_opened_total")
    assert metrics.value("detector_commands_total", answer="") is None


def test_series_begin_before_what_they_count(metrics: Metrics) -> None:
    """Every detection, severity and answer has its series from the start, at 0: Prometheus sees no
    increase in a series that begins with its first finding."""
    assert 0 == metrics.value(
        "detector_findings_total", detection="lateral_movement", severity="critical"
    )
    assert 0 == metrics.value("detector_commands_total", answer="protected")
    assert all(
        metrics.value("detector_revisions_total", detection=name, state="open") == 0
        for name in DETECTIONS
    )


def test_a_gauge_forgets_what_is_gone(metrics: Metrics) -> None:
    """What a gauge shows replaces what it showed: a partition that moved away is not left behind."""
    metrics.show("detector_lag_records", {("activity", "0"): 5, ("activity", "1"): 6})
    metrics.show("detector_lag_records", {("activity", "1"): 7})

    assert metrics.value("detector_lag_records", topic="activity", partition="0") is None
    assert 7 == metrics.value("detector_lag_records", topic="activity", partition="1")


def test_registries_are_apart() -> None:
    """Two workers in one process count apart."""
    one, other = Metrics(), Metrics()
    one.add("detector_repeats_total")

    assert (1, 0) == (one.value("detector_repeats_total"), other.value("detector_repeats_total"))


def test_what_is_exposed_can_be_read(metrics: Metrics) -> None:
    """Prometheus' own parser reads the page and finds every metric that has a value."""
    metrics.saved(0.5, rows=7, size=900)
    families = list(text_string_to_metric_families(metrics.exposed().decode()))
    samples = {sample.name: sample.value for family in families for sample in family.samples}

    assert 7 == samples["detector_checkpoint_rows_total"]
    assert 900 == samples["detector_checkpoint_bytes_total"]


def test_every_metric_is_used() -> None:
    """No metric of the table is without a place in the runtime that counts or shows it."""
    text = "".join(
        path.read_text(encoding="utf-8")
        for path in Path(PROJECT, "detector", "runtime").glob("*.py")
        if path.name != "measures.py"
    )

    assert [] == [metric.name for metric in METRICS if f'"{metric.name}"' not in text]


def test_names_follow_prometheus() -> None:
    """Names have our prefix; counters end in `_total`; a histogram has bounds; no name comes twice."""
    names = [metric.name for metric in METRICS]

    assert sorted(set(names)) == sorted(names)
    assert all(name.startswith("detector_") for name in names)
    assert all((m.kind == "counter") == m.name.endswith("_total") for m in METRICS)
    assert all((m.kind == "histogram") == bool(m.bounds) for m in METRICS)
    assert "detector_wait_seconds_bucket" in exposed_names()
