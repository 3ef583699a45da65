"""Any value of a message type, made from the type itself, so that no new field is forgotten."""

from collections.abc import Mapping
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
from hypothesis import strategies as st

INT64 = st.integers(min_value=-(2**63), max_value=2**63 - 1)
PLAIN: Mapping[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=12),
    int: INT64,
    bool: st.booleans(),
    float: st.floats(min_value=0, max_value=1),
    type(None): st.none(),
}


def any_of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type: plain, Literal, union, tuple or Struct."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in PLAIN:
        return PLAIN[kind]
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in {Union, UnionType}:
        return st.one_of(*map(any_of, arguments))
    if origin is tuple and arguments[1:] == (...,):
        return st.lists(any_of(arguments[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*map(any_of, arguments))
    return structs(kind)


def structs(kind: type[msgspec.Struct], **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values of a Struct type; optional fields are often left at their default."""
    fields = msgspec.structs.fields(kind)
    required = {
        field.name: fixed[field.name] if field.name in fixed else any_of(field.type)
        for field in fields
        if field.required or field.name in fixed
    }
    optional = {field.name: any_of(field.type) for field in fields if field.name not in required}
    return st.fixed_dictionaries(required, optional=optional).map(lambda given: kind(**given))
