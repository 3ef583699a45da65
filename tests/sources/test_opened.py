"""What records travel in is opened, whatever it is, and what cannot be says why."""

import gzip
import json
from base64 import b64encode
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.sources.base import DecodeError, SkipRecord
from detector.sources.envelope import Envelope
from detector.sources.opened import is_bare, opened

RECORD = {"eventName": "GetUser", "nested": {"message": "no record", "data": "text"}}
RAW = json.dumps(RECORD, separators=(",", ":")).encode()
TEXT = RAW.decode()
BASE64 = b64encode(RAW).decode()
ZIPPED = b64encode(gzip.compress(RAW)).decode()

ENVELOPES: dict[str, Any] = {
    "list": [RECORD],
    "delivered file": {"Records": [RECORD]},
    "event hub": {"records": [RECORD]},
    "lookup": {"Events": [{"EventId": "1", "CloudTrailEvent": TEXT}]},
    "audit webhook": {"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": [RECORD]},
    "graph": {"@odata.context": "x", "value": [RECORD]},
    "EventBridge": {"version": "0", "detail-type": "x", "source": "aws.x", "detail": RECORD},
    "CloudWatch": {"messageType": "DATA_MESSAGE", "logEvents": [{"id": "1", "message": TEXT}]},
    "CloudWatch, to a function": {"awslogs": {"data": ZIPPED}},
    "Firehose": {"requestId": "1", "timestamp": 1, "records": [{"data": BASE64}]},
    "Firehose, compressed": {"requestId": "1", "records": [{"data": ZIPPED}]},
    "Kinesis": {"Records": [{"eventSource": "aws:kinesis", "kinesis": {"data": BASE64}}]},
    "Pub/Sub": {"message": {"data": BASE64, "messageId": "1"}, "subscription": "s"},
    "Pub/Sub, pulled": {"receivedMessages": [{"ackId": "a", "message": {"data": BASE64}}]},
    "SNS": {"Type": "Notification", "TopicArn": "arn:aws:sns:x", "Message": TEXT},
    "SNS, to a function": {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": TEXT}}]},
    "SQS": {"Messages": [{"MessageId": "1", "ReceiptHandle": "r", "Body": TEXT}]},
    "SQS, to a function": {"Records": [{"messageId": "1", "receiptHandle": "r", "body": TEXT}]},
    "Loki": {"streams": [{"stream": {"app": "a"}, "values": [["1700000000000000000", TEXT]]}]},
    "Loki, asked": {
        "status": "success",
        "data": {"resultType": "streams", "result": [{"stream": {}, "values": [["1", TEXT]]}]},
    },
    "Loki, line by line": {"labels": {"app": "a"}, "line": TEXT, "timestamp": "t"},
    "GELF": {"version": "1.1", "host": "h", "short_message": TEXT, "level": 6},
    "GELF, in full": {"version": "1.1", "host": "h", "short_message": "a", "full_message": TEXT},
    "journald": {"__CURSOR": "c", "_HOSTNAME": "h", "MESSAGE": TEXT},
    "raw beside a time": {"_raw": TEXT, "_time": 1.5},
    "Datadog": {"_id": "1", "date": "2026-01-01T00:00:00Z", "service": "s", "attributes": RECORD},
    "Log Analytics": {
        "tables": [
            {
                "name": "PrimaryResult",
                "columns": [{"name": name, "type": "dynamic"} for name in RECORD],
                "rows": [list(RECORD.values())],
            }
        ]
    },
    "Elastic": {"_index": "i", "_id": "1", "_source": RECORD},
    "Splunk HEC": {"time": 1, "host": "h", "sourcetype": "s", "event": RECORD},
    "Splunk HEC, text": {"time": 1, "index": "i", "event": TEXT},
    "Splunk export": {"preview": False, "result": {"_raw": TEXT}},
    "CloudEvents": {"specversion": "1.0", "id": "1", "data": RECORD},
    "CloudEvents, base64": {"specversion": "1.0", "id": "1", "data_base64": BASE64},
    "OTLP": {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {"stringValue": TEXT}}]}]}]},
    "AKS": {"category": "kube-audit", "operationName": "x", "properties": {"log": TEXT}},
    "AKS, object": {"category": "kube-audit", "operationName": "x", "properties": {"log": RECORD}},
    "message": {"message": TEXT, "host": "h"},
    "Docker": {"log": f"{TEXT}\n", "stream": "stdout"},
    "page of OpenAI": {"object": "list", "data": [RECORD], "first_id": "a", "has_more": True},
    "page of Anthropic": {"data": [RECORD], "has_more": False, "first_id": None},
    "page of 1Password": {"cursor": "c", "has_more": False, "items": [RECORD]},
    "page of Duo": {"stat": "OK", "response": {"authlogs": [RECORD], "metadata": {}}},
    "page of Duo, v2": {"stat": "OK", "response": {"items": [RECORD], "metadata": {}}},
    "page of Duo, v1": {"stat": "OK", "response": [RECORD]},
}


@pytest.mark.parametrize("name", ENVELOPES)
def test_an_envelope_is_opened(name: str) -> None:
    """The record in every envelope comes out byte for byte, or with other blanks."""
    [found] = opened(json.dumps(ENVELOPES[name]).encode())

    assert RECORD == json.loads(found)
    if name != "list":
        assert not is_bare(ENVELOPES[name])


