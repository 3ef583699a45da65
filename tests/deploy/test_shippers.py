"""Configurations of shippers bring every source into its topic, unaltered, safely and without secrets."""

import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from detector.sources.registry import SOURCES
from detector.worker import MIXED, Topics
from tests.deploy.shippers import (
    COLLECTOR,
    CONFIGURATIONS,
    FLUENT_BIT,
    LOGSTASH,
    SHIPPERS,
    VECTOR,
    VECTOR_OPTIONS,
    VECTOR_SINK,
    document,
    plugins,
    sections,
    topics,
)  # fmt: skip

_VARIABLE = re.compile(r"(?<!\$)\$\{(?:env:)?(\w+)\}|\$\$([A-Z][A-Z_]+)\b")
_SECRET = re.compile(
    r"(?i)(?:password|secret|token|key|connection\w*|authorization)\"?\s*(?::|=>|\s)\s*\[?\"?(?P<value>[^\s\",\]}]+)"
)
_NAMED = {name: Topics().raw(name) for name in (*SOURCES, MIXED)}


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _exporters() -> list[dict[str, Any]]:
    return [one for path in COLLECTOR for one in document(path)["exporters"].values()]


def _fluent_bit(kind: str) -> list[dict[str, str]]:
    return [
        found
        for path in FLUENT_BIT
        for name, found in sections(path.read_text("utf-8"))
        if name == kind
    ]


def _logstash(stage: str) -> list[dict[str, Any]]:
    return [
        found
        for path in LOGSTASH
        for where, _, found in plugins(path.read_text("utf-8"))
        if where == stage
    ]


@pytest.mark.parametrize("path", CONFIGURATIONS, ids=_name)
def test_topics_are_those_that_there_are(path: Path) -> None:
    """A topic that a shipper writes to is one that workers read."""
    assert set() == topics(path) - set(_NAMED.values())


@pytest.mark.parametrize("source", _NAMED)
def test_every_source_has_a_shipper(source: str) -> None:
    """Some configuration brings the source into its topic, and the page has it in its table."""
    text = (SHIPPERS / "README.md").read_text("utf-8")
    row = next((line for line in text.splitlines() if line.startswith(f"| `{source}` |")), "")
    listed = set(re.findall(r"`([\w-]+/[\w-]+\.(?:yaml|conf))`", row))
    written = {_name(path) for path in CONFIGURATIONS if _NAMED[source] in topics(path)}

    assert written
    assert written == listed
    assert f"`{_NAMED[source]}`" in row


@pytest.mark.parametrize("path", CONFIGURATIONS, ids=_name)
def test_what_is_to_be_set_is_told(path: Path) -> None:
    """Every variable that a configuration asks for stands on the page."""
    text = (SHIPPERS / "README.md").read_text("utf-8")
    asked = set(chain.from_iterable(_VARIABLE.findall(path.read_text("utf-8")))) - {""}

    assert set() == {name for name in asked if f"`{name}`" not in text}
    assert asked


@pytest.mark.parametrize("path", CONFIGURATIONS, ids=_name)
def test_no_secret_stands_in_a_file(path: Path) -> None:
    """Whatever is named like a secret takes its value from the environment."""
    lines = [
        line for line in path.read_text("utf-8").splitlines() if not line.strip().startswith("#")
    ]
    values = {
        match["value"]: line
        for line in lines
        if re.search(r"(?i)^\s*[\w.]*(password|secret|token|shared_key|api_key)\b", line)
        for match in _SECRET.finditer(line)
    }

    assert {} == {value: line for value, line in values.items() if "$" not in value}


@pytest.mark.parametrize("path", VECTOR, ids=_name)
def test_vector_knows_every_option(path: Path) -> None:
    """Components of Vector have options that its reference lists, and no others."""
    found = document(path)
    parts = {**found.get("sources", {}), **found.get("transforms", {})}
    unknown = {
        f"{name}.{option}"
        for name, part in parts.items()
        for option in set(part) - {"type", "inputs"} - set(VECTOR_OPTIONS[part["type"]].split())
    }

    assert set() == unknown
    assert parts or path.name == "kafka.yaml"


@pytest.mark.parametrize("path", [path for path in VECTOR if path.name != "kafka.yaml"], ids=_name)
def test_vector_leads_every_source_to_the_sink(path: Path) -> None:
    """Every source of a file is the input of a transform that the sink takes and that sets a topic."""
    found = document(path)
    led = {name for one in found["transforms"].values() for name in one["inputs"]}

    assert set(found["sources"]) == led
    assert all(name.startswith("to_") for name in found["transforms"])
    assert all("topic" in one["source"] for one in found["transforms"].values())


