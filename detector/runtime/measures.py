"""The table of everything that a worker measures: dashboards, alert rules and the documents are
checked against it.

Examples:
    >>> {metric.kind for metric in METRICS} == {"counter", "gauge", "histogram"}
    True
    >>> sorted(exposed_names())[:2]
    ['detector_alert_budget', 'detector_alert_delay_seconds_bucket']
"""

from typing import Literal

from msgspec import Struct

_DELAYS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 300.0, 3_600.0)
_SOURCES = (1.0, 5.0, 15.0, 60.0, 180.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 14_400.0, 86_400.0)
_CHECKPOINTS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)


class Metric(Struct, frozen=True):
    """One metric: its name, kind, meaning and labels; a histogram's bounds."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    says: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()


METRICS: tuple[Metric, ...] = (
    Metric("detector_records_total", "counter", "Records taken.", ("topic",)),
    Metric(
        "detector_wait_seconds",
        "histogram",
        "From a record's append until it was done with: the first record of each batch.",
        ("topic",),
        _DELAYS,
    ),
    Metric(
        "detector_source_delay_seconds",
        "histogram",
        "The source's own delay, from an event to its arrival: one event of each batch.",
        ("source",),
        _SOURCES,
    ),
    Metric(
        "detector_alert_delay_seconds",
        "histogram",
        "From the append to `activity` of what made an alert until the broker had the alert.",
        (),
        _DELAYS,
    ),
    Metric(
        "detector_lag_records", "gauge", "Records that wait in a partition.", ("topic", "partition")
    ),
    Metric(
        "detector_stalled_seconds",
        "gauge",
        "How long records have waited in a partition while none was taken.",
        ("topic", "partition"),
    ),
    Metric(
        "detector_silence_seconds",
        "gauge",
        "How long a raw partition that used to deliver has been silent.",
        ("source", "partition"),
    ),
    Metric(
        "detector_source_silent",
        "gauge",
        "1 if a source has been silent for longer than its setting on all partitions held here.",
        ("source",),
    ),
    Metric(
        "detector_partitions",
        "gauge",
        "Partitions held, by part of the worker: `ready`, or still being `restored`.",
        ("part", "state"),
    ),
    Metric("detector_ready", "gauge", "1 if `/readyz` says yes."),
    Metric(
        "detector_checkpoint_age_seconds",
        "gauge",
        "For how long a partition has had something that no checkpoint holds.",
        ("partition",),
    ),
    Metric(
        "detector_checkpoint_seconds", "histogram", "How long checkpoints took.", (), _CHECKPOINTS
    ),
    Metric("detector_checkpoint_rows_total", "counter", "Rows written by checkpoints."),
    Metric("detector_checkpoint_bytes_total", "counter", "Bytes written by checkpoints."),
    Metric(
        "detector_findings_total",
        "counter",
        "New findings that readers were told of.",
        ("detection", "severity"),
    ),
    Metric(
        "detector_revisions_total",
        "counter",
        "Revisions of findings that readers were told of, new findings included.",
        ("detection", "state"),
    ),
    Metric(
        "detector_repeats_total",
        "counter",
        "Revisions that came again after a crash or a rebalance, and went no further.",
    ),
    Metric(
        "detector_commands_total",
        "counter",
        "Answers of admission to revoke commands: `admitted`, or why one was withheld.",
        ("answer",),
    ),
    Metric("detector_breaker_opened_total", "counter", "How often a tenant's breaker opened."),
    Metric(
        "detector_dead_letters_total", "counter", "Records that could not be read.", ("source",)
    ),
    Metric(
        "detector_entities",
        "gauge",
        "Entities by kind: `known` in all, of which `resident` in memory.",
        ("kind", "where"),
    ),
    Metric(
        "detector_alert_budget",
        "gauge",
        "The setting `budget`: false findings per day per 1,000 identities.",
    ),
    Metric(
        "detector_settings_total",
        "counter",
        "Changes of the settings file: `written` to the log, or `refused`.",
        ("result",),
    ),
    Metric(
        "detector_inventory_total",
        "counter",
        "Changes of the inventory's file: `read` again, or `refused`.",
        ("result",),
    ),
    Metric(
        "detector_partition_restarts_total",
        "counter",
        "How often a partition began again from its last checkpoint.",
        ("part",),
    ),
    Metric(
        "detector_loop_delay_seconds",
        "gauge",
        "How late the event loop was in the last second.",
    ),
)


def exposed_names() -> set[str]:
    """Every name under which a sample of ours may be found, for dashboards and rules."""
    return {
        f"{metric.name}{suffix}"
        for metric in METRICS
        for suffix in (("_bucket", "_sum", "_count") if metric.kind == "histogram" else ("",))
    }
