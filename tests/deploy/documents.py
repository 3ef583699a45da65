"""What lies in deploy/, parsed, and the command lines in it."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.shared_data import PROJECT

DEPLOY = PROJECT / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
RULES = DEPLOY / "prometheus" / "rules.yml"
DASHBOARD = DEPLOY / "grafana" / "dashboards" / "detector.json"


def merged(path: Path) -> list[Any]:
    """The documents of a YAML file, anchors and merges carried out."""
    return [found for found in yaml.safe_load_all(path.read_text("utf-8")) if found is not None]


def compose() -> dict[str, Any]:
    """The compose file."""
    (found,) = merged(DEPLOY / "compose.yaml")
    assert isinstance(found, dict)
    return found


def manifests() -> list[tuple[str, dict[str, Any]]]:
    """Every Kubernetes resource with the file that it stands in."""
    return [
        (path.name, found)
        for path in MANIFESTS
        if path.name != "kustomization.yaml"
        for found in merged(path)
    ]


def pods() -> list[tuple[str, dict[str, Any]]]:
    """The pod template of everything that makes pods."""
    return [
        (found["metadata"]["name"], found["spec"]["template"])
        for _, found in manifests()
        if "template" in found.get("spec", {})
    ]


def dockerfile() -> list[str]:
    """The instructions of the Dockerfile, one a line."""
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def command_lines() -> Iterator[tuple[str, list[str]]]:
    """Every call of `detector` in deploy/, by where it stands."""
    (default,) = (line for line in dockerfile() if line.startswith("CMD"))
    yield "Dockerfile", json.loads(default.removeprefix("CMD"))
    for name, service in compose()["services"].items():
        if "build" not in service:
            continue
        if service.get("entrypoint") == ["sh", "-c"]:
            (script,) = service["command"]
            for part in script.split("&&"):
                program, *words = shlex.split(part)
                assert program == "detector"
                yield f"compose: {name}", words
        else:
            yield f"compose: {name}", service["command"]
    for name, pod in pods():
        for container in pod["spec"]["containers"]:
            yield f"kubernetes: {name}", container["args"]
