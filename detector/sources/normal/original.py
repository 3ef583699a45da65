"""The record that a normalised one was made from, where it still carries that, as text or whole.

It says more than what is left after mapping, and then the same event is the same one, whichever way
it came.
"""

from typing import Any

from detector.sources.base import DecodeError, SkipRecord
from detector.sources.record import Record, opened
from schemas.event import ActivityEvent

_OURS = frozenset({"ecs", "ocsf"})


def events_of(record: Record, found: Any) -> tuple[ActivityEvent, ...] | None:
    """The events of the original that was `found`; None if it is none, or no source reads it.

    Raises:
        SkipRecord: there is nothing in it for us.
    """
    from detector.sources.registry import known, read_by, sniffed

    context, position = record.context, record.position
    try:
        if isinstance(found, dict):
            original = Record(found, "original", context, position, record.raw)
        elif isinstance(found, str) and found.startswith("{"):
            raw = found.encode("utf-8", "surrogatepass")
            own = sniffed(raw, context.mapped)
            if own is not None:
                return tuple(own.decode(raw, context, position))
            original = opened(raw, "original", context, position)
        else:
            return None
        source = known(original.fields)
        if source is None or source.name in _OURS:
            return None
        return tuple(read_by(source, original))
    except SkipRecord:
        raise
    except DecodeError:
        return None
