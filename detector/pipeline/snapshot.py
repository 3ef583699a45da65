"""Snapshots: the whole state as bytes, and back.

A restored state goes on exactly where the other stopped. What was learned can be taken alone
(`learned_only`), which is what `detector learn` saves and `--baseline` reads.

Examples:
    >>> from detector.pipeline.state import State
    >>> len(restore(snapshot(State()), State().config).principals)
    0
"""

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from detector.config import EngineConfig
from detector.entities.credential import CredentialState
from detector.entities.episodes import Episodes
from detector.entities.group import GroupState, Peers
from detector.entities.origin import OriginState
from detector.entities.principal import PrincipalState
from detector.pipeline.entity import FORMAT, READABLE, Bare, bare, whole
from detector.pipeline.state import State
from detector.window.empty import lean
from detector.window.marks import Marks


class Snapshot(Struct, array_like=True):
    """What is written. `format` changes when older snapshots can no longer be read as they are;
    panes stand beside their principal because registers are wider than any wire integer."""

    format: int
    bound: int
    watermark: int
    late: int
    principals: list[Bare]
    credentials: list[CredentialState]
    groups: list[GroupState]
    peers: Peers
    due: list[str]
    origins: list[OriginState] = field(default_factory=list)


class SnapshotError(ValueError):
    """A snapshot that this version cannot read."""


_encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(Snapshot)


def snapshot(state: State, *, learned_only: bool = False) -> bytes:
    """The state as bytes: the same state gives the same bytes."""
    principals = []
    for key in sorted(state.principals):
        principal = state.principals[key]
        principal.catch_up()
        if learned_only:
            principal = _learned(principal)
        principals.append(bare(principal))
    credentials = [state.credentials[key] for key in sorted(state.credentials)]
    origins = [state.origins[key] for key in sorted(state.origins)]
    if learned_only:
        credentials = [replace(c, episodes=Episodes()) for c in credentials]
        origins = [replace(o, episodes=Episodes()) for o in origins]
    return _encode(
        Snapshot(
            FORMAT,
            state.bound,
            state.watermark,
            state.late,
            principals,
            credentials,
            [state.groups[key] for key in sorted(state.groups)],
            state.peers,
            list(state.due),
            origins,
        )
    )


def _learned(principal: PrincipalState) -> PrincipalState:
    return replace(principal, episodes=Episodes(), marks=Marks())


def restore(packed: bytes, config: EngineConfig) -> State:
    """The state of a snapshot, under these settings.

    Raises:
        SnapshotError: it is no snapshot, or one of a format that is not known.
    """
    try:
        read = _decoder.decode(packed)
    except msgspec.MsgspecError as error:
        msg = f"expected a snapshot of format {FORMAT}, got something else: {error}"
        raise SnapshotError(msg) from error
    if read.format not in READABLE:
        msg = f"expected a snapshot of format {FORMAT}, got format {read.format}: learn again"
        raise SnapshotError(msg)
    state = State(config)
    state.bound, state.watermark, state.late = read.bound, read.watermark, read.late
    state.swept = read.bound // config.epoch
    for row in read.principals:
        principal = whole(row)
        state.principals[principal.key] = principal
    for credential in read.credentials:
        lean(credential)
        state.credentials[credential.key] = credential
    state.origins = {o.key: o for o in read.origins}
    state.groups = {g.key: g for g in read.groups}
    state.peers = read.peers
    state.due = read.due
    return state
