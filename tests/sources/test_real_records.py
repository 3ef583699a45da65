"""Records that nobody here wrote: each decodes, or is refused with a sensible reason."""

import csv
import json
import lzma
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from detector.sources.aws.cloudtrail import SOURCE
from detector.sources.base import DecodeError, SkipRecord
from detector.sources.decoding import Decoder
from detector.sources.opened import opened
from detector.sources.registry import auto
from schemas.event import ActivityEvent
from tests.shared_data import shared_data
from tests.sources.cases import CONTEXT

# What a synthetic rule test may lack. Anything else would be a gap in the decoder.
SENSIBLE = re.compile(r"one without \w*event|who acted, got none|eventTime: expected an ISO")


def _records(path: Path) -> Iterator[bytes]:
    document = json.loads(path.read_bytes())
    records = document["Records"] if isinstance(document, dict) else document
    yield from (json.dumps(record).encode() for record in records)


def _events(raw: bytes) -> list[ActivityEvent]:
    return list(SOURCE.decode(raw, CONTEXT, 1))


def test_the_capture_decodes_in_full() -> None:
    """Every record of the capture is an event, under its own id."""
    folder = shared_data() / "invictus-cloudtrail"
    raw = [record for path in sorted(folder.glob("*.json")) for record in _records(path)]
    with (folder / "labels.csv").open(encoding="utf-8") as labels:
        known = {next(iter(row.values())) for row in csv.DictReader(labels)}
    events = [event for record in raw for event in _events(record)]

    assert len(raw) == len(events)
    assert known <= {event.uid for event in events}


def test_attack_traces_decode_in_full() -> None:
    """Every record of the single-technique logs is an event with an action."""
    raw = [r for path in (shared_data() / "stratus").glob("*.json") for r in _records(path)]
    events = [event for record in raw for event in _events(record)]

    assert len(raw) == len(events)
    assert all(event.action is not None for event in events)


@pytest.mark.parametrize("stream", ["stream-11", "stream-12"])
def test_the_streams_decode(stream: str) -> None:
    """The first lines of a stream decode one to one and are recognised."""
    path = shared_data() / "mixed" / f"{stream}.jsonl.xz"
    with lzma.open(path) as lines:
        for line in islice(lines, 5_000):
            assert SOURCE is auto(line)
            assert 1 == len(_events(line))


def test_every_known_layout_decodes_or_is_refused_with_a_reason() -> None:
    """Of several hundred layouts each decodes, or lacks what no record may lack."""
    rows = [raw for kind, raw in _samples() if kind == "AWS.CloudTrail"]
    reasons = [reason for raw in rows if (reason := _refusal(raw))]

    assert len(rows) > 400
    assert len(reasons) < 0.1 * len(rows)
    assert [] == [reason for reason in reasons if not SENSIBLE.search(reason)]


def _refusal(raw: bytes) -> str:
    try:
        assert 1 == len(_events(raw))
    except DecodeError as error:
        return str(error)
    return ""


# Which of our sources a log type of the samples is of.
OURS = {
    "AWS.BedrockModelInvocation": {"bedrock_invocation"}, "Amazon.EKS.Audit": {"kubernetes_audit"},
    "Anthropic.Activity": {"anthropic_audit"}, "Auth0.Events": {"auth0"},
    "Azure.Audit": {"entra_audit", "entra_signin"}, "Azure.MonitorActivity": {"azure_activity"},
    "Duo.Administrator": {"duo"}, "Duo.Authentication": {"duo"}, "GCP.AuditLog": {"gcp_audit"},
    "GSuite.ActivityEvent": {"google_workspace"}, "GitHub.Audit": {"github_audit"},
    "GitHub.Webhook": {"github_webhook"}, "MicrosoftIntune.AuditLogs": {"entra_audit"},
    "Okta.SystemLog": {"okta"}, "OnePassword.ItemUsage": {"onepassword"},
    "OnePassword.SignInAttempt": {"onepassword"}, "OpenAI.Audit": {"openai_audit"},
    "Snowflake.LoginHistory": {"snowflake"}, "Snowflake.QueryHistory": {"snowflake"},
    "Tracebit.Alert": {"tracebit"}, "ThinkstCanary.Alert": {"canary"}, "AWS.CloudTrail": {"cloudtrail"},
}  # fmt: skip
# What the samples' authors left out because their rule does not look at it: then no event can be made.
LACKING = re.compile(
    r"expected a(?:n ISO 8601)? time|expected who acted|no source recognises|without \w*event|got none"
)


def _samples() -> Iterator[tuple[str, bytes]]:
    path = shared_data() / "panther" / "panther_tests.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if len(row["logtypes"]) == 1:
            yield row["logtypes"][0], json.dumps(row["log"]).encode()


def test_each_log_is_recognised_as_what_it_is() -> None:
    """A sample is recognised as its own source or, where too little of it is left, as none."""
    wrong = [
        (kind, source.name)
        for kind, raw in _samples()
        for record in opened(raw)
        if (source := auto(record)) is not None and source.name not in OURS.get(kind, ())
    ]

    assert [] == wrong


def test_every_well_formed_sample_decodes() -> None:
    """A sample of a source of ours decodes, unless its authors left out the time or who acted."""
    found: dict[str, int] = {}
    refused: list[str] = []
    for kind, raw in _samples():
        if kind in OURS:
            try:
                found[kind] = found.get(kind, 0) + len(list(Decoder().decode(raw, CONTEXT, 1)))
            except SkipRecord:
                continue
            except DecodeError as error:
                refused.append(str(error))

    assert [] == [reason for reason in refused if not LACKING.search(reason)]
    assert set(OURS) - {"Duo.Authentication", "MicrosoftIntune.AuditLogs"} <= {
        kind for kind, number in found.items() if number
    }
    assert 1_100 < sum(found.values())
