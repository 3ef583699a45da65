"""One entity as bytes, and back: what a checkpoint writes under the entity's key.

A row says what it is without being read in full: its format, whether its entity is still due to
settle, and its last event time. Rows of another format are refused, never guessed.

Examples:
    >>> from schemas.event import ActivityEvent, Principal
    >>> event = ActivityEvent(uid="e", source="s", tenant="t", time=5, principal=Principal(uid="p"))
    >>> ada = PrincipalState.born(event)
    >>> row = written(ada)
    >>> heading(row)
    Heading(format=4, due=False, last=0)
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
from detector.entities.routine import Collected
from detector.window.empty import lean
from detector.window.panes import Packed, Panes

FORMAT = 4
READABLE = frozenset({3, FORMAT})
_NO_PANES = Panes()

Entity = PrincipalState | CredentialState | OriginState | GroupState


class Heading(Struct, array_like=True, frozen=True):
    """What stands at the beginning of every row."""

    format: int
    due: bool
    last: int


class _Row(Heading, array_like=True, frozen=True):
    entity: Raw


class Bare(Struct, array_like=True, frozen=True):
    """A principal as it can be encoded: registers are wider than any wire integer, so panes stand
    beside it, and so does what its routine has collected: to enter that costs more than to write it,
    and most of it is entered together with what comes after."""

    principal: PrincipalState
    panes: Packed
    collected: Collected | None = None


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
    """A principal as it can be encoded; what it can do without is left out."""
    routine = principal.routine
    collected = routine.collected() if routine is not None else None
    marks = principal.marks.bare()
    kept = replace(principal, panes=_NO_PANES, marks=marks, routine=None)
    return Bare(kept, principal.panes.packed(), collected)


def whole(row: Bare) -> PrincipalState:
    """The principal of `bare`."""
    principal = row.principal
    principal.panes = Panes.unpacked(row.panes)
    principal.marks = principal.marks.indexed()
    lean(principal)
    if row.collected is not None:
        _enter(principal, row.collected)
    return principal


def _enter(principal: PrincipalState, collected: Collected) -> None:
    principal.panes.extend(collected.rows)
    principal.last = max(principal.last, collected.time)
    if collected.secret:
        principal.touches.add(collected.secret, collected.time, collected.uid, collected.action)
    principal.enter(collected.noted, collected.secret)


def written(entity: Entity) -> bytes:
    """The entity's row: equal entities give equal bytes."""
    if isinstance(entity, GroupState):
        return _encode((FORMAT, False, 0, entity))
    if not isinstance(entity, PrincipalState):
        return _encode((FORMAT, entity.due, entity.last, entity))
    kept = bare(entity)
    last = max(entity.last, kept.collected.time) if kept.collected is not None else entity.last
    return _encode((FORMAT, entity.due, last, kept))


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
        if found.format not in READABLE:
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
