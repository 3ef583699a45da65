"""The AsyncAPI document is what types and topics say."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from detector.runtime.topics import plan
from detector.worker import Topics
from schemas.asyncapi import CHANNELS, FILE, PREFIX, document, rendered

# What is nobody's contract: raw logs as their systems write them, and our own state.
OURS = {"state", "admission", "command-requests"}


def references(value: Any) -> Iterator[str]:
    """Every reference in the document."""
    if isinstance(value, list):
        for each in value:
            yield from references(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            if key == "$ref":
                yield each
            else:
                yield from references(each)


def resolved(place: str) -> Any:
    """What stands at a place of the document."""
    found: Any = document()
    for part in place.removeprefix("#/").split("/"):
        found = found[part]
    return found


def test_the_committed_document_is_current():
    """`schemas/asyncapi.json` holds exactly what the code gives."""
    assert rendered() == FILE.read_text("utf-8"), (
        "schemas/asyncapi.json has drifted: if the change is meant, run `python -m schemas.registry`"
    )


def test_every_topic_with_a_contract_is_in_it():
    """Each topic of the plan is a channel, but for raw logs and what workers keep for themselves."""
    topics = {spec.name.removeprefix(PREFIX) for spec in plan(Topics(PREFIX), 1)}
    shared = {name for name in topics if not name.startswith("raw.")} - OURS

    assert {channel.topic for channel in CHANNELS.values()} == shared


def test_compaction_is_that_of_the_plan():
    """A channel is compacted where the plan makes its topic so."""
    compacted = {
        spec.name.removeprefix(PREFIX)
        for spec in plan(Topics(PREFIX), 1)
        if spec.settings.get("cleanup.policy") == "compact"
    }

    assert compacted - OURS == {one.topic for one in CHANNELS.values() if one.compacted}


@pytest.mark.parametrize("place", sorted(set(references(document()))))
def test_references_resolve(place):
    """Each reference leads to something inside the document."""
    assert place.startswith("#/")
    assert isinstance(resolved(place), dict)


def test_the_document_has_what_the_specification_requires():
    """The version, a title, and channels, operations and messages under their names."""
    made = json.loads(rendered())

    assert "3.1.0" == made["asyncapi"]
    assert {"title", "version"} <= set(made["info"])
    assert {"send", "receive"} == {one["action"] for one in made["operations"].values()}
    assert {"activity_event", "progress", "alert"} <= set(made["components"]["messages"])