@pytest.mark.parametrize(
    "record",
    [
        {"streams": []},
        {"streams": ["a", {"values": "b"}]},
        {"status": "success", "data": {"result": [{"id": 1}]}},
        {"Messages": ["Hello", {"Body": TEXT}]},
        {"tables": [{"name": "orders"}]},
        {"_id": "1", "date": "2026-01-01", "attributes": "none"},
    ],
)
def test_a_record_with_a_field_of_an_envelopes_name_stays_itself(record: dict[str, Any]) -> None:
    """What only shares a field's name with a transport is not opened, nor passed over."""
    raw = json.dumps(record).encode()

    assert (raw,) == opened(raw)


_VALUES = [TEXT, BASE64, RECORD, [RECORD], [{"message": TEXT, "data": BASE64}], "OK", "kube-audit"]


@given(
    st.dictionaries(
        st.sampled_from([field.encode_name for field in msgspec.structs.fields(Envelope)]),
        st.sampled_from(_VALUES),
    )
)
def test_what_is_plainly_a_record_is_no_envelope(fields: dict[str, Any]) -> None:
    """Whatever stands in a record without a telling field, it would have been opened as itself."""
    raw = json.dumps(fields).encode()
    if is_bare(fields):
        assert (raw,) == opened(raw)


@given(st.lists(st.sampled_from(sorted(ENVELOPES)), min_size=2, max_size=3))
def test_envelopes_lie_in_one_another(names: list[str]) -> None:
    """An envelope in an envelope is opened as well, some levels down."""
    document: Any = RECORD
    for name in names:
        text = json.dumps(ENVELOPES[name])
        inner = json.dumps(document)
        coded = b64encode(inner.encode()).decode()
        for old, new in (
            (BASE64, coded),
            (ZIPPED, coded),
            (json.dumps(TEXT)[1:-1], json.dumps(inner)[1:-1]),
        ):
            text = text.replace(old, new)
        document = json.loads(text.replace(json.dumps(RECORD), inner))

    try:
        found = list(opened(json.dumps(document).encode()))
    except DecodeError as error:
        assert "envelopes" in str(error)  # noqa: PT017 - deeper than is followed
    else:
        assert [RECORD] == [json.loads(one) for one in found]


@pytest.mark.parametrize(
    "record",
    [
        {"id": {"time": "x"}, "actor": {"email": "x"}, "events": [{"name": "login"}]},
        {"@timestamp": "x", "event": {"action": "x"}, "host": {"name": "h"}, "message": "plain"},
        {"specversion": "1.0", "id": "1", "data": {"principal": {"uid": "p"}}},
        {"specversion": "1.0"},
        {"message": "{not at the end", "data": "aGVsbG8="},
        {"kind": "Event", "objectRef": {}},
        {"result": {"isError": False}, "id": 1},
        {"items": []},
        {"data": [{"a": 1}], "object": "list"},
        {"has_more": True, "data": {"a": 1}},
        {"specversion": "1.0", "id": "1", "data": "plain", "has_more": False},
        {"stat": "FAIL", "response": [{"a": 1}]},
        {"stat": "OK", "response": {"user_id": "DU1"}},
        {"response": {"data": {"items": []}}, "request": {}},
        {"log": 3, "message": None, "Records": {}, "logEvents": 1, "detail-type": "x", "detail": 3},
    ],
)  # fmt: skip
def test_what_only_looks_like_an_envelope_stays_whole(record: Any) -> None:
    """A record that has a field named like an envelope's is left alone."""
    raw = json.dumps(record).encode()

    if "{not" not in str(record):
        assert (raw,) == opened(raw)
    else:
        assert [b"{not at the end"] == list(opened(raw))


@pytest.mark.parametrize("raw", [b"", b"nonsense", b"\xff\xfe", b'{"a":', b"7", b"{" * 5_000])
def test_what_is_no_json_is_left_to_its_source(raw: bytes) -> None:
    """The source's own error says more."""
    assert (raw,) == opened(raw)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"messageType": "CONTROL_MESSAGE", "logEvents": []}, "control message"),
        ({"Records": []}, "an empty batch"),
        ({"messageType": "DATA_MESSAGE", "logEvents": []}, "an empty batch"),
        ({"object": "list", "data": [], "has_more": False}, "an empty batch"),
        ({"cursor": "c", "has_more": False, "items": []}, "an empty batch"),
        ({"stat": "OK", "response": {"authlogs": [], "metadata": {}}}, "an empty batch"),
        ({"stat": "OK", "response": []}, "an empty batch"),
    ],
)
def test_an_envelope_without_a_record_is_skipped(document: Any, reason: str) -> None:
    """What by design holds nothing is counted by name."""
    with pytest.raises(SkipRecord, match=reason):
        list(opened(json.dumps(document).encode()))


def test_a_bomb_is_not_inflated() -> None:
    """Data that inflates beyond 64 MiB, in one piece or in many, is an error."""
    bomb = b64encode(gzip.compress(b"{" + b" " * 40_000_000 + b"}")).decode()
    with pytest.raises(DecodeError, match="at most 64 MiB"):
        list(opened(json.dumps({"records": [{"data": bomb}, {"data": bomb}]}).encode()))


def test_damaged_gzip_is_an_error() -> None:
    """What begins like gzip and is none says so."""
    damaged = b64encode(b"\x1f\x8b and no more").decode()
    with pytest.raises(DecodeError, match="damaged"):
        list(opened(json.dumps({"records": [{"data": damaged}]}).encode()))
