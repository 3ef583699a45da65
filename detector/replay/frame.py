"""What framing yields, and the two questions it asks of bytes: are they JSON, do they hold a list of
records.

Examples:
    >>> records_of(b'{"Records":[{"a":1},{"b":2}]}'), records_of(b'{"Records":[{"a":1},')
    ([b'{"a":1}', b'{"b":2}'], None)
"""

import re
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct

# How much of bad bytes is kept for a sample.
SAMPLE = 4_096
# An object or list whose records are wanted instead of itself; small fields may stand before them.
CONTAINER = re.compile(rb'\s*(?:\[|\{[^{}\[\]]{0,1024}?"(?:[Rr]ecords|[Ee]vents)"\s*:\s*\[)')


class Frame(NamedTuple):
    """The bytes of one record. `position` is its line in a file of lines, else its number among
    the records of the file; both from 1."""

    position: int
    raw: bytes


class Flaw(NamedTuple):
    """Bytes that hold no record. `sample` is their beginning, not yet redacted."""

    position: int
    reason: str
    sample: bytes


class _Envelope(Struct):
    # A delivered file; a batch of an event hub, of token_use; what `lookup-events` prints.
    Records: list[Raw] | None = None
    records: list[Raw] | None = None
    events: list[Raw] | None = None
    Events: list[Raw] | None = None

    def held(self) -> list[Raw] | None:
        lists = (self.Records, self.records, self.events, self.Events)
        return next((one for one in lists if one is not None), None)


_ANY = msgspec.json.Decoder(Raw)
_LIST = msgspec.json.Decoder(list[Raw])
_OBJECT = msgspec.json.Decoder(_Envelope)


def is_json(raw: bytes) -> bool:
    """Whether `raw` is exactly one JSON value, not nested beyond reason.

    Examples:
        >>> is_json(b'{"a":[1,2]}'), is_json(b'{"a":NaN}'), is_json(b"[" * 9999 + b"]" * 9999)
        (True, False, False)
    """
    try:
        _ANY.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def records_of(document: bytes) -> list[bytes] | None:
    """The records of a list, or of an object's `Records` or `events`, in either case; None if it cannot be
    decoded in one go.

    Examples:
        >>> records_of(b'{"Records":[{"a":1},{"b":2}]}'), records_of(b'{"Records":[{"a":1},')
        ([b'{"a":1}', b'{"b":2}'], None)
    """
    try:
        if document.lstrip().startswith(b"["):
            raws: list[Raw] | None = _LIST.decode(document)
        else:
            raws = _OBJECT.decode(document).held()
    except (msgspec.DecodeError, RecursionError):
        return None
    if raws is None:
        return None
    records = [bytes(raw) for raw in raws]
    if any(b'"Records"' in record[:64] for record in records):
        return [inner for record in records for inner in _unfolded(record)]
    return records


def _unfolded(record: bytes) -> list[bytes]:
    # Several delivered documents gathered into one list, as `jq -s` does.
    if record.startswith(b"{") and CONTAINER.match(record):
        return records_of(record) or [record]
    return [record]
