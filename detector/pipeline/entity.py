"""One entity as bytes, and back: what a checkpoint writes under the entity's key.

A row says what it is without being read in full: its format, whether its entity is still due to
settle, and its last event time. Rows of another format are refused, never guessed.

Examples:
    >>> from schemas.event import ActivityEvent, Principal
    >>> event = ActivityEvent(uid="e", source="s", tenant="t", time=5, principal=Principal(uid="p"))
    >>> ada = PrincipalState.born(event)
    >>> row = written(ada)
    >>> heading(row)
    Heading(format=3, due=False, last=0)
    >>> read(ada.key, row).who.uid
    'p'
"""

from typing import Any

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from detector.entities.credential import CredentialState
from detector.entities.group import GroupState
from detector.entities.origin import OriginState
from detector.entities.principal import PrincipalState
from detector.window.empty import lean
from detector.window.panes import Packed, Panes

FORMAT = 3
_NO_PANES = Panes()

Bare = tuple[PrincipalState, Packed]
Entity = PrincipalState | CredentialState | OriginState | GroupState


class Heading(Struct, array_like=True, frozen=True):
    """What stands at the beginning of every row."""

    format: int
    due: bool
    last: int


class _Row(Heading, array_like=True, frozen=True):
    entity: Raw


class RowError(ValueError):
    """A row that this version cannot read."""


_encode = msgspec.msgpack.Encoder().encode
_head = msgspec.msgpack.Decoder(Heading).decode
_row = msgspec.msgpack.Decoder(_Row).decode
_READ: dict[str, Any] = {
    "principal": msgspec.msgpack.Decoder(Bare).decode,
    "credential": msgspec.msgpack.Decoder(CredentialState).decode,
    "origin": msgspec.msgpack.Decoder(OriginState).decode,
    "group": msgspec.msgpack.Decoder(GroupState).decode,
}


def bare(principal: PrincipalState) -> Bare:
    """A principal as it can be encoded: registers are wider than any wire integer, so panes stand
    beside it, and what it can do without is left out."""
    principal.catch_up()
    marks = principal.marks.bare()
    return replace(principal, panes=_NO_PANES, marks=marks, routine=None), principal.panes.packed()


def whole(row: Bare) -> PrincipalState:
    """The principal of `bare`."""
    principal, panes = row
    principal.panes = Panes.unpacked(panes)
    principal.marks = principal.marks.indexed()
    lean(principal)
    return principal


def written(entity: Entity) -> bytes:
    """The entity's row: equal entities give equal bytes."""
    if isinstance(entity, GroupState):
        return _encode((FORMAT, False, 0, entity))
    kept = bare(entity) if isinstance(entity, PrincipalState) else entity
    return _encode((FORMAT, entity.due, entity.last, kept))


def heading(row: bytes) -> Heading:
    """The beginning of a row.

    Raises:
        RowError: it is no row.
    """
    try:
        return _head(row)
    except msgspec.MsgspecError as error:
        raise RowError(f"expected an entity's row, got something else: {error}") from error


def read(key: str, row: bytes) -> Entity:
    """The entity of a row.

    Raises:
        RowError: it is no row of this kind of entity, or of a format that is not known.
    """
    kind = key.split(":", 1)[0]
    try:
        found = _row(row)
        if found.format != FORMAT:
            raise RowError(f"{kind}: expected a row of format {FORMAT}, got {found.format}")
        entity = _READ[kind](found.entity)
    except (msgspec.MsgspecError, KeyError) as error:
        raise RowError(f"expected the row of a {kind}, got something else: {error}") from error
    if kind == "principal":
        return whole(entity)
    if kind == "credential":
        lean(entity)
    result: Entity = entity
    return result
