"""What raw records travel in, and the records in it.

Shippers, buses and stores put envelopes around a log's records, or many of them in one message, and
sometimes both. Opened here, for every source: JSON lists, `Records`, `records`, `Events`, `events`,
`items` and `value` lists (files that AWS delivers, Event Hubs, Graph, audit webhooks), EventBridge,
CloudWatch Logs subscriptions (as functions get them, too), Kinesis and Firehose (base64, also
compressed), Pub/Sub push, Elastic `_source`, Splunk HEC and exports, CloudEvents in structured mode
(in binary mode a worker does it), OTLP logs with the record as body, a record as the text of a
shipper's `message` or `log`, and the pages of APIs: of OpenAI, Anthropic and 1Password, which say in
`has_more` whether another follows, and of Duo, whose `stat` is `OK`.

References:
    AWS: CloudWatch Logs user guide, "Real-time processing of log data with subscriptions"; Firehose
    developer guide, "HTTP endpoint delivery request and response specifications"; EventBridge user
    guide, "Event structure reference". Google Cloud Pub/Sub: "Push subscriptions". Azure Monitor:
    "Stream to an event hub". Splunk: "Format events for HTTP Event Collector". CloudEvents 1.0.2.
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

import zlib
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from detector.sources.base import DecodeError, SkipRecord
from detector.sources.contract import read

_DEEPEST = 4
_MIB = 1_048_576
_HEAD = 64
# What one raw record may be inflated to in all: bombs are small.
_MOST_INFLATED = 64 * _MIB
_GZIP = b"\x1f\x8b"
_ABSENT = Raw(b"")
_Found = Sequence[bytes | Raw]


class _Envelope(Struct, gc=False):
    """The fields by which envelopes are known; whatever stands in them is looked at later."""

    Records: Raw = _ABSENT
    records: Raw = _ABSENT
    Events: Raw = _ABSENT
    events: Raw = _ABSENT
    id: Raw = _ABSENT
    actor: Raw = _ABSENT
    items: Raw = _ABSENT
    kind: Raw = _ABSENT
    value: Raw = _ABSENT
    context: Raw = field(default=_ABSENT, name="@odata.context")
    detail: Raw = _ABSENT
    detail_type: Raw = field(default=_ABSENT, name="detail-type")
    logEvents: Raw = _ABSENT  # noqa: N815 - the envelope's own name, as those below
    messageType: Raw = _ABSENT  # noqa: N815
    CloudTrailEvent: Raw = _ABSENT
    kinesis: Raw = _ABSENT
    awslogs: Raw = _ABSENT
    subscription: Raw = _ABSENT
    message: Raw = _ABSENT
    log: Raw = _ABSENT
    data: Raw = _ABSENT
    data_base64: Raw = _ABSENT
    specversion: Raw = _ABSENT
    event: Raw = _ABSENT
    sourcetype: Raw = _ABSENT
    index: Raw = _ABSENT
    host: Raw = _ABSENT
    timestamp: Raw = field(default=_ABSENT, name="@timestamp")
    result: Raw = _ABSENT
    source_document: Raw = field(default=_ABSENT, name="_source")
    properties: Raw = _ABSENT
    category: Raw = _ABSENT
    resourceLogs: Raw = _ABSENT  # noqa: N815
    has_more: Raw = _ABSENT
    stat: Raw = _ABSENT
    response: Raw = _ABSENT


class _Inner(Struct, gc=False):
    """What stands one level further down in some of them."""

    data: Raw = _ABSENT
    events: Raw = _ABSENT
    raw: Raw = field(default=_ABSENT, name="_raw")
    message: Raw = _ABSENT
    log: Raw = _ABSENT
    authlogs: Raw = _ABSENT
    items: Raw = _ABSENT


class _Body(Struct, gc=False):
    stringValue: str = ""  # noqa: N815


class _LogRecord(Struct, gc=False):
    body: _Body = field(default_factory=_Body)


class _Scope(Struct, gc=False):
    logRecords: list[_LogRecord] = []  # noqa: N815


class _Resource(Struct, gc=False):
    scopeLogs: list[_Scope] = []  # noqa: N815


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_NONE = _Envelope()
_INNER = msgspec.json.Decoder(_Inner)
_LIST = msgspec.json.Decoder(list[Raw])
_TEXT = msgspec.json.Decoder(str)
_RESOURCES = msgspec.json.Decoder(list[_Resource])


class _Budget:
    """How many bytes may still be inflated."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = _MOST_INFLATED


