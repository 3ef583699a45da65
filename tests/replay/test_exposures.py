"""What scanners and canaries tell reaches whoever uses the same secret elsewhere, whenever it comes."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from detector.config import EngineConfig
from detector.findings import Finding
from detector.replay.drive import Replay
from detector.sources.base import Context
from detector.sources.decoding import Decoder
from detector.sources.fingerprint import Fingerprints
from detector.sources.inventory import Inventory
from detector.sources.inventory_file import parsed

PRINTS = Fingerprints("an example key, used in tests only")
START = 1_767_605_400_000
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
KEY = "AKIAIOSFODNN7EXAMPLE"
TOKEN = "EXAMPLE-not-a-real-token"
PRIVATE_KEY = "0123456789abcdef0123456789abcdef01234567"
BUILD = "build@example-project.iam.gserviceaccount.com"
HOME, AWAY = "192.0.2.30", "203.0.113.9"
JTI = "00000000-0000-4000-8000-000000000011"
Fields = dict[str, Any]
Use = Callable[[int, str], Fields]


def _iso(time: int) -> str:
    return datetime.fromtimestamp(time / 1_000, UTC).isoformat().replace("+00:00", "Z")


def _run(records: Iterable[Fields], inventory: str = "") -> list[Finding]:
    """What a replay of the records, in the order of their arrival, finds."""
    known = Inventory(parsed(inventory.encode(), "i.csv"), PRINTS) if inventory else None
    context, decoder, replay = (
        Context(PRINTS, "acme", inventory=known),
        Decoder(),
        Replay(EngineConfig()),
    )
    found: list[Finding] = []
    for place, record in enumerate(records):
        for event in decoder.decode(json.dumps(record).encode(), context, place):
            found += replay.feed(event)
    return [*found, *replay.finish()]


def _agent(address: str) -> str:
    return "tool/1.0" if address == HOME else "curl/8.5"


def _aws(time: int, address: str, key: str = KEY) -> Fields:
    return {
        "eventVersion": "1.11", "eventTime": _iso(time), "eventSource": "s3.amazonaws.com",
        "eventName": "ListBuckets", "awsRegion": "eu-central-1", "sourceIPAddress": address,
        "userAgent": _agent(address), "eventID": f"ct-{time}",
        "recipientAccountId": "123456789012",
        "userIdentity": {"type": "IAMUser", "userName": "deploy", "accountId": "123456789012",
                         "arn": "arn:aws:iam::123456789012:user/deploy", "accessKeyId": key},
    }  # fmt: skip


def _github(time: int, address: str) -> Fields:
    return {
        "@timestamp": time, "_document_id": f"gh-{time}", "action": "git.clone", "actor": "ada",
        "org": "acme", "repo": "acme/shop", "actor_ip": address, "user_agent": _agent(address),
        "hashed_token": b64encode(sha256(TOKEN.encode()).digest()).decode(),
    }  # fmt: skip


def _google(time: int, address: str) -> Fields:
    name = (
        f"//iam.googleapis.com/projects/example-project/serviceAccounts/{BUILD}/keys/{PRIVATE_KEY}"
    )
    return {
        "timestamp": _iso(time), "insertId": f"g-{time}",
        "logName": "projects/example-project/logs/cloudaudit.googleapis.com%2Factivity",
        "resource": {"type": "project", "labels": {"project_id": "example-project"}},
        "protoPayload": {
            "@type": "type.googleapis.com/google.cloud.audit.AuditLog", "serviceName": "storage",
            "methodName": "storage.objects.list", "resourceName": "projects/_/buckets/b",
            "authenticationInfo": {"principalEmail": BUILD, "serviceAccountKeyName": name},
            "requestMetadata": {"callerIp": address, "callerSuppliedUserAgent": _agent(address)},
        },
    }  # fmt: skip


def _cluster(time: int, address: str) -> Fields:
    return {
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "auditID": f"k-{time}", "level": "Metadata",
        "stage": "ResponseComplete", "verb": "list", "requestURI": "/api/v1/pods",
        "requestReceivedTimestamp": _iso(time), "stageTimestamp": _iso(time),
        "user": {"username": "system:serviceaccount:shop:web",
                 "extra": {"authentication.kubernetes.io/credential-id": [f"JTI={JTI}"]}},
        "sourceIPs": [address], "userAgent": _agent(address),
        "objectRef": {"resource": "pods", "namespace": "shop", "apiVersion": "v1"},
        "responseStatus": {"code": 200},
    }  # fmt: skip


def _encoded(value: Fields) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


KEY_FILE = json.dumps(
    {"type": "service_account", "private_key_id": PRIVATE_KEY, "client_email": BUILD}
)
BOUND = f"{_encoded({'alg': 'RS256'})}.{_encoded({'jti': JTI, 'kubernetes.io': {'namespace': 'shop'}})}.c2ln"


def _gitleaks(time: int, secret: str) -> Fields:
    return {
        "RuleID": "generic", "Secret": secret, "Match": secret, "File": "ci.log", "Commit": "c0ffee",
        "Date": _iso(time), "Fingerprint": f"c0ffee:{time}",
    }  # fmt: skip


def _trufflehog(time: int, secret: str) -> Fields:
    return {
        "DetectorName": "Any", "Verified": True, "Raw": secret, "RawV2": "",
        "SourceMetadata": {"Data": {"Git": {"commit": "c0ffee", "file": "x", "timestamp": _iso(time)}}},
    }  # fmt: skip


def _alert(time: int, secret: str) -> Fields:
    return {
        "number": 7, "created_at": _iso(time), "state": "open", "secret_type": "any",
        "secret": secret, "repository": {"full_name": "acme/shop"},
    }  # fmt: skip


def _hit(time: int, more: Fields) -> Fields:
    moment = datetime.fromtimestamp(time / 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S (UTC)")
    return {
        "manage_url": "https://canary.example.com/m", "memo": "key in the wiki", "token": "t1",
        "channel": "AWS API Key Token", "time": moment, "src_ip": "203.0.113.9", **more,
    }  # fmt: skip


def _first(found: list[Finding]) -> int | None:
    """When the earliest use out of bounds was."""
    times = [one.evidence.decisive.time for one in found if one.state == "open"]
    return min(times, default=None)


def _habit(use: Use = _aws) -> list[Fields]:
    """Two days at work, from one place with one tool."""
    return [use(START - hour * HOUR, HOME) for hour in range(48, 0, -1)]


@pytest.mark.parametrize("scanner", [_gitleaks, _trufflehog, _alert])
@pytest.mark.parametrize(
    ("secret", "use"), [(KEY, _aws), (TOKEN, _github), (KEY_FILE, _google), (BOUND, _cluster)],
    ids=["aws", "github", "google", "kubernetes"],
)  # fmt: skip
def test_a_found_secret_is_the_credential_of_the_log(
    scanner: Callable[[int, str], Fields], secret: str, use: Use
) -> None:
    """Each scanner's finding is about the very credential that each log knows by an id of its own."""
    theft = use(START + HOUR, AWAY)

    assert START + HOUR == _first(_run([*_habit(use), scanner(START, secret), theft]))
    assert None is _first(_run([*_habit(use), scanner(START, "EXAMPLE-of-another"), theft]))


