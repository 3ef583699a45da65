"""Events packed for keeping: what is rarely looked at, by position instead of by name.

Every credential keeps the earliest event of each context that it is used in. On the wire an event
names its fields, which is most of its size; here it is an array of arrays, half as large. Where the
raw record stands is left out: no evidence asks for it.

Examples:
    >>> from schemas.event import Principal
    >>> event = ActivityEvent(uid="e", source="s", tenant="t", time=5, principal=Principal(uid="p"))
    >>> unpacked(packed(event, ("network",))) == (event, ("network",))
    True
"""

from functools import lru_cache
from typing import Any, get_args

import msgspec
from msgspec import Struct
from msgspec.structs import astuple, fields

from schemas.event import ActivityEvent

_CACHED = 4_096
_encode = msgspec.msgpack.Encoder().encode


def _struct_in(kind: Any) -> type[Struct] | None:
    """The struct that a field of this type holds, if it holds one."""
    kinds = (k for k in (kind, *get_args(kind)) if isinstance(k, type) and issubclass(k, Struct))
    return next(kinds, None)


def _row_of(kind: type[Struct]) -> Any:
    return tuple.__class_getitem__(tuple(field.type for field in fields(kind)))


_FIELDS = fields(ActivityEvent)
_PARTS = tuple(_struct_in(field.type) for field in _FIELDS)
_RAW = next(i for i, field in enumerate(_FIELDS) if field.name == "raw")
_PART_AT = tuple(i for i, part in enumerate(_PARTS) if part is not None and i != _RAW)
_ROW: Any = tuple.__class_getitem__(
    tuple(
        _row_of(part) | None if part is not None else field.type
        for part, field in zip(_PARTS, _FIELDS, strict=True)
    )
)
_decode = msgspec.msgpack.Decoder(tuple[_ROW, tuple[str, ...]]).decode


def packed(event: ActivityEvent, novel: tuple[str, ...]) -> bytes:
    """An event, and what was new about it, as few bytes."""
    row = list(astuple(event))
    row[_RAW] = None
    for at in _PART_AT:
        part = row[at]
        if part is not None:
            row[at] = astuple(part)
    return _encode((row, novel))


@lru_cache(_CACHED)
def unpacked(kept: bytes) -> tuple[ActivityEvent, tuple[str, ...]]:
    """The event of `packed`, and what was new about it. A credential in use is looked at again with
    each fact that reaches it, so the last ones are remembered."""
    row, novel = _decode(kept)
    values: list[Any] = [
        part(*value) if part is not None and value is not None else value
        for part, value in zip(_PARTS, row, strict=True)
    ]
    return ActivityEvent(*values), novel
