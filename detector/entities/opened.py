"""Where a person's sessions were opened: the first place and tool of each, by half a day.

A laptop carries its session from home to the office and keeps its tool. A session that goes on
elsewhere with another tool has been carried off. The earliest event counts, whichever comes first;
of too many sessions of one half day a hash chooses.

Examples:
    >>> from schemas.event import ActivityEvent, Credential, Origin, Principal
    >>> event = ActivityEvent(uid="e", source="s", tenant="t", time=5,
    ...     principal=Principal("p", type="human"), origin=Origin(network="192.0.2.0/24", client="go"),
    ...     credential=Credential("f", lifetime="ephemeral"))
    >>> rows = noted({}, event)
    >>> opening(rows, event)
    (5, '192.0', 'go')
"""

from zlib import crc32

from detector.config import HOUR
from detector.window.area import area
from detector.window.marks import client_word
from schemas.event import ActivityEvent

_BLOCK = 12 * HOUR
_MOST = 24  # sessions of one half day
_SHIFT = 32

# The time (ms), the area and the tool of a session's first event, by half day and session
Opened = dict[int, tuple[int, str, str]]


def noted(rows: Opened, event: ActivityEvent) -> Opened | None:
    """The rows with a session's earlier or first event; None if it says nothing new."""
    credential, origin = event.credential, event.origin
    if credential is None or credential.lifetime != "ephemeral" or event.principal.type != "human":
        return None
    if origin is None or origin.via or not origin.network:
        return None
    key = _key(credential.fingerprint, event.time // _BLOCK)
    found = (event.time, area(origin.network), client_word(origin))
    old = rows.get(key)
    if old is not None and old <= found:
        return None
    made = {**rows, key: found}
    inside = [name for name in made if name >> _SHIFT == key >> _SHIFT]
    if len(inside) > _MOST:
        out = max(inside)
        if out == key:
            return None
        del made[out]
    return made


def opening(rows: Opened, event: ActivityEvent) -> tuple[int, str, str] | None:
    """How the session of an event was opened, in this half day or the one before it."""
    credential = event.credential
    if credential is None:
        return None
    block = event.time // _BLOCK
    for one in (block - 1, block):
        found = rows.get(_key(credential.fingerprint, one))
        if found is not None:
            return found
    return None


def kept(rows: Opened, bound: int) -> Opened:
    """The rows that an event from `bound` on may still ask for."""
    first = bound // _BLOCK - 1
    return {key: found for key, found in rows.items() if key >> _SHIFT >= first}


def _key(secret: str, block: int) -> int:
    return block << _SHIFT | crc32(secret.encode())