# Without any of these fields there is no envelope: each way to open one needs one of them.
_TELLING = frozenset({
    "messageType", "logEvents", "Records", "records", "Events", "events", "items", "value",
    "resourceLogs", "has_more", "response", "detail-type", "kinesis", "message", "specversion",
    "data", "_source", "event", "result", "properties", "CloudTrailEvent", "log", "awslogs",
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
    budget = _Budget()
    found = _within(raw, budget)
    return (raw,) if found is None else _all(found, 1, budget)


def _all(found: _Found, depth: int, budget: _Budget) -> Iterator[bytes]:
    for one in found:
        inner = _within(one, budget)
        if inner is None:
            yield bytes(one)
        elif depth >= _DEEPEST:
            raise DecodeError(f"expected a record, got more than {_DEEPEST} envelopes around it")
        else:
            yield from _all(inner, depth + 1, budget)


def _within(raw: bytes | Raw, budget: _Budget) -> _Found | None:
    """What one envelope holds; None if it is none. What is no JSON is left to its source."""
    try:
        envelope = _ENVELOPE.decode(raw)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        found = _list(Raw(raw)) if _begins(raw) == b"[" else None
        return _skip() if found == [] else found
    if envelope == _NONE:  # most records have none of these fields
        return None
    return _lists(envelope) or _page(envelope) or _bus(envelope, budget) or _shipped(envelope)


def _lists(one: _Envelope) -> _Found | None:
    if _text(one.messageType) == b"CONTROL_MESSAGE":
        raise SkipRecord("control message")
    if one.logEvents and (found := _list(one.logEvents)) is not None:
        return [_text(_inner(item).message) for item in found] or _skip()
    for batch in (one.Records, one.records, one.Events):
        if batch and (found := _list(batch)) is not None:
            return found or _skip()
    if one.events and not one.id and not one.actor and (found := _list(one.events)) is not None:
        return found or _skip()
    if one.kind and one.items and (found := _list(one.items)) is not None:
        return found or _skip()
    if one.context and one.value and (found := _list(one.value)) is not None:
        return found or _skip()
    if one.resourceLogs:
        bodies = _bodies(one.resourceLogs)
        return bodies or None
    return None


def _page(one: _Envelope) -> _Found | None:
    """What an API answered with."""
    batches: tuple[Raw, ...] = ()
    if one.has_more:
        batches = (one.data, one.items)
    elif one.response and _text(one.stat) == b"OK":
        inner = _inner(one.response)
        batches = (one.response, inner.authlogs, inner.items)
    for batch in batches:
        if batch and (found := _list(batch)) is not None:
            return found or _skip()
    return None


def _bus(one: _Envelope, budget: _Budget) -> _Found | None:
    if one.detail_type and _is_json(one.detail):
        return [one.detail]
    for part in (one.kinesis, one.awslogs):
        if part:
            return _encoded(_inner(part).data, budget)
    if one.message and one.subscription and _is_json(one.message):
        return _encoded(_inner(one.message).data, budget)
    if one.specversion:
        if one.data_base64:
            return _encoded(one.data_base64, budget)
        if b'"principal"' in bytes(one.data):
            # token_use reads its CloudEvents itself, for their envelope fills in; but not batches
            return [one.data] if _inner(one.data).events else None
        return [one.data] if _is_json(one.data) else _json_text(one.data)
    if one.data and _begins(one.data) == b'"':
        return _encoded(one.data, budget)
    return None


def _shipped(one: _Envelope) -> _Found | None:
    if _is_json(one.source_document):
        return [one.source_document]
    if one.event and not one.timestamp and (one.sourcetype or one.index or one.host):
        return [one.event] if _is_json(one.event) else _json_text(one.event)
    if _is_json(one.result):
        return _json_text(_inner(one.result).raw)
    if one.properties and _text(one.category).startswith(b"kube-"):  # AKS, by Azure Monitor
        log = _inner(one.properties).log
        return [log] if _is_json(log) else _json_text(log)
    for text in (one.CloudTrailEvent, one.message, one.log):
        if text and (found := _json_text(text)) is not None:
            return found
    return None


def _skip() -> _Found:
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


def _list(raw: Raw) -> list[Raw] | None:
    try:
        return _LIST.decode(raw)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None


def _inner(raw: Raw) -> _Inner:
    try:
        return _INNER.decode(raw)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return _Inner()


def _text(raw: Raw) -> bytes:
    """The bytes of a JSON string; none if it is another value."""
    if not raw or _begins(raw) != b'"':
        return b""
    return read(_TEXT, raw, "an envelope's text").encode("utf-8", "surrogatepass")


def _json_text(raw: Raw) -> _Found | None:
    """A record that stands in a text."""
    # Looked at before it is decoded: most texts are no records.
    head = bytes(memoryview(raw)[:_HEAD]).lstrip()
    if not head.startswith((b'"{', b'"[', b'" ', b'"\\n', b'"\\t')):
        return None
    text = _text(raw).strip()
    return [text] if text.startswith((b"{", b"[")) else None


def _begins(raw: bytes | Raw) -> bytes:
    """The first byte that is no blank."""
    return bytes(memoryview(raw)[:_HEAD]).lstrip()[:1]


def _is_json(raw: Raw) -> bool:
    return _begins(raw) in {b"{", b"["}


def _encoded(raw: Raw, budget: _Budget) -> _Found | None:
    """What stands in base64, inflated if it is compressed; None if it is no such text."""
    try:
        plain = b64decode(_text(raw), validate=True)
    except ValueError:
        return None
    if plain.startswith(_GZIP):
        plain = _inflated(plain, budget)
    plain = plain.strip()
    if not plain.startswith((b"{", b"[")):
        return None
    lines = plain.split(b"\n")
    # Firehose joins records by line ends, or by nothing: lists and objects over lines stay whole.
    return (
        lines if all(line.startswith(b"{") and line.endswith(b"}") for line in lines) else [plain]
    )


def _inflated(data: bytes, budget: _Budget) -> bytes:
    member = zlib.decompressobj(wbits=31)
    try:
        plain = member.decompress(data, budget.left)
    except zlib.error:
        raise DecodeError("expected gzip in an envelope's data, got damaged bytes") from None
    budget.left -= len(plain)
    if member.unconsumed_tail or budget.left <= 0:
        most = _MOST_INFLATED // _MIB
        raise DecodeError(f"expected at most {most} MiB in an envelope, got more once inflated")
    return plain
