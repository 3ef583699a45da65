"""One empty dictionary, and one empty list, for everyone who has nothing to put in it yet.

A state has a dozen dictionaries of which most stay empty for most identities; at 64 bytes each they
would be a fifth of its memory. The shared one refuses to be written, so forgetting to make one's
own is an error at once and not a leak between identities.

Examples:
    >>> none_yet()["a"] = 1
    Traceback (most recent call last):
        ...
    TypeError: the shared empty dictionary was written to: make one first
"""

from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Never, Union, get_args, get_origin

from msgspec import Struct
from msgspec.structs import fields

_PLAIN = {bool, bytes, float, int, str, NoneType}


class _Empty(dict[Any, Any]):
    """A dictionary that stays empty."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> Never:
        msg = "the shared empty dictionary was written to: make one first"
        raise TypeError(msg)

    __setitem__ = setdefault = update = __ior__ = _refuse


class _EmptyList(list[Any]):
    """A list that stays empty."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> Never:
        msg = "the shared empty list was written to: make one first"
        raise TypeError(msg)

    append = extend = insert = __iadd__ = _refuse


_SHARED = _Empty()
_SHARED_LIST = _EmptyList()


def none_yet() -> dict[Any, Any]:
    """The shared empty dictionary: a default of structs that need no factory."""
    return _SHARED


def nothing_yet() -> list[Any]:
    """The shared empty list, likewise."""
    return _SHARED_LIST


def lean(restored: Struct) -> None:
    """Put the shared ones where decoding has made empty ones of their own, and so in the structs
    within."""
    for name in _roomy(type(restored)):
        value = getattr(restored, name)
        if isinstance(value, Struct):
            lean(value)
        elif value == {}:
            setattr(restored, name, _SHARED)
        elif value == []:
            setattr(restored, name, _SHARED_LIST)


@cache
def _roomy(kind: type[Struct]) -> tuple[str, ...]:
    """The fields that may hold more than one plain value."""
    return tuple(field.name for field in fields(kind) if not _plain(field.type))


def _plain(kind: object) -> bool:
    either = get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)
    return all(one in _PLAIN or get_origin(one) is Literal for one in either)
