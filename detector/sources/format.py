"""A format of JSON records: how it is recognised, and what one record becomes.

`marks` are alternatives, of one of which all must stand in a record for it to be recognised; `never`
are those of which none may (`marks.py` has their form). They must tell a format from every other one:
a test shows every case of every source to all of them. `spills` gives a record's free text, where
secrets may stand that are exposures.

Examples:
    >>> from detector.sources.fingerprint import Fingerprints
    >>> from schemas.event import Principal
    >>> def read(record: Record) -> ActivityEvent:
    ...     who = record.need(record.text("who"), "who", "the name of the actor")
    ...     return ActivityEvent(
    ...         record.uid("id"), record.what, record.tenant, record.time("at"), Principal(who))
    >>> source = Format("example", (("who", "at"),), read)
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> raw = b'{"who": "ada", "at": "2026-01-05T09:30:00Z"}'
    >>> source.sniff(raw), [event.time for event in source.decode(raw, context, 1)]
    (True, [1767605400000])
"""

from collections.abc import Callable

from detector.sources.base import Context, DecodeError
from detector.sources.marks import Marks
from detector.sources.record import Record, fields_of, opened
from detector.sources.spills import Spills, exposures
from schemas.event import ActivityEvent

Reader = Callable[[Record], ActivityEvent | tuple[ActivityEvent, ...]]


class Format:
    """A source of JSON records. Wrappings around a record have been opened before."""

    __slots__ = ("_read", "_spills", "marks", "name")

    def __init__(
        self,
        name: str,
        marks: tuple[tuple[str, ...], ...],
        read: Reader,
        never: tuple[str, ...] = (),
        spills: Spills | None = None,
    ) -> None:
        """See the module's docstring."""
        self.name = name
        self.marks = Marks(marks, never)
        self._read = read
        self._spills = spills

    def sniff(self, raw: bytes) -> bool:
        """Whether a record shows the format's own fields."""
        try:
            return self.marks.match(fields_of(raw, self.name))
        except DecodeError:
            return False

    def decode(self, raw: bytes, context: Context, position: int) -> tuple[ActivityEvent, ...]:
        """The events of one record.

        Raises:
            SkipRecord: the record says nothing about a credential's use.
            DecodeError: anything unreadable.
        """
        return self.events(opened(raw, self.name, context, position))

    def events(self, record: Record) -> tuple[ActivityEvent, ...]:
        """The same, for a record that has been parsed.

        Raises:
            SkipRecord: the record says nothing about a credential's use.
            DecodeError: anything unreadable.
        """
        record.what = self.name  # whatever it was called before it was recognised
        made = self._read(record)
        events = made if isinstance(made, tuple) else (made,)
        if self._spills is None or not events:
            return events
        exposed = exposures(record, self._spills, events[0])
        return (*events, *exposed) if exposed else events
