"""A record without a time of its own stands at the time at which it was written down."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from detector.sources.base import DecodeError
from detector.sources.decoding import Decoder
from detector.sources.registry import SOURCES
from tests.sources.cases import CONTEXT

ARRIVED = 1_767_605_400_000
SENDER = {"login": "ada", "id": 7, "type": "User"}
RECORDS: dict[str, dict[str, Any]] = {
    "gitleaks": {
        "RuleID": "generic-api-key", "Secret": "EXAMPLE-of-a-key", "File": "conf/app.ini",
        "Commit": "", "Date": "", "Fingerprint": "conf/app.ini:generic-api-key:3",
    },
    "trufflehog": {
        "SourceMetadata": {"Data": {"Filesystem": {"file": "/srv/app.ini", "line": 3}}},
        "SourceName": "trufflehog - filesystem", "DetectorName": "URI", "Verified": False,
        "Raw": "postgres://ada:EXAMPLEhunter2@db.example.com/main",
    },
    "github_webhook": {
        "action": "removed", "scope": "team", "member": {"login": "cy", "id": 13}, "sender": SENDER,
        "team": {"name": "ops", "id": 3}, "organization": {"login": "acme", "id": 8},
    },
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_without_a_time_is_as_old_as_its_arrival(name: str) -> None:
    """Scans of a folder know no commit, some deliveries no object with a time."""
    context = replace(CONTEXT, arrived=ARRIVED)
    raw = json.dumps(RECORDS[name]).encode()

    events = list(Decoder(SOURCES[name]).decode(raw, context, 1))

    assert {event.time for event in events} == {ARRIVED}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_of_no_time_at_all_is_refused(name: str) -> None:
    """Where nobody knows when it was written down, it stands nowhere."""
    raw = json.dumps(RECORDS[name]).encode()

    with pytest.raises(DecodeError, match="expected a time"):
        list(Decoder(SOURCES[name]).decode(raw, CONTEXT, 1))