def test_a_finding_dated_long_ago_is_told_all_the_same() -> None:
    """A scan finds what was committed weeks ago, in a stream that has long settled that time."""
    late = _gitleaks(START - 30 * DAY, KEY)

    assert START + HOUR == _first(_run([*_habit(), late, _aws(START + HOUR, AWAY)]))


def test_a_found_key_waits_for_its_thief() -> None:
    """News of a key that nobody has used yet is kept for weeks."""
    quiet = [_aws(START + day * DAY, HOME, "AKIAI44QH8DHBEXAMPLE") for day in range(31)]
    theft = _aws(START + 31 * DAY, AWAY)

    assert START + 31 * DAY == _first(_run([_gitleaks(START - MINUTE, KEY), *quiet, theft]))
    assert None is _first(_run([*quiet, theft]))


def test_a_canary_is_found_at_once_and_its_key_is_exposed() -> None:
    """A hit is a finding by itself; where it names the key, the cloud's log of that is suspect."""
    hit = _hit(START, {"additional_data": {"aws_access_key_id": KEY}})
    found = _run([*_habit(), hit, _aws(START + HOUR, AWAY)])

    assert [START] == [one.evidence.decisive.time for one in _run([hit]) if one.state == "open"]
    assert {START, START + HOUR} == {one.evidence.decisive.time for one in found}


def test_a_canary_is_tied_to_its_key_by_an_inventory() -> None:
    """A hit names only the canary's token; the inventory knows which key that is."""
    inventory = f"name,ids,canary\nwiki,access_key_id:{KEY};canary_token:t1,yes\n"
    found = _run([_hit(START, {}), _aws(START + HOUR, AWAY)], inventory)

    assert {START, START + HOUR} == {one.evidence.decisive.time for one in found}


def test_a_canary_seen_in_public_is_no_use_of_it() -> None:
    """That a decoy key lies in public accuses nobody, until somebody takes it."""
    seen = _hit(START, {"key_id": KEY, "exposed_time": "2026-01-05 09:30:00 (UTC)"})

    assert None is _first(_run([seen]))
    assert START + HOUR == _first(_run([*_habit(), seen, _aws(START + HOUR, AWAY)]))
