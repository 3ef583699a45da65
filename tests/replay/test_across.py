"""One secret across systems: raw logs of different sources in, one finding out, whatever the order."""

import json
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import permutations
from typing import Any

import pytest

from detector.config import EngineConfig
from detector.findings import Finding
from detector.replay.drive import replay
from detector.sources.base import Context
from detector.sources.decoding import Decoder
from detector.sources.fingerprint import Fingerprints
from detector.sources.inventory import Inventory
from detector.sources.inventory_file import parsed

PRINTS = Fingerprints("an example key, used in tests only")
START = 1_767_605_400_000
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
TOKEN = "EXAMPLE-not-a-real-token"
KEY = "AKIAIOSFODNN7EXAMPLE"
Raw = tuple[int, dict[str, Any]]


def _iso(time: int) -> str:
    return datetime.fromtimestamp(time / 1_000, UTC).isoformat().replace("+00:00", "Z")


def _found(records: Sequence[Raw], inventory: str = "") -> list[Finding]:
    """What a replay of the records, in the order of their times, finds."""
    known = Inventory(parsed(inventory.encode(), "i.csv"), PRINTS) if inventory else None
    context = Context(PRINTS, "acme", inventory=known)
    decoder = Decoder()
    events = [
        event
        for place, (_, record) in enumerate(sorted(records, key=lambda one: one[0]))
        for event in decoder.decode(json.dumps(record).encode(), context, place)
    ]
    return list(replay(events, EngineConfig()))


def _github(time: int, address: str, action: str = "git.clone", agent: str = "git/2.44") -> Raw:
    return time, {
        "@timestamp": time, "_document_id": f"gh-{time}", "action": action, "actor": "ada",
        "org": "acme", "repo": "acme/shop", "actor_ip": address, "user_agent": agent,
        "hashed_token": b64encode(sha256(TOKEN.encode()).digest()).decode(),
        "programmatic_access_type": "Personal access token (classic)",
    }  # fmt: skip


def _leak(time: int, secret: str) -> Raw:
    return time, {
        "RuleID": "generic", "Secret": secret, "File": "ci.log", "Commit": "c0ffee",
        "Date": _iso(time), "Fingerprint": f"c0ffee:{time}",
    }  # fmt: skip


def _aws(time: int, address: str, name: str, service: str, agent: str = "aws-cli/2.15") -> Raw:
    return time, {
        "eventVersion": "1.11", "eventTime": _iso(time), "eventSource": f"{service}.amazonaws.com",
        "eventName": name, "awsRegion": "eu-central-1", "sourceIPAddress": address,
        "userAgent": agent, "eventID": f"ct-{time}-{name}", "recipientAccountId": "123456789012",
        "userIdentity": {"type": "IAMUser", "userName": "deploy", "accountId": "123456789012",
                         "arn": "arn:aws:iam::123456789012:user/deploy", "accessKeyId": KEY},
    }  # fmt: skip


def _vault(time: int, path: str, entity: str = "e-1", address: str = "192.0.2.25") -> Raw:
    return time, {
        "time": _iso(time), "type": "response",
        "auth": {"accessor": f"hmac-sha256:{entity}", "display_name": f"approle-{entity}",
                 "entity_id": entity, "policies": ["web"], "token_type": "service"},
        "request": {"id": f"v-{time}-{entity}", "operation": "read", "path": path,
                    "mount_type": "kv", "remote_address": address},
        "response": {},
    }  # fmt: skip


def _revoked(time: int) -> Raw:
    return time, {
        "action": "resolved", "repository": {"full_name": "acme/shop"},
        "alert": {"number": 7, "created_at": _iso(time - DAY), "resolved_at": _iso(time),
                  "secret_type": "aws_access_key_id", "secret": KEY, "state": "resolved",
                  "resolution": "revoked"},
    }  # fmt: skip


def _habit(days: int = 3) -> list[Raw]:
    """A token at work: every hour from its own place with its own tool."""
    first = START - days * DAY
    return [_github(first + hour * HOUR, "192.0.2.15") for hour in range(days * 24)]


def _detections(found: Sequence[Finding]) -> set[str]:
    return {finding.detection for finding in found}


