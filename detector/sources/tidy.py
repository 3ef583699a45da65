"""Every text in a value passed through `kept`: for records whose fields others filled in.

Examples:
    >>> from schemas.event import Principal
    >>> tidy(Principal(uid="ada", name="token=EXAMPLE0123456789")).name
    'token=***'
"""

from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from detector.sources.memo import Memo
from detector.sources.text import kept

_MOST = 1_000
_Value = TypeVar("_Value")
# The same principals, targets and workloads come again and again: those without a fault.
_faultless: Memo[Struct, Struct] = Memo()


def tidy(value: _Value) -> _Value:
    """`value` with every text in it bounded, printable and free of secrets. Structs are rebuilt
    only where something changed; long tuples are cut. Structs must be frozen."""
    tidied: _Value = _tidy(value)
    return tidied


def _tidy(value: Any) -> Any:
    if isinstance(value, str):
        return kept(value)
    if isinstance(value, tuple):
        return tuple(_tidy(one) for one in value[:_MOST])
    if not isinstance(value, Struct):
        return value
    known = _faultless.get(value)
    if known is not None:
        return known
    changed = _changes(value)
    return replace(value, **changed) if changed else _faultless.keep(value, value)


def _changes(value: Struct) -> dict[str, Any]:
    changed = {}
    for name in value.__struct_fields__:
        old = getattr(value, name)
        if old and isinstance(old, str | tuple | Struct):
            new = _tidy(old)
            if new != old:
                changed[name] = new
    return changed
