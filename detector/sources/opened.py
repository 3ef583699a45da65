"""What raw records travel in, and the records in it.

Shippers, buses and stores put envelopes around a log's records, or many of them in one message, and
sometimes both. Opened here, for every source: JSON lists, `Records`, `records`, `Events`, `events`,
`items` and `value` lists (files that AWS delivers, Event Hubs, Graph, audit webhooks), EventBridge,
CloudWatch Logs subscriptions (as functions get them, too), Kinesis and Firehose (base64, also
compressed), SNS, SQS, Pub/Sub push and pull, Elastic `_source`, Splunk HEC and exports, Loki, GELF,
journald, Datadog archives, what a Log Analytics workspace answers, CloudEvents in structured mode (in binary mode a worker does it), OTLP logs
with the record as body, a record as the text of a shipper's `message` or `log`, and the pages of APIs:
of OpenAI, Anthropic and 1Password, which say in `has_more` whether another follows, and of Duo, whose
`stat` is `OK`.

References:
    AWS: CloudWatch Logs user guide, "Real-time processing of log data with subscriptions"; Firehose
    developer guide, "HTTP endpoint delivery request and response specifications"; EventBridge user
    guide, "Event structure reference"; SNS developer guide, "Parsing message formats"; Lambda developer
    guide, "Using Lambda with Amazon SQS". Google Cloud Pub/Sub: "Push subscriptions", "Pull". Grafana
    Loki: HTTP API, "Ingest logs". Graylog: GELF 1.1. Datadog: "Log archives". Azure Monitor: "Stream
    to an event hub", "Azure Monitor Log Analytics API response format". Splunk: "Format events for HTTP Event Collector". CloudEvents 1.0.2.
    OpenTelemetry protocol 1.x, JSON encoding. OpenAI API reference, "List audit logs"; Anthropic
    Compliance API, "List activities"; 1Password Events API reference; Duo Admin API, "Logs".

Examples:
    >>> list(opened(b'{"Records":[{"a":1},{"b":"2"}]}'))
    [b'{"a":1}', b'{"b":"2"}']
    >>> list(opened(b'{"messageType":"DATA_MESSAGE","logEvents":[{"message":"{}"}]}'))
    [b'{}']
    >>> list(opened(b'{"object":"list","data":[{"a":1}],"has_more":false}'))
    [b'{"a":1}']
    >>> bare = b'{"eventName":"GetUser"}'
    >>> opened(bare)[0] is bare
    True
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from detector.sources.base import DecodeError, SkipRecord
from detector.sources.envelope import (
    ENVELOPE,
    Budget,
    Envelope,
    Found,
    begins,
    encoded,
    inside,
    is_json,
    json_text,
    listed,
    text_of,
)

_DEEPEST = 4
# CloudTrail's records begin so, and no envelope does.
_RECORD = b'{"eventVersion":'
_NONE = Envelope()


class _Body(Struct, gc=False):
    stringValue: str = ""  # noqa: N815


class _LogRecord(Struct, gc=False):
    body: _Body = field(default_factory=_Body)


class _Scope(Struct, gc=False):
    logRecords: list[_LogRecord] = []  # noqa: N815


class _Resource(Struct, gc=False):
    scopeLogs: list[_Scope] = []  # noqa: N815


_RESOURCES = msgspec.json.Decoder(list[_Resource])

# Without any of these fields there is no envelope: each way to open one needs one of them.
_TELLING = frozenset({
    "messageType", "logEvents", "Records", "records", "Events", "events", "items", "value",
    "resourceLogs", "has_more", "response", "detail-type", "kinesis", "message", "specversion",
    "data", "_source", "event", "result", "properties", "CloudTrailEvent", "log", "awslogs",
    "Message", "Messages", "Sns", "body", "Body", "receivedMessages", "streams", "tables", "line", "_raw",
    "MESSAGE", "short_message", "full_message", "attributes",
})  # fmt: skip


def is_bare(fields: Mapping[str, Any]) -> bool:
    """Whether what has been parsed is plainly a record and no envelope: then `opened` need not be
    asked. Where it is not plain, `opened` knows.

    Examples:
        >>> is_bare({"eventType": "user.session.start"}), is_bare({"Records": []})
        (True, False)
    """
    return fields.keys().isdisjoint(_TELLING)


def opened(raw: bytes) -> tuple[bytes] | Iterator[bytes]:
    """The records in a raw record: often that itself, and then the very same object.

    Raises:
        SkipRecord: an envelope that by design holds no record.
        DecodeError: an envelope whose content cannot be got at.
    """
    budget = Budget()
    found = _within(raw, budget)
    return (raw,) if found is None else _all(found, 1, budget)


def _all(found: Found, depth: int, budget: Budget) -> Iterator[bytes]:
    for one in found:
        inner = _within(one, budget)
        if inner is None:
            yield bytes(one)
        elif depth >= _DEEPEST:
            raise DecodeError(f"expected a record, got more than {_DEEPEST} envelopes around it")
        else:
            yield from _all(inner, depth + 1, budget)


def _within(raw: bytes | Raw, budget: Budget) -> Found | None:
    """What one envelope holds; None if it is none. What is no JSON is left to its source."""
    if memoryview(raw)[: len(_RECORD)] == _RECORD:
        return None
    try:
        envelope = ENVELOPE.decode(raw)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        found = listed(Raw(raw)) if begins(raw) == b"[" else None
        return _skip() if found == [] else found
    if envelope == _NONE:  # most records have none of these fields
        return None
    return _lists(envelope) or _page(envelope) or _bus(envelope, budget) or _shipped(envelope)


def _lists(one: Envelope) -> Found | None:
    if text_of(one.messageType) == b"CONTROL_MESSAGE":
        raise SkipRecord("control message")
    if one.logEvents and (found := listed(one.logEvents)) is not None:
        return [text_of(inside(item).message) for item in found] or _skip()
    for batch in (one.Records, one.records, one.Events, one.receivedMessages):
        if batch and (found := listed(batch)) is not None:
            return found or _skip()
    if one.events and not one.id and not one.actor and (found := listed(one.events)) is not None:
        return found or _skip()
    if one.kind and one.items and (found := listed(one.items)) is not None:
        return found or _skip()
    if one.context and one.value and (found := listed(one.value)) is not None:
        return found or _skip()
    if one.Messages and (found := listed(one.Messages)) is not None:
        return found if all(inside(item).ReceiptHandle for item in found) else None
    if one.streams and (found := listed(one.streams)) is not None:
        return _lines(found)
    if one.tables and (found := listed(one.tables)) is not None:
        return _rows(found)
    if one.resourceLogs:
        bodies = _bodies(one.resourceLogs)
        return bodies or None
    return None


def _page(one: Envelope) -> Found | None:
    """What an API answered with."""
    batches: tuple[Raw, ...] = ()
    if one.has_more:
        batches = (one.data, one.items)
    elif one.data and text_of(one.status) == b"success":
        streams = listed(inside(one.data).result)
        return None if streams is None else _lines(streams)
    elif one.response and text_of(one.stat) == b"OK":
        inner = inside(one.response)
        batches = (one.response, inner.authlogs, inner.items)
    for batch in batches:
        if batch and (found := listed(batch)) is not None:
            return found or _skip()
    return None


def _bus(one: Envelope, budget: Budget) -> Found | None:
    if one.detail_type and is_json(one.detail):
        return [one.detail]
    for part in (one.kinesis, one.awslogs):
        if part:
            return encoded(inside(part).data, budget)
    if one.message and (one.subscription or one.ackId) and is_json(one.message):
        return encoded(inside(one.message).data, budget)
    if one.TopicArn:
        return json_text(one.Message)
    if one.Sns:
        return json_text(inside(one.Sns).Message)
    if one.receiptHandle or one.ReceiptHandle:
        return json_text(one.body) or json_text(one.Body)
    if one.specversion:
        if one.data_base64:
            return encoded(one.data_base64, budget)
        if b'"principal"' in bytes(one.data):
            # token_use reads its CloudEvents itself, for their envelope fills in; but not batches
            return [one.data] if inside(one.data).events else None
        return [one.data] if is_json(one.data) else json_text(one.data)
    if one.data and begins(one.data) == b'"':
        return encoded(one.data, budget)
    return None


def _shipped(one: Envelope) -> Found | None:
    if is_json(one.source_document):
        return [one.source_document]
    if one.event and not one.timestamp and (one.sourcetype or one.index or one.host):
        return [one.event] if is_json(one.event) else json_text(one.event)
    if is_json(one.result):
        return json_text(inside(one.result).raw)
    if one.properties and text_of(one.category).startswith(b"kube-"):  # AKS, by Azure Monitor
        log = inside(one.properties).log
        return [log] if is_json(log) else json_text(log)
    if one.document and one.date and is_json(one.attributes):
        return [one.attributes]
    for text in (
        one.CloudTrailEvent, one.message, one.log, one.line, one.MESSAGE, one.plain,
        one.full_message, one.short_message,
    ):  # fmt: skip
        if text and (found := json_text(text)) is not None:
            return found
    return None


def _lines(streams: list[Raw]) -> Found | None:
    """The lines of Loki's streams, each a pair of a time and a text; None if they are no such streams:
    others have fields of these names as well."""
    pairs = [listed(pair) for one in streams for pair in listed(inside(one).values) or ()]
    return [text_of(pair[1]) for pair in pairs if pair is not None and len(pair) > 1] or None


def _rows(tables: list[Raw]) -> Found | None:
    """The rows of tables that a Log Analytics workspace answered with, each as an object; None if
    there is no such table."""
    out: list[bytes | Raw] = []
    known = False
    for table in map(inside, tables):
        columns, rows = listed(table.columns), listed(table.rows)
        if columns is None or rows is None:
            continue
        known = True
        names = [text_of(inside(column).name).decode("utf-8", "replace") for column in columns]
        for row in rows:
            values = listed(row) or ()
            out.append(msgspec.json.encode(dict(zip(names, values, strict=False))))
    return out or _skip() if known else None


def _skip() -> Found:
    raise SkipRecord("an empty batch")


def _bodies(raw: Raw) -> list[bytes | Raw]:
    try:
        resources = _RESOURCES.decode(raw)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return []
    return [
        one.body.stringValue.encode("utf-8", "surrogatepass")
        for resource in resources
        for scope in resource.scopeLogs
        for one in scope.logRecords
        if one.body.stringValue.startswith("{")
    ]
