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
from detector.sources.base import DecodeError
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


def _panther(*, cloudtrail: bool) -> list[bytes]:
    path = shared_data() / "panther" / "panther_tests.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        json.dumps(row["log"]).encode()
        for row in rows
        if (row["logtypes"] == ["AWS.CloudTrail"]) is cloudtrail
        and (cloudtrail or "AWS.CloudTrail" not in row["logtypes"])
    ]


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
    rows = _panther(cloudtrail=True)
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


def test_other_logs_are_not_taken_for_ours() -> None:
    """No record of another log format is recognised as one of ours."""
    assert [] == [raw[:80] for raw in _panther(cloudtrail=False) if auto(raw) is not None]
