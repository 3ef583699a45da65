"""The fields of ours that a mapping may fill: those of the token_use contract, and the SHA-256 of a
secret where a log has that.

Examples:
    >>> FIELDS["principal.type"].choices[:2], FIELDS["origin.asn"].kind, FIELDS["time"].kind
    (('agent', 'human'), 'number', 'time')
    >>> "tenant" in FIELDS, "credential.sha256" in FIELDS
    (False, True)
"""

from collections.abc import Iterator
from typing import Literal

import msgspec.inspect as inspect_
from msgspec import Struct
from msgspec.inspect import (
    BoolType,
    IntType,
    LiteralType,
    NoneType,
    StrType,
    StructType,
    Type,
    UnionType,
    VarTupleType,
)

from schemas.token_use import TokenUse

Kind = Literal["text", "texts", "number", "flag", "time", "choice"]
# Whose log it is the operator says, and what it is the mapping's own name.
_NOT_MAPPED = frozenset({"tenant", "source", "schema"})
_TIMES = frozenset({"posture.created", "posture.rotated"})
DIGESTS = ("credential.sha256", "child.credential.sha256")


class Field(Struct, frozen=True):
    """One field: its dotted name, what it holds, and the words that are allowed."""

    name: str
    kind: Kind
    choices: tuple[str, ...] = ()


def _fields(type_: StructType, before: str = "") -> Iterator[Field]:
    for one in type_.fields:
        name = f"{before}{one.name}"
        kinds = _without_none(one.type)
        inner = kinds[0]
        if name in _NOT_MAPPED:
            continue
        if isinstance(inner, StructType):
            yield from _fields(inner, f"{name}.")
        else:
            yield _field(name, kinds)


def _field(name: str, kinds: list[Type]) -> Field:
    one = kinds[0]
    if name in _TIMES or {type(kind) for kind in kinds} == {IntType, StrType}:
        return Field(name, "time")
    if isinstance(one, LiteralType):
        return Field(name, "choice", tuple(str(word) for word in one.values if word))
    if isinstance(one, VarTupleType):
        return Field(name, "texts")
    if isinstance(one, BoolType):
        return Field(name, "flag")
    return Field(name, "number" if isinstance(one, IntType) else "text")


def _without_none(type_: Type) -> list[Type]:
    kinds = type_.types if isinstance(type_, UnionType) else (type_,)
    return [kind for kind in kinds if not isinstance(kind, NoneType)]


def _all() -> dict[str, Field]:
    root = inspect_.type_info(TokenUse)
    assert isinstance(root, StructType)  # noqa: S101 - for the type checker: it is one
    found = {field.name: field for field in _fields(root)}
    return found | {name: Field(name, "text") for name in DIGESTS}


FIELDS = _all()
PARTS = tuple(sorted({name.rpartition(".")[0] for name in FIELDS if "." in name}))
# Without these a part says nothing; of a credential one of several will do.
NEEDED: dict[str, tuple[str, ...]] = {
    "principal": ("uid",), "action": ("operation",), "target": ("uid",), "outcome": ("status",),
    "workload": ("uid",), "task": ("uid",), "child.principal": ("uid",),
    "credential": ("uid", "secret", "sha256", "fingerprint"),
    "child.credential": ("uid", "secret", "sha256", "fingerprint"),
}  # fmt: skip


def is_in(name: str, part: str) -> bool:
    """Whether a field is one of a part's own.

    Examples:
        >>> is_in("child.principal.uid", "child.principal"), is_in("child.principal.uid", "child")
        (True, False)
    """
    return name.rpartition(".")[0] == part
