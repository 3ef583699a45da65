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
from sys import intern
from typing import Any

from msgspec import Struct

from detector.entities.words import Words
from detector.window.grain import ROW, row
from detector.window.panes import FINE, PER_QUARTER
from detector.window.signature import ActionKey, Signature
from schemas.event import ActivityEvent

# network, client, workload, source, via
Around = tuple[str, str, str, str, str]
Done = tuple[Signature, ...] | set[Signature]
# words, whether the credential is static, when
Noted = tuple[tuple[Words, bool, int], ...]
_FEW = 6
MOST_NOTED = 8
NEVER = 1 << 82  # as an order: later than all
_MOST = 24 * ROW
WITHIN = tuple(range(FINE))  # each ms of a pane as one object


class Collected(Struct, frozen=True, array_like=True, gc=False):
    """What a routine has collected, to be entered later: `rows` of rising panes of one quarter, the
    last use (`time` in ms, `uid`, `action`) of the credential, and what was noted."""

    rows: bytes
    time: int
    secret: str
    uid: str
    action: ActionKey
    noted: Noted = ()


class Routine(Struct, gc=False):
    """Events of kind use with this credential, its `secret`, and `around` it as here, in `region`,
    after `since` and before `until`, whose signature is in `done` want no closer look. `place` are the bits that
    they set for where they come from. Logs write whole seconds, so many events share a moment: of
    that of `since` those are meant whose order is above `tie`.

    Of a `young` one, a newcomer that has learned nothing, the first of any operation that is not
    notable wants none either: it is noted.

    Not yet entered elsewhere: `bits` for the pane of index `pane`, the last of its events, which
    was so many ms after the start of the pane (`at`), the `rows` of earlier panes of its quarter,
    and what was `noted`, each with whether the credential is a static one, and its time."""

    since: int
    until: int
    done: Any  # a Done, which is no type that could be decoded; nor need it be
    secret: str
    around: Around
    pane: int = -1
    bits: int = 0
    at: int = -1
    uid: str = ""
    action: ActionKey | None = None
    place: int = 0
    tie: int = 0
    region: str = ""
    young: bool = False
    rows: bytes = b""
    noted: Noted = ()

    def rise(self, time: int, tie: int = 0) -> None:
        """More of this is routine from `time` on: `tie` is the order of the event that was looked at
        then, if one was. Of several at one moment any will do, so the smallest."""
        if time > self.since:
            self.since, self.tie = shared(time), tie
        elif time == self.since and tie and self.tie != NEVER:
            self.tie = NEVER if tie == NEVER else min(self.tie, tie)

    @property
    def time(self) -> int:
        """The last event's time, in epoch ms."""
        return self.pane * FINE + self.at

    def collected(self) -> Collected | None:
        """What is not entered yet, if anything is."""
        if self.action is None:
            return None
        rows = self.rows + row(self.pane, self.bits | self.place)
        return Collected(rows, self.time, self.secret, self.uid, self.action, self.noted)

    def goes_on(self, pane: int) -> bool:
        """Begin the next pane. False if what has been collected has to be entered before."""
        old = self.pane
        if self.action is not None:
            if pane < old or pane // PER_QUARTER != old // PER_QUARTER or len(self.rows) >= _MOST:
                return False
            self.rows += row(old, self.bits | self.place)
            self.bits, self.at, self.uid = 0, -1, ""
        self.pane = shared(pane)
        return True


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


def around(event: ActivityEvent) -> Around:
    """What an event has around it."""
    origin, workload = event.origin, event.workload
    place = workload.uid if workload is not None else ""
    if origin is None:
        return "", "", place, event.source, ""
    return origin.network, origin.client, place, event.source, origin.via


@lru_cache(8_192)
def common(here: Around) -> Around:
    """One object for all that have the same around them."""
    network, client, workload, source, via = here
    return intern(network), intern(client), workload, intern(source), intern(via)
