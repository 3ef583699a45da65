"""CloudEvents in binary mode: the envelope stands in a Kafka record's headers, the data is its value.

Such a record is put into the structured form, which all sources know how to open.

References:
    CloudEvents 1.0.2, "Kafka Protocol Binding", section 3.2 (binary content mode).

Examples:
    >>> headers = [("ce_specversion", b"1.0"), ("ce_id", b"7"), ("content-type", b"application/json")]
    >>> structured(headers, b'{"a": 1}')
    b'{"specversion":"1.0","id":"7","data":{"a": 1}}'
    >>> structured([("trace", b"1")], b'{"a": 1}')
    b'{"a": 1}'
"""

from base64 import b64encode
from collections.abc import Iterable

import msgspec

_PREFIX = "ce_"
_SPOKEN = frozenset({"specversion", "id", "source", "type", "subject", "time"})
_LONGEST = 2_048


def structured(headers: Iterable[tuple[str, bytes]], value: bytes) -> bytes:
    """The record's value, in its envelope where the headers hold one."""
    said = {
        name.removeprefix(_PREFIX): text[:_LONGEST].decode("utf-8", "replace")
        for name, text in headers
        if name.startswith(_PREFIX) and name.removeprefix(_PREFIX) in _SPOKEN and text
    }
    if "specversion" not in said:
        return value
    bare = value.lstrip()
    if bare.startswith((b"{", b"[")):
        return msgspec.json.encode(said)[:-1] + b',"data":' + value + b"}"
    return msgspec.json.encode({**said, "data_base64": b64encode(value).decode()})
