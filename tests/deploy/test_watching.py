"""Dashboard, alert rules and autoscaling name what a worker measures, in queries that can be read."""

import itertools
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from detector.runtime.measures import METRICS, exposed_names
from tests.deploy.documents import DASHBOARD, DEPLOY, RULES, manifests, merged

_NAME = re.compile(r"\b(?:detector_\w+|process_\w+)\b")
_RECORDED = re.compile(r"\bdetector:\w+:\w+\b")
_LABELS = re.compile(r"\{([^}]*)\}|\b(?:by|without) \(([^)]*)\)")
_OWN = {"instance", "job", "le"}
_PROCESS = {"process_resident_memory_bytes", "process_cpu_seconds_total"}


def rules() -> list[dict[str, Any]]:
    """Every rule."""
    (found,) = merged(RULES)
    return [rule for group in found["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    """Every panel of the dashboard."""
    found: list[dict[str, Any]] = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    return found


def expressions() -> Iterator[tuple[str, str]]:
    """Every query, by where it stands."""
    for rule in rules():
        yield f"rule {rule.get('alert') or rule['record']}", rule["expr"]
    for panel in panels():
        for target in panel.get("targets", ()):
            yield f"panel {panel['title']}", target["expr"]
    for _, found in manifests():
        if found["kind"] == "ScaledObject":
            for trigger in found["spec"]["triggers"]:
                yield f"scale {found['metadata']['name']}", trigger["metadata"]["query"]


EXPRESSIONS = [pytest.param(expr, id=where) for where, expr in expressions()]


@pytest.mark.parametrize("expr", EXPRESSIONS)
def test_metrics_exist(expr: str) -> None:
    """A metric that is asked for is one that workers expose, or that a rule records."""
    recorded = {rule["record"] for rule in rules() if "record" in rule}

    assert set() == set(_NAME.findall(expr)) - exposed_names() - _PROCESS
    assert set() == set(_RECORDED.findall(expr)) - recorded
    assert _NAME.search(expr) or _RECORDED.search(expr)


@pytest.mark.parametrize("expr", EXPRESSIONS)
def test_labels_exist(expr: str) -> None:
    """A label that is asked for is one that some metric of the query has."""
    used = {
        label
        for braces, grouped in _LABELS.findall(expr)
        for label in re.findall(r"(\w+)\s*(?==|!|,|$)", re.sub(r'"[^"]*"', "", braces) or grouped)
    }
    asked = set(_NAME.findall(expr))
    had = {
        label
        for metric in METRICS
        if any(name.startswith(metric.name) for name in asked)
        for label in metric.labels
    }

    assert set() == used - had - _OWN


def test_every_metric_is_watched() -> None:
    """What is measured is shown: a metric that nobody looks at should not be there."""
    text = " ".join(expr for _, expr in expressions())

    assert [] == [metric.name for metric in METRICS if metric.name not in text]


def test_alerts_say_what_to_do() -> None:
    """Every alert has a severity, a sentence about what is wrong, and what to do."""
    alerts = [rule for rule in rules() if "alert" in rule]

    assert len(alerts) >= 10
    for alert in alerts:
        assert alert["labels"]["severity"] in {"critical", "warning"}
        assert {"summary", "action"} == set(alert["annotations"])


def promtool(*arguments: str | Path) -> str:
    """What promtool prints; the test is skipped where it is not installed."""
    tool = shutil.which("promtool")
    if tool is None:
        pytest.skip("promtool is not installed")
    run = subprocess.run([tool, *arguments], capture_output=True, text=True, check=False)
    said = run.stdout + run.stderr
    assert run.returncode == 0, said
    return said


def test_prometheus_reads_rules_and_settings() -> None:
    """Prometheus' own checker has no complaint about the rules and the settings."""
    promtool("check", "rules", RULES)
    promtool("check", "config", DEPLOY / "prometheus" / "prometheus.yml")


def test_alerts_come_when_they_should() -> None:
    """The rules' own tests hold: series in, alerts out."""
    assert "SUCCESS" in promtool("test", "rules", DEPLOY / "prometheus" / "rules_test.yml")


def test_prometheus_reads_every_query(tmp_path: Path) -> None:
    """Every query of the dashboard and of autoscaling is PromQL."""
    queries = [expr.replace("$__rate_interval", "1m") for _, expr in expressions()]
    made = [{"record": f"query:{n}", "expr": expr} for n, expr in enumerate(queries)]
    path = tmp_path / "queries.yml"
    path.write_text(json.dumps({"groups": [{"name": "queries", "rules": made}]}))

    promtool("check", "rules", path)


def test_panels_do_not_overlap() -> None:
    """Every panel has its own number and its own place on the grid."""
    taken = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels())
        for x, y in itertools.product(
            range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
        )
    ]
    numbers = [panel["id"] for panel in panels()]

    assert len(set(taken)) == len(taken)
    assert max(x for x, _ in taken) < 24
    assert len(set(numbers)) == len(panels())


def test_the_dashboard_is_provisioned_where_it_is_mounted() -> None:
    """Grafana looks for the dashboard in the folder that compose mounts, with a known source."""
    (dashboards,) = merged(DEPLOY / "grafana" / "provisioning" / "dashboards" / "detector.yaml")
    (sources,) = merged(DEPLOY / "grafana" / "provisioning" / "datasources" / "prometheus.yaml")
    variable = json.loads(DASHBOARD.read_text("utf-8"))["templating"]["list"][0]

    assert "/etc/grafana/dashboards" == dashboards["providers"][0]["options"]["path"]
    assert sources["datasources"][0]["uid"] == variable["current"]["value"]
