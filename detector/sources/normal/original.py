"""The record that a normalised one was made from, where it still carries that as text.

It says more than what is left after mapping, and then the same event is the same one, whichever way
it came.
"""

from typing import Any

from detector.sources.base import DecodeError, SkipRecord
from detector.sources.record import Record
from schemas.event import ActivityEvent

_OURS = frozenset({"ecs", "ocsf"})


def events_of(record: Record, text: Any) -> tuple[ActivityEvent, ...] | None:
    """The events of the original that `text` is; None if it is none, or no source reads it.

    Raises:
        SkipRecord: there is nothing in it for us.
    """
    if not isinstance(text, str) or not text.startswith("{"):
        return None
    from detector.sources.registry import auto

    raw = text.encode("utf-8", "surrogatepass")
    source = auto(raw, record.context.mapped)
    if source is None or source.name in _OURS:
        return None
    try:
        return tuple(source.decode(raw, record.context, record.position))
    except SkipRecord:
        raise
    except DecodeError:
        return None