def test_vector_names_are_used_once() -> None:
    """All files can be run together: no component and no address is there twice."""
    names = [
        name
        for p in VECTOR
        for part in ("sources", "transforms")
        for name in document(p).get(part, {})
    ]
    listening = [
        one["address"]
        for p in VECTOR
        for one in document(p).get("sources", {}).values()
        if "address" in one
    ]

    assert len(set(names)) == len(names)
    assert len(set(listening)) == len(listening)


def test_vector_sends_unaltered_and_waits() -> None:
    """Vector sends the message alone, over TLS, to all copies, from a buffer on disk that blocks."""
    (sink,) = document(SHIPPERS / "vector" / "kafka.yaml")["sinks"].values()

    assert set() == set(sink) - {"type", "inputs"} - set(VECTOR_SINK.split())
    assert {"codec": "raw_message"} == sink["encoding"]
    assert "all" == sink["librdkafka_options"]["acks"]
    assert sink["tls"]["enabled"]
    assert sink["sasl"]["enabled"]
    assert sink["acknowledgements"]["enabled"]
    assert ("disk", "block") == (sink["buffer"]["type"], sink["buffer"]["when_full"])
    assert "none" != sink["compression"]


def test_vector_listens_over_tls() -> None:
    """Whatever Vector listens on has TLS, and bodies are not taken apart."""
    sources = [one for path in VECTOR for one in document(path).get("sources", {}).values()]
    listening = [one for one in sources if "address" in one]

    assert listening
    assert all(one["tls"]["enabled"] for one in listening)
    assert {"bytes"} == {one["decoding"]["codec"] for one in sources if "decoding" in one}


def test_the_collector_sends_records_the_detector_opens() -> None:
    """The collector writes OTLP's JSON, to all copies, from a queue on disk that blocks, for ever."""
    exporters = _exporters()

    assert exporters
    for one in exporters:
        signals = [one[name] for name in ("logs", "traces") if name in one]
        assert {"otlp_json"} == {signal["encoding"] for signal in signals}
        assert (-1, "zstd") == (one["producer"]["required_acks"], one["producer"]["compression"])
        assert "ca_file" in one["tls"]
        assert {"mechanism", "username", "password"} == set(one["auth"]["sasl"])
        assert "0s" == one["retry_on_failure"]["max_elapsed_time"]
        assert one["sending_queue"]["block_on_overflow"]
        assert one["sending_queue"]["storage"] == "file_storage"


@pytest.mark.parametrize("path", COLLECTOR, ids=_name)
def test_the_collector_uses_what_is_there(path: Path) -> None:
    """Pipelines name components that the file has, and all of them; the build has their types."""
    found = document(path)
    built = (SHIPPERS / "otelcol" / "builder.yaml").read_text("utf-8")
    for kind in ("receivers", "processors", "exporters"):
        used = {name for one in found["service"]["pipelines"].values() for name in one[kind]}
        assert set(found[kind]) == used
        for name in used:
            assert f"/{name.split('/')[0].replace('_', '')}{kind[:-1]} v" in built
    assert set(found["extensions"]) == set(found["service"]["extensions"])


def test_fluent_bit_sends_unaltered_and_waits() -> None:
    """Fluent Bit sends the line alone, over TLS, to all copies, from chunks on disk, for ever."""
    for one in _fluent_bit("OUTPUT"):
        assert ("kafka", "raw", "log") == (one["name"], one["format"], one["raw_log_key"])
        assert ("no_limits", "0") == (one["retry_limit"], one["queue_full_retries"])
        assert "SASL_SSL" == one["rdkafka.security.protocol"]
        assert "all" == one["rdkafka.request.required.acks"]
        assert "zstd" == one["rdkafka.compression.codec"]
    for one in _fluent_bit("INPUT"):
        assert "filesystem" == one["storage.type"]
        assert "parser" not in one
    assert {one["match"] for one in _fluent_bit("OUTPUT")} >= {
        one["tag"] for one in _fluent_bit("INPUT") if "tag" in one
    }


def test_logstash_sends_unaltered_and_waits() -> None:
    """Logstash sends the message alone, or a document of ECS whole, over TLS, to all copies."""
    settings = document(SHIPPERS / "logstash" / "logstash.yml")

    assert "persisted" == settings["queue.type"]
    for one in _logstash("output"):
        ecs = one["topic_id"] == _NAMED["ecs"]
        assert ("json" if ecs else {"plain": {"format": "%{message}"}}) == one["codec"]
        assert ("all", "SASL_SSL") == (one["acks"], one["security_protocol"])
        assert "16777216" == one["max_request_size"]
    assert {"plain"} == {one["codec"] for one in _logstash("input")}
