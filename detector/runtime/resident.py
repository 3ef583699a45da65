"""Which entities of a partition are in memory, and which of them a checkpoint has to write.

An entity comes into memory when a record is for it, and leaves it when it has been written and
others have acted since: first who has been quiet for longest. A checkpoint *freezes* the keys that changed since the last one. They are
written a few at a time while records go on being taken; one that is touched again before its turn
is written first, so the rows are those of one moment of the log.

Examples:
    >>> from schemas.event import ActivityEvent, Principal
    >>> event = ActivityEvent(uid="e", source="s", tenant="t", time=5, principal=Principal("p"))
    >>> entities = Entities(State(), Everything())
    >>> entities.touch(event.key)
    >>> entities.state.principals[event.key] = PrincipalState.born(event)
    >>> entities.freeze()
    >>> entities.thaw(10), [key for key, row in entities.taken()]
    (False, ['principal:t:p'])
"""

import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice, takewhile
from typing import Protocol

import msgspec

from detector.entities.credential import CredentialState
from detector.entities.group import GroupState
from detector.entities.origin import OriginState
from detector.entities.principal import PrincipalState
from detector.pipeline import State, settle
from detector.pipeline.entity import heading, read, written

Row = tuple[str, bytes | None]
"""A key and what a checkpoint writes under it; None where the entity is forgotten."""

BASELINE = "baseline:"
_GROUP = "group:"
_AT_ONCE = 1_000
_Versions = dict[int, tuple[int, dict[str, int]]]
_encode = msgspec.msgpack.Encoder().encode
_versions = msgspec.msgpack.Decoder(_Versions).decode


class Rows(Protocol):
    """The rows of the last checkpoint, on this machine."""

    def get(self, key: str) -> bytes | None:
        """The row under a key, if there is one."""

    def items(self) -> Iterator[tuple[str, bytes]]:
        """Every row."""


class Everything(dict[str, bytes]):
    """Rows in memory."""

    def items(self) -> Iterator[tuple[str, bytes]]:  # type: ignore[override]
        """Every row."""
        yield from super().items()


class Entities:
    """The entities of one partition. `dirty` are those that changed since the last `freeze`;
    `resident` are those in memory that may leave it, the least lately touched first; `known` counts
    all that there are, by kind."""

    def __init__(self, state: State, rows: Rows) -> None:
        """Nothing in memory yet."""
        self.state = state
        self.rows = rows
        self.dirty: set[str] = set()
        self.resident: dict[str, None] = {}
        self.known: Counter[str] = Counter()
        self._always: set[str] = set()
        self._frozen: dict[str, None] = {}
        self._taken: list[Row] = []

    def touch(self, key: str) -> None:
        """The entity is about to be looked at or changed: it has to be here, as it was."""
        if key in self.dirty:
            return
        if key in self._frozen:
            del self._frozen[key]
            self._taken.append((key, self._written(key)))
        elif key not in self.resident and key not in self._always:
            self._load(key)
        self._stay(key)
        self.dirty.add(key)

    def _stay(self, key: str) -> None:
        """It was touched last of all."""
        if key not in self._always:
            self.resident.pop(key, None)
            self.resident[key] = None

    def forget(self, key: str) -> None:
        """The entity is no more."""
        self.touch(key)
        self.resident.pop(key, None)
        self.known[_kind(key)] -= 1

    def resuming(self) -> Iterator[None]:
        """Take in what is always in memory, and note what is due to settle; a few rows at a time."""
        for count, (key, row) in enumerate(self.rows.items()):
            if not count % _AT_ONCE:
                yield
            self.known[_kind(key)] += 1
            if key.startswith((BASELINE, _GROUP)):
                self._load(key)
            elif heading(row).due:
                self.state.due.append(key)
        self.state.due.sort()

    # ------------------------------------------------------------------------- one entity

    def _load(self, key: str) -> None:
        if key.startswith((BASELINE, _GROUP)):
            self._always.add(key)
        row = self.rows.get(key)
        if row is None:
            self.known[_kind(key)] += 1
            return
        if key.startswith(BASELINE):
            self.state.peers.versions[key.removeprefix(BASELINE)] = _versions(row)
            return
        entity = read(key, row)
        if isinstance(entity, GroupState):
            self.state.groups[key] = entity
        elif not settle.outlived(self.state, entity):
            self._place(entity)

    def _place(self, entity: PrincipalState | CredentialState | OriginState) -> None:
        if isinstance(entity, PrincipalState):
            self.state.principals[entity.key] = entity
        elif isinstance(entity, CredentialState):
            self.state.credentials[entity.key] = entity
        else:
            self.state.origins[entity.key] = entity

    def _written(self, key: str) -> bytes | None:
        state = self.state
        if key.startswith(BASELINE):
            return _encode(state.peers.versions.get(key.removeprefix(BASELINE), {}))
        entity = (
            state.principals.get(key)
            or state.credentials.get(key)
            or state.origins.get(key)
            or state.groups.get(key)
        )
        return None if entity is None else written(entity)

    # ------------------------------------------------------------------------- checkpoints

    def freeze(self) -> None:
        """From here on, what `taken` gives is as it is now."""
        self._frozen.update(dict.fromkeys(self.dirty))
        self.dirty = set()

    def thaw(self, most: int) -> bool:
        """Write up to `most` frozen entities; whether there are more."""
        for _ in range(min(most, len(self._frozen))):
            key, _ = self._frozen.popitem()
            row = self._written(key)
            if row is not None and key not in self.resident and key not in self._always:
                # It was forgotten and has come back since.
                self.resident[key] = None
            self._taken.append((key, row))
        return bool(self._frozen)

    def taken(self) -> list[Row]:
        """The rows of everything that was frozen and has thawed."""
        rows, self._taken = self._taken, []
        return rows

    def evict(self, keep: int, most: int = sys.maxsize) -> int:
        """Let up to `most` entities go that have not changed since they were written, until `keep` are
        here: how many went. Only with nothing frozen: those that changed since are the last then."""
        spare = min(most, len(self.resident) - keep)
        clean = takewhile(lambda key: key not in self.dirty, self.resident)
        gone = list(islice(clean, max(0, spare)))
        for key in gone:
            self._drop(key)
        return len(gone)

    def _drop(self, key: str) -> None:
        del self.resident[key]
        self.state.principals.pop(key, None)
        self.state.credentials.pop(key, None)
        self.state.origins.pop(key, None)
        self.state.quiet.forget(key)


def _kind(key: str) -> str:
    return key.partition(":")[0]
