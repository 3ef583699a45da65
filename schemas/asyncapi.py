"""The topics as an AsyncAPI 3.1 document: which message goes where, under which key, who sends it.

`python -m schemas.registry` rewrites `schemas/asyncapi.json`; a test fails when it and the types
disagree. Names of topics stand with the prefix as shipped.

References:
    https://www.asyncapi.com/docs/reference/specification/v3.1.0

Examples:
    >>> made = document()
    >>> made["asyncapi"], made["channels"]["alerts"]["address"]
    ('3.1.0', 'detector.alerts')
    >>> made["operations"]["sendAlerts"]["action"]
    'send'
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from schemas.event import SCHEMA_VERSION
from schemas.registry import BASE, CONTRACTS, json_schema

FILE = Path(__file__).with_name("asyncapi.json")
PREFIX = "detector."
_BINDING = "0.5.0"
_MESSAGES = "#/components/messages"

Action = Literal["send", "receive"]


class Channel(NamedTuple):
    """One topic: what it carries, what its keys are, and what a worker does with it."""

    topic: str
    messages: tuple[str, ...]
    key: str
    does: tuple[Action, ...]
    about: str
    compacted: bool = False


CHANNELS: Mapping[str, Channel] = {
    "activity": Channel(
        "activity",
        ("activity_event", "fact", "progress", "control"),
        "the entity: kind, tenant and id, as in principal:acme:ada; CRC-32 of it, modulo the number "
        "of partitions, is the partition",
        ("send", "receive"),
        "What is done with credentials, and what entities tell each other of it.",
    ),
    "progress": Channel(
        "progress",
        ("progress", "generation", "control"),
        "the sender",
        ("send", "receive"),
        "How far each partition of activity is, and what a change of their number has left.",
        compacted=True,
    ),
    "alerts": Channel(
        "alerts",
        ("alert",),
        "the entity that the finding is about",
        ("send",),
        "Findings, each revision once to readers of committed messages.",
    ),
    "commands": Channel(
        "revoke-commands",
        ("revoke_command",),
        "the command's id, its idempotency key",
        ("send",),
        "What is to be revoked; nothing may act on a dry run.",
    ),
    "deadLetters": Channel(
        "dead-letters",
        ("dead_letter",),
        "the source",
        ("send",),
        "Where records stand that cannot be read, and why.",
    ),
}


def document() -> dict[str, Any]:
    """The whole document."""
    return {
        "asyncapi": "3.1.0",
        "id": f"{BASE}:asyncapi",
        "info": {
            "title": "Credential abuse detector",
            "version": str(SCHEMA_VERSION),
            "description": "What workers on Kafka read and write, besides raw logs and their own "
            "state. Messages are JSON.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {name: _channel(channel) for name, channel in CHANNELS.items()},
        "operations": {
            f"{action}{name[0].upper()}{name[1:]}": _operation(name, channel, action)
            for name, channel in CHANNELS.items()
            for action in channel.does
        },
        "components": {
            "messages": {
                message: _message(message, channel.key)
                for channel in CHANNELS.values()
                for message in channel.messages
            }
        },
    }


def _channel(channel: Channel) -> dict[str, Any]:
    kept = {"topicConfiguration": {"cleanup.policy": ["compact"]}} if channel.compacted else {}
    topic = f"{PREFIX}{channel.topic}"
    return {
        "address": topic,
        "description": f"{channel.about} Keyed by {channel.key}.",
        "messages": {name: {"$ref": f"{_MESSAGES}/{name}"} for name in channel.messages},
        "bindings": {"kafka": {"topic": topic, **kept, "bindingVersion": _BINDING}},
    }


def _operation(name: str, channel: Channel, action: Action) -> dict[str, Any]:
    place = f"#/channels/{name}"
    return {
        "action": action,
        "channel": {"$ref": place},
        "messages": [{"$ref": f"{place}/messages/{each}"} for each in channel.messages],
    }


def _message(name: str, key: str) -> dict[str, Any]:
    keyed = {"type": "string", "description": key}
    return {
        "name": name,
        "summary": CONTRACTS[name].about,
        "contentType": "application/json",
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": _within(json_schema(name), f"{_MESSAGES}/{name}/payload/schema"),
        },
        "bindings": {"kafka": {"key": keyed, "bindingVersion": _BINDING}},
    }


def _within(value: Any, place: str) -> Any:
    """The schema with its references leading to where it stands in the document."""
    if isinstance(value, list):
        return [_within(each, place) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: each.replace("#", place, 1)
        if key == "$ref" and isinstance(each, str)
        else _within(each, place)
        for key, each in value.items()
        if key not in {"$schema", "$id"}
    }


def rendered() -> str:
    """The committed file's text."""
    return json.dumps(document(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write() -> Path:
    """Rewrite the file."""
    FILE.write_text(rendered(), encoding="utf-8")
    return FILE
