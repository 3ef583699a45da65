"""The total order of events, as one integer: event time, then id.

Examples:
    >>> from schemas.event import Principal
    >>> early, late = (ActivityEvent(uid, "s", "t", 7, Principal("p")) for uid in ("b", "a"))
    >>> order(early) == order(late), first_of(7) <= order(late) < first_of(8), time_of(order(late))
    (False, True, 7)
    >>> firsts((7, 3, 12), span=10, most=4)
    (3, 12)
"""

from collections.abc import Iterable
from zlib import crc32

from schemas.event import ActivityEvent

_ID_BITS = 20


def order(event: ActivityEvent) -> int:
    """Event time, then id."""
    return event.time << _ID_BITS | crc32(event.uid.encode()) >> 32 - _ID_BITS


def first_of(time: int) -> int:
    """Where the events of a time begin, as an `order`."""
    return time << _ID_BITS


def time_of(at: int) -> int:
    """The event time in an `order`, in epoch ms."""
    return at >> _ID_BITS


def firsts(times: Iterable[int], *, span: int, most: int) -> tuple[int, ...]:
    """The first time of each span of so many ms, of the last `most` spans."""
    found: dict[int, int] = {}
    for time in times:
        found[time // span] = min(time, found.get(time // span, time))
    return tuple(sorted(found.values())[-most:])
