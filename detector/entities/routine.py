"""Routine: what a principal is in the middle of, so that more of the same costs next to nothing.

Most events repeat what was done a moment ago, in the same place and with the same tool. A principal
keeps in one small object all that is needed to tell so, and collects there what such events count:
a few cache lines instead of the whole state. It is derived: it may be dropped at any time, and is
whenever something about its principal changes.

Examples:
    >>> shared(10**9 + 7) is shared(10**9 + 7)
    True
"""

from functools import lru_cache
from typing import Any

from msgspec import Struct

from detector.window.signature import ActionKey, Signature

# network, client, credential, workload, source, via
Context = tuple[str, str, str, str, str, str]
_FEW = 6
Done = tuple[Signature, ...] | set[Signature]


class Routine(Struct, gc=False):
    """Events of kind use in this `context`, after `since` and before `until`, whose signature is
    in `done` want no closer look. `place` are the bits that they set for where they come from.

    Not yet entered elsewhere: `bits` for the pane of index `pane`, and the last of its events."""

    context: Context
    place: int
    since: int
    until: int
    done: Any  # a Done, which is no type that could be decoded; nor need it be
    pane: int = -1
    bits: int = 0
    time: int = 0
    uid: str = ""
    action: ActionKey | None = None


def also(done: Done, signature: Signature) -> Done:
    """What has been done with one more: while that is little, one object for all who do the same."""
    if isinstance(done, set):
        done.add(signature)
        return done
    if signature in done:
        return done
    return _few(done, signature) if len(done) < _FEW else {*done, signature}


@lru_cache(4_096)
def _few(done: tuple[Signature, ...], signature: Signature) -> tuple[Signature, ...]:
    return (*done, signature)


@lru_cache(8_192)
def shared(number: int) -> int:
    """One object for a number that many identities hold, such as the end of an hour."""
    return number
