"""Every contract by name, and its JSON Schema.

`python -m schemas.registry` rewrites `schemas/json/` and `schemas/asyncapi.json`; a test fails when
those files and the types disagree. Readers may tolerate fields that a schema does not name; we never write one.

Examples:
    >>> json_schema("dead_letter")["title"]
    'dead_letter'
    >>> CONTRACTS["tick"].about
    'Time has passed up to a watermark; a record of the activity topic.'
"""

import inspect
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from schemas.alert import Alert
from schemas.command import RevokeCommand
from schemas.control import Control
from schemas.dead_letter import DeadLetter
from schemas.event import SCHEMA_VERSION, ActivityEvent
from schemas.fact import Fact, Tick
from schemas.generation import Generation
from schemas.progress import Progress
from schemas.receipt import RevokeResult

FOLDER = Path(__file__).with_name("json")
DIALECT = "https://json-schema.org/draft/2020-12/schema"
BASE = "urn:credential-abuse-detector:schemas"


class Contract(NamedTuple):
    """A message on the wire: its type, and one line about it."""

    type: type[msgspec.Struct]
    about: str


CONTRACTS: Mapping[str, Contract] = MappingProxyType(
    {
        "activity_event": Contract(
            ActivityEvent,
            "What was done with a credential; a record of the activity topic.",
        ),
        "fact": Contract(
            Fact,
            "What one entity tells another; a record of the activity topic.",
        ),
        "tick": Contract(
            Tick,
            "Time has passed up to a watermark; a record of the activity topic.",
        ),
        "progress": Contract(
            Progress,
            "How far a sender is; a record of the activity, progress and raw topics.",
        ),
        "control": Contract(
            Control,
            "Which settings are in force from here on; a record of the activity and progress topics.",
        ),
        "generation": Contract(
            Generation,
            "Which generation of topics is in use; a record of the progress topic.",
        ),
        "alert": Contract(
            Alert,
            "One revision of one finding: OCSF 1.8.0 Detection Finding (2004).",
        ),
        "revoke_command": Contract(
            RevokeCommand,
            "The order to take a credential away, as a broker reads it.",
        ),
        "revoke_result": Contract(
            RevokeResult,
            "The broker's answer to a command: OCSF 1.8.0 Remediation Activity (7001).",
        ),
        "dead_letter": Contract(
            DeadLetter,
            "A raw record that could not be read: where it stands, why, and a redacted sample.",
        ),
    }
)


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one contract.

    Raises:
        LookupError: when no contract has that name.
    """
    if name not in CONTRACTS:
        raise LookupError(f"no contract {name!r}; there are {', '.join(sorted(CONTRACTS))}")
    contract = CONTRACTS[name]
    head = {
        "$schema": DIALECT,
        "$id": f"{BASE}:{name}:{SCHEMA_VERSION}",
        "title": name,
        "description": contract.about,
        "version": SCHEMA_VERSION,
    }
    body: dict[str, Any] = _unindented(msgspec.json.schema(contract.type))
    return {**head, **{key: value for key, value in body.items() if key not in head}}


def rendered(name: str) -> str:
    """The committed file's text for one contract."""
    return json.dumps(json_schema(name), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _unindented(value: Any) -> Any:
    """The schema with docstrings as prose: their indentation differs between Python versions."""
    if isinstance(value, list):
        return [_unindented(each) for each in value]
    if not isinstance(value, dict):
        return value
    prose = value.get("description")
    rest = {key: _unindented(each) for key, each in value.items()}
    return {**rest, "description": inspect.cleandoc(prose)} if isinstance(prose, str) else rest


def write(folder: Path = FOLDER) -> list[Path]:
    """Rewrite the file of every contract, remove those of contracts that are gone."""
    folder.mkdir(exist_ok=True)
    written = [folder / f"{name}.schema.json" for name in CONTRACTS]
    for gone in set(folder.glob("*.schema.json")) - set(written):
        gone.unlink()
    for name, path in zip(CONTRACTS, written, strict=True):
        path.write_text(rendered(name), encoding="utf-8")
    return written


if __name__ == "__main__":  # pragma: no cover - run in a process of its own by its test
    from schemas import asyncapi

    sys.stdout.writelines(f"{path.name}\n" for path in (*write(), asyncapi.write()))
