"""How envelopes around records are read: the fields by which they are known, and what stands in one.

Whatever stands in a field stays as its bytes until it is looked at, since most of it never is.

Examples:
    >>> envelope = ENVELOPE.decode(b'{"messageType":"DATA_MESSAGE","logEvents":[1,2]}')
    >>> text_of(envelope.messageType), [bytes(one) for one in listed(envelope.logEvents)]
    (b'DATA_MESSAGE', [b'1', b'2'])
    >>> json_text(Raw(b'"{}"')), json_text(Raw(b'"plain"'))
    ([b'{}'], None)
"""

import zlib
from base64 import b64decode
from collections.abc import Sequence

import msgspec
from msgspec import Raw, Struct, field

from detector.sources.base import DecodeError
from detector.sources.contract import read

_MIB = 1_048_576
_HEAD = 64
# What one raw record may be inflated to in all: bombs are small.
_MOST_INFLATED = 64 * _MIB
_GZIP = b"\x1f\x8b"
ABSENT = Raw(b"")
Found = Sequence[bytes | Raw]


class Envelope(Struct, gc=False):
    """The fields by which envelopes are known; whatever stands in them is looked at later."""

    Records: Raw = ABSENT
    records: Raw = ABSENT
    Events: Raw = ABSENT
    events: Raw = ABSENT
    id: Raw = ABSENT
    actor: Raw = ABSENT
    items: Raw = ABSENT
    kind: Raw = ABSENT
    value: Raw = ABSENT
    context: Raw = field(default=ABSENT, name="@odata.context")
    detail: Raw = ABSENT
    detail_type: Raw = field(default=ABSENT, name="detail-type")
    logEvents: Raw = ABSENT  # noqa: N815 - the envelope's own name, as those below
    messageType: Raw = ABSENT  # noqa: N815
    CloudTrailEvent: Raw = ABSENT
    kinesis: Raw = ABSENT
    awslogs: Raw = ABSENT
    subscription: Raw = ABSENT
    message: Raw = ABSENT
    log: Raw = ABSENT
    data: Raw = ABSENT
    data_base64: Raw = ABSENT
    specversion: Raw = ABSENT
    event: Raw = ABSENT
    sourcetype: Raw = ABSENT
    index: Raw = ABSENT
    host: Raw = ABSENT
    timestamp: Raw = field(default=ABSENT, name="@timestamp")
    result: Raw = ABSENT
    source_document: Raw = field(default=ABSENT, name="_source")
    properties: Raw = ABSENT
    category: Raw = ABSENT
    resourceLogs: Raw = ABSENT  # noqa: N815
    Message: Raw = ABSENT
    TopicArn: Raw = ABSENT
    Sns: Raw = ABSENT
    Messages: Raw = ABSENT
    body: Raw = ABSENT
    receiptHandle: Raw = ABSENT  # noqa: N815
    Body: Raw = ABSENT
    ReceiptHandle: Raw = ABSENT
    receivedMessages: Raw = ABSENT  # noqa: N815
    ackId: Raw = ABSENT  # noqa: N815
    streams: Raw = ABSENT
    tables: Raw = ABSENT
    line: Raw = ABSENT
    MESSAGE: Raw = ABSENT
    plain: Raw = field(default=ABSENT, name="_raw")
    short_message: Raw = ABSENT
    full_message: Raw = ABSENT
    attributes: Raw = ABSENT
    document: Raw = field(default=ABSENT, name="_id")
    date: Raw = ABSENT
    has_more: Raw = ABSENT
    stat: Raw = ABSENT
    status: Raw = ABSENT
    response: Raw = ABSENT


class Inner(Struct, gc=False):
    """What stands one level further down in some of them."""

    data: Raw = ABSENT
    events: Raw = ABSENT
    raw: Raw = field(default=ABSENT, name="_raw")
    message: Raw = ABSENT
    log: Raw = ABSENT
    authlogs: Raw = ABSENT
    items: Raw = ABSENT
    Message: Raw = ABSENT
    ReceiptHandle: Raw = ABSENT
    result: Raw = ABSENT
    values: Raw = ABSENT
    columns: Raw = ABSENT
    rows: Raw = ABSENT
    name: Raw = ABSENT


class Budget:
    """How many bytes may still be inflated."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = _MOST_INFLATED


ENVELOPE = msgspec.json.Decoder(Envelope)
_INNER = msgspec.json.Decoder(Inner)
_LIST = msgspec.json.Decoder(list[Raw])
_TEXT = msgspec.json.Decoder(str)


def listed(raw: Raw) -> list[Raw] | None:
    """The elements of a JSON list; None if it is another value."""
    try:
        return _LIST.decode(raw)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None


def inside(raw: Raw) -> Inner:
    """The fields of a JSON object that matter; none if it is another value."""
    try:
        return _INNER.decode(raw)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return Inner()


def text_of(raw: Raw) -> bytes:
    """The bytes of a JSON string; none if it is another value."""
    if not raw or begins(raw) != b'"':
        return b""
    return read(_TEXT, raw, "an envelope's text").encode("utf-8", "surrogatepass")


def json_text(raw: Raw) -> Found | None:
    """A record that stands in a text."""
    # Looked at before it is decoded: most texts are no records.
    head = bytes(memoryview(raw)[:_HEAD]).lstrip()
    if not head.startswith((b'"{', b'"[', b'" ', b'"\\n', b'"\\t')):
        return None
    text = text_of(raw).strip()
    return [text] if text.startswith((b"{", b"[")) else None


def begins(raw: bytes | Raw) -> bytes:
    """The first byte that is no blank."""
    return bytes(memoryview(raw)[:_HEAD]).lstrip()[:1]


def is_json(raw: Raw) -> bool:
    """Whether it begins as an object or a list does."""
    return begins(raw) in {b"{", b"["}


def encoded(raw: Raw, budget: Budget) -> Found | None:
    """What stands in base64, inflated if it is compressed; None if it is no such text."""
    try:
        plain = b64decode(text_of(raw), validate=True)
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


def _inflated(data: bytes, budget: Budget) -> bytes:
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
