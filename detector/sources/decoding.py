"""Raw records → events: what they travel in is opened, each record's source is recognised.

Examples:
    >>> from detector.sources.fingerprint import Fingerprints
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> raw = b'''{"uid": "7c1e", "source": "broker", "time": "2026-01-05T09:30:00Z",
    ...     "principal": {"uid": "agent/research"}}'''
    >>> decoder = Decoder()
    >>> [event.principal.uid for event in decoder.decode(b"[" + raw + b"]", context, 1)]
    ['agent/research']
    >>> decoder.source.name
    'token_use'
"""

from collections.abc import Iterable, Iterator, Sequence

from detector.sources.base import Context, DecodeError, SkipRecord, Source
from detector.sources.format import Format
from detector.sources.opened import is_bare, opened
from detector.sources.record import Record
from detector.sources.record import opened as opened_record
from detector.sources.registry import auto, known, read_by, sniffed
from schemas.event import ActivityEvent

# What is longer may be a file of many records, which would be parsed whole for nothing.
_SMALL = 65_536
UNRECOGNISED = "no source recognises this record; `detector sources` lists those that there are"


class Decoder:
    """Decodes what stands in one file or topic. `fixed` is the source that the operator named;
    without one each record is recognised by itself: by one of the operator's own sources (`mapped`),
    else by the source of the one before, else by any.

    `source` is the latest that was recognised.
    """

    __slots__ = ("_mapped", "fixed", "source")

    def __init__(self, fixed: Source | None = None, mapped: Sequence[Source] = ()) -> None:
        self.fixed = fixed
        self.source = fixed
        self._mapped = mapped

    def recognised(self, raw: bytes) -> Source | None:
        """The source of the first record in `raw` that one recognises, named or not.

        Raises:
            DecodeError: what it travels in cannot be opened, or holds nothing by design.
        """
        for one in opened(raw):
            if self.fixed is not None:
                if self.fixed.sniff(one):
                    return self.fixed
            elif (found := auto(one, self._mapped)) is not None:
                return found
        return None

    def decode(self, raw: bytes, context: Context, position: int) -> Iterable[ActivityEvent]:
        """The events in a raw record.

        Raises:
            SkipRecord: there is nothing in it for us.
            DecodeError: it cannot be read; of many, after the events of those that can.
        """
        record = None
        if isinstance(self.source, Format) and len(raw) <= _SMALL:
            record = self._parsed(raw, context, position)
        found = (raw,) if record is not None and is_bare(record.fields) else opened(raw)
        if isinstance(found, tuple):
            made: Iterable[ActivityEvent] = self._one(raw, context, position, record)
        else:
            made = self._each(found, context, position)
        inventory = context.inventory
        if inventory is None:
            return made
        applied = map(inventory.applied, made)
        return tuple(applied) if isinstance(made, tuple) else applied

    def _parsed(self, raw: bytes, context: Context, position: int) -> Record | None:
        """What will most likely be read as one record; None if it cannot be."""
        try:
            return opened_record(raw, "record", context, position)
        except DecodeError:
            return None

    def _one(
        self, raw: bytes, context: Context, position: int, record: Record | None = None
    ) -> Iterable[ActivityEvent]:
        """The events of one record, by the source that recognises it. It is parsed once, to be
        recognised and to be read: `record` is what it is if it has been."""
        last = self.source
        if self.fixed is not None:
            if record is not None and isinstance(last, Format):
                return last.events(record)
            return self.fixed.decode(raw, context, position)
        if self._mapped and (own := sniffed(raw, self._mapped)) is not None:
            self.source = own
            return own.decode(raw, context, position)
        if isinstance(last, Format):
            record = record or opened_record(raw, "record", context, position)
            if last.marks.match(record.fields):
                return last.events(record)
        elif last is not None and last.sniff(raw):
            return last.decode(raw, context, position)
        else:
            record = opened_record(raw, "record", context, position)
        last = self.source = known(record.fields)
        if last is None:
            raise DecodeError(UNRECOGNISED)
        return read_by(last, record)

    def _each(
        self, records: Iterator[bytes], context: Context, position: int
    ) -> Iterator[ActivityEvent]:
        """Every event of many records, then one error that counts those that cannot be read."""
        failed, count, first = 0, 0, ""
        skipped: SkipRecord | None = None
        any_event = False
        for count, one in enumerate(records, 1):
            try:
                for event in self._one(one, context, position):
                    any_event = True
                    yield event
            except SkipRecord as error:
                skipped = error
            except DecodeError as error:
                failed += 1
                first = first or f"{count}: {error}"
        if failed:
            if count == 1:
                raise DecodeError(first.partition(": ")[2])
            more = f" (and {failed - 1} more)" if failed > 1 else ""
            raise DecodeError(f"record {first.replace(':', f' of {count}:', 1)}{more}")
        if skipped is not None and not any_event:
            raise skipped