def test_a_leaked_token_is_known_by_its_hash_elsewhere() -> None:
    """A token found by a scanner and then used from a new place, known there by its hash alone."""
    records = [
        *_habit(),
        _leak(START, TOKEN),
        _github(START + MINUTE, "203.0.113.9", agent="curl/8.5"),
    ]

    found = [one for one in _found(records) if one.detection == "credential_out_of_bounds"]

    assert [START + MINUTE] == [one.evidence.decisive.time for one in found[:1]]
    assert [] == [one for one in _found(_habit()) if one.state == "open"]


def test_a_revoked_key_of_another_system_is_abused() -> None:
    """A secret scanner says that a cloud key was revoked; the cloud sees it used all the same."""
    records = [_revoked(START), _aws(START + MINUTE, "203.0.113.9", "ListBuckets", "s3")]

    assert {"credential_out_of_bounds"} <= _detections(_found(records))


@pytest.mark.parametrize("place", ["canary", "inventory"])
def test_a_canary_is_found_at_once(place: str) -> None:
    """One touch of a canary is a finding, by its own alarm or by the inventory's word."""
    hit = START, {
        "manage_url": "https://canary.example.com/m", "memo": "key in the wiki", "token": "t1",
        "channel": "AWS API Key Token", "time": "2026-01-05 09:30:00 (UTC)", "src_ip": "203.0.113.9",
    }  # fmt: skip
    use = _aws(START, "203.0.113.9", "GetCallerIdentity", "sts")
    inventory = f"name,ids,canary\nwiki,access_key_id:{KEY},yes\n"

    found = _found([hit]) if place == "canary" else _found([use], inventory)

    assert [START] == [one.evidence.decisive.time for one in found if one.state == "open"]
    assert {"canary_touched"} == _detections(found)


def test_a_key_beyond_its_origins_is_found() -> None:
    """A key is used from outside the networks that the inventory allows."""
    inventory = f"name,ids,origins\ndeploy,access_key_id:{KEY},192.0.2.0/24\n"
    inside = _aws(START, "192.0.2.30", "ListBuckets", "s3")
    outside = _aws(START + MINUTE, "203.0.113.9", "ListBuckets", "s3")

    assert set() == _detections(_found([inside], inventory))
    assert {"credential_out_of_bounds"} <= _detections(_found([inside, outside], inventory))


def test_a_secret_read_from_a_vault_is_used_by_someone_else() -> None:
    """An entity reads a stored cloud key that it never read before; minutes later the key is used
    from elsewhere."""
    inventory = f"name,ids,stored_at\ndeploy,access_key_id:{KEY},vault:secret/data/aws/deploy\n"
    vault = [_vault(START - 3 * DAY + hour * HOUR, "secret/data/web/db") for hour in range(72)]
    cloud = [
        _aws(START - 3 * DAY + hour * HOUR, "192.0.2.30", "ListBuckets", "s3") for hour in range(72)
    ]
    stolen = [
        _vault(START, "secret/data/aws/deploy"),
        _aws(START + 5 * MINUTE, "203.0.113.9", "ListUsers", "iam", "python-requests/2.31"),
    ]

    assert set() == _detections(_found([*vault, *cloud], inventory))
    found = _found([*vault, *cloud, *stolen], inventory)
    assert "stored_secret_used" in _detections(found)
    assert START + 5 * MINUTE == min(one.evidence.decisive.time for one in found)


def test_the_order_of_arrival_does_not_matter() -> None:
    """Leak, revocation and uses in any order of arrival: the same findings in the end."""
    context = Context(PRINTS, "acme")
    records = [
        _leak(START, KEY),
        _revoked(START + MINUTE),
        _aws(START - HOUR, "192.0.2.30", "ListBuckets", "s3"),
        _aws(START + 2 * MINUTE, "203.0.113.9", "ListBuckets", "s3"),
    ]
    decoder = Decoder()
    events = [
        event
        for _, record in records
        for event in decoder.decode(json.dumps(record).encode(), context, 1)
    ]
    settled = {
        tuple(sorted({(one.uid, one.detection) for one in replay(order, EngineConfig())}))
        for order in permutations(events)
    }

    assert 1 == len(settled)
    assert () not in settled
