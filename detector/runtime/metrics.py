"""What a worker counts, for Prometheus: one registry of its own, every metric from the table in `measures`.

Counted by batch, never by record. Gauges are set by `detector.runtime.watch`, which looks at the
worker once a second, so they cost the records nothing.

Examples:
    >>> metrics = Metrics()
    >>> metrics.taken("activity", 500)
    >>> metrics.value("detector_records_total", topic="activity")
    500.0
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    ProcessCollector,
)
from prometheus_client.exposition import generate_latest

from detector.detections import DETECTIONS
from detector.pipeline.admit import Answer, Passed
from detector.replay.reading import UNKNOWN
from detector.runtime.measures import METRICS, Metric
from detector.sources.registry import SOURCES

SEVERITIES = {1: "informational", 2: "low", 3: "medium", 4: "high", 5: "critical"}


_KINDS: Mapping[str, type[Counter | Gauge]] = {"counter": Counter, "gauge": Gauge}


class Metrics:
    """Counts of one worker. `clock` gives wall time in ms; without one no delay is measured."""

    def __init__(self, clock: Callable[[], int] | None = None) -> None:
        self.registry = CollectorRegistry()
        self._clock = clock
        self._made = {metric.name: _made(metric, self.registry) for metric in METRICS}
        self._children: dict[tuple[str, ...], Any] = {}
        for name, labels in _known():
            self.add(name, 0, **labels)
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    # ------------------------------------------------------------------------- any metric

    def add(self, name: str, amount: float = 1, **labels: str) -> None:
        """Count."""
        self._child(name, labels).inc(amount)

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """One observation of a histogram; what clocks that differ make negative counts as 0."""
        self._child(name, labels).observe(max(0.0, seconds))

    def _child(self, name: str, labels: dict[str, str]) -> Any:
        """The metric under these labels; to look that up costs more than to count."""
        key = name, *labels.values()
        found = self._children.get(key)
        if found is None:
            made = self._made[name]
            found = self._children[key] = made.labels(**labels) if labels else made
        return found

    def show(self, name: str, values: Mapping[tuple[str, ...], float]) -> None:
        """A gauge's values by labels, instead of all that it had."""
        made = self._made[name]
        assert isinstance(made, Gauge)  # noqa: S101 - the table says so
        if () in values:
            made.set(values[()])
            return
        made.clear()
        for labels, value in values.items():
            made.labels(*labels).set(value)

    def value(self, name: str, **labels: str) -> float | None:
        """What a sample stands at; None if there is none."""
        return self.registry.get_sample_value(name, labels)

    def exposed(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self.registry)

    # ------------------------------------------------------------------------- what happened

    def taken(self, topic: str, records: int, appended: int = 0) -> None:
        """A batch is done with; its first record was appended then (ms)."""
        self.add("detector_records_total", records, topic=topic)
        if self._clock is not None and appended:
            self.observe("detector_wait_seconds", self._since(appended), topic=topic)

    def _since(self, time: int) -> float:
        return 0.0 if self._clock is None else (self._clock() - time) / 1_000

    def arrived(self, source: str, time: int, appended: int) -> None:
        """An event of this time, if any, was appended to its raw topic then."""
        if time:
            self.observe("detector_source_delay_seconds", (appended - time) / 1_000, source=source)

    def saved(self, seconds: float, rows: int, size: int) -> None:
        """A checkpoint stands."""
        self.observe("detector_checkpoint_seconds", seconds)
        self.add("detector_checkpoint_rows_total", rows)
        self.add("detector_checkpoint_bytes_total", size)

    def told(self, passed: Iterable[Passed]) -> None:
        """The broker has these findings and what became of their commands."""
        for one in passed:
            self._told(one)

    def _told(self, one: Passed) -> None:
        finding = one.finding
        detection = finding.detection
        self.add("detector_revisions_total", detection=detection, state=finding.state)
        if finding.state == "open":
            severity = SEVERITIES.get(finding.severity, str(finding.severity))
            self.add("detector_findings_total", detection=detection, severity=severity)
        if one.answer:
            self.add("detector_commands_total", answer=one.answer)
        if one.opened is not None:
            self.add("detector_breaker_opened_total")

    def alerted(self, appended: int) -> None:
        """The broker has an alert; what made it was appended to `activity` then."""
        if self._clock is not None:
            self.observe("detector_alert_delay_seconds", self._since(appended))


def _made(metric: Metric, registry: CollectorRegistry) -> Counter | Gauge | Histogram:
    if metric.kind == "histogram":
        return Histogram(
            metric.name, metric.says, metric.labels, registry=registry, buckets=metric.bounds
        )
    return _KINDS[metric.kind](metric.name, metric.says, metric.labels, registry=registry)


def _known() -> Iterator[tuple[str, dict[str, str]]]:
    """Counters whose labels are known beforehand: they begin at 0, for Prometheus sees no increase in
    a series that begins with its first finding."""
    for detection in DETECTIONS:
        for severity in SEVERITIES.values():
            yield "detector_findings_total", {"detection": detection, "severity": severity}
        for state in ("open", "update", "close"):
            yield "detector_revisions_total", {"detection": detection, "state": state}
    for answer in _answers():
        yield "detector_commands_total", {"answer": answer}
    for part in ("detect", "admit"):
        yield "detector_partition_restarts_total", {"part": part}
    for result in ("written", "refused"):
        yield "detector_settings_total", {"result": result}
    for result in ("read", "refused"):
        yield "detector_inventory_total", {"result": result}
    for source in (*SOURCES, "activity", UNKNOWN):
        yield "detector_dead_letters_total", {"source": source}


def _answers() -> list[str]:
    """Every answer of admission."""
    nested = [get_args(one) or (one,) for one in get_args(Answer)]
    return [answer for one in nested for answer in one if answer]
