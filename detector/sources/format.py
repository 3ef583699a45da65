"""A format of JSON records: how it is recognised, and what one record becomes.

`marks` are alternatives, of each of which all field names must stand in a record's bytes for it to
be recognised; `never` are those of which none may. They must tell a format from every other one: a
test shows every case of every source to all of them. `spills` gives a record's free text, where
secrets may stand that are exposures.

Examples:
    >>> from detector.sources.fingerprint import Fingerprints
    >>> from schemas.event import Principal
    >>> def read(record: Record) -> ActivityEvent:
    ...     who = record.need(record.text("who"), "who", "the name of the actor")
    ...     return ActivityEvent(
    ...         record.uid("id"), record.what, record.tenant, record.time("at"), Principal(who))
    >>> source = Format("example", ((b'"who"', b'"at"'),), read)
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> raw = b'{"who": "ada", "at": "2026-01-05T09:30:00Z"}'
    >>> source.sniff(raw), [event.time for event in source.decode(raw, context, 1)]
    (True, [1767605400000])
"""

from collections.abc import Callable

from msgspec import Struct

from detector.sources.base import Context
from detector.sources.record import Record, opened
from detector.sources.spills import Spills, exposures
from schemas.event import ActivityEvent

LOOKED_AT = 65_536

Reader = Callable[[Record], ActivityEvent | tuple[ActivityEvent, ...]]


class Format(Struct, frozen=True):
    """A source of JSON records. Wrappings around a record have been opened before."""

    name: str
    marks: tuple[tuple[bytes, ...], ...]
    read: Reader
    never: tuple[bytes, ...] = ()
    spills: Spills | None = None

    def sniff(self, raw: bytes) -> bool:
        """Whether the bytes show the format's own field names."""
        head = raw[:LOOKED_AT]
        for names in self.marks:
            if all(name in head for name in names):
                return not any(name in head for name in self.never)
        return False

    def decode(self, raw: bytes, context: Context, position: int) -> tuple[ActivityEvent, ...]:
        """The events of one record.

        Raises:
            SkipRecord: the record says nothing about a credential's use.
            DecodeError: anything unreadable.
        """
        record = opened(raw, self.name, context, position)
        made = self.read(record)
        events = made if isinstance(made, tuple) else (made,)
        if self.spills is None or not events:
            return events
        return (*events, *exposures(record, self.spills, events[0]))
