"""One plain file: which source it is of, and its records decoded, each bad one a dead letter.

Examples:
    >>> from detector.sources.fingerprint import Fingerprints
    >>> from detector.replay.reading import Reading
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> desk = DeadLetters(Reading(), lambda one: print(one.position, one.reason), limit=9)
    >>> log = Log(Where("a.json", says_log=True), context, desk, Patience(10**6))
    >>> list(log.events([Frame(1, b'{"name": "a-package"}')]))
    1 no source recognises this record; `detector sources` lists those that there are
    []
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import msgspec

from detector.replay.frame import SAMPLE, Flaw, Frame, is_json
from detector.replay.patience import Patience
from detector.replay.reading import UNKNOWN, DeadLetters
from detector.replay.unpack import Where
from detector.sources.base import Context, DecodeError, SkipRecord, Source
from detector.sources.decoding import UNRECOGNISED, Decoder
from schemas.event import ActivityEvent

Sized = tuple[ActivityEvent, int]

# The end of the year 9999, the last that ISO 8601 can write with four digits.
_LAST_TIME = 253_402_300_799_999
_OUT_OF_RANGE = "time out of range: expected the years 1970 to 9999"
# Before the first readable record so many complaints are kept; if none comes, so many are shown.
_KEPT = 1_000
_SHOWN = 10


class Log:
    """Decodes the records of one file. `fixed` is the source the operator named, if any.

    `named`: the operator named the file, so that it is no log is an error. A file that was found in
    a folder may be anything: nothing is complained of before a source has recognised a record.
    """

    def __init__(
        self,
        where: Where,
        context: Context,
        desk: DeadLetters,
        patience: Patience,
        fixed: Source | None = None,
        *,
        named: bool = True,
    ) -> None:
        self._where = where
        self._context = msgspec.structs.replace(context, place=where.place)
        self._desk = desk
        self._reading = desk.reading
        self._patience = patience
        self._decoder = Decoder(fixed, context.mapped)
        self._named = named
        self._recognising = fixed is None or not named
        self._flaws: list[Flaw] = []
        self._doubts = 0
        self._foreign: Frame | None = None
        self._foreigners = 0
        # what the record by which a source was recognised has been decoded to
        self._ready: tuple[ActivityEvent, ...] = ()

    def events(self, found: Iterable[Frame | Flaw]) -> Iterator[Sized]:
        """Every event of the file, each with the size of its raw record in bytes."""
        found = self._patience.records(found)
        if self._recognising:
            first = self._recognised(found)
            if first is None:
                self._reject()
                return
            self._accept()
            found = chain([first], found)
        reading, decoded = self._reading, self._decoded
        reading.files += 1
        for one in found:
            reading.records += 1
            if isinstance(one, Flaw):
                self._dead(one.position, one.reason, one.sample)
                continue
            for event in decoded(one):
                if 0 <= event.time <= _LAST_TIME:
                    yield event, len(one.raw)
                else:
                    self._dead(one.position, _OUT_OF_RANGE, one.raw)

    # ------------------------------------------------------------------------- decoding

    def _decoded(self, frame: Frame) -> Sequence[ActivityEvent]:
        """The events of one record; none if it is skipped or dead. A record that is itself a batch
        may have both, events and a dead letter."""
        batch: list[ActivityEvent] = []
        events: Sequence[ActivityEvent] = batch
        try:
            made = self._ready or self._decoder.decode(frame.raw, self._context, frame.position)
            self._ready = ()
            if isinstance(made, tuple):
                events = made
            else:
                # Not `extend`: what a batch yields before it fails counts.
                for event in made:
                    batch.append(event)  # noqa: PERF402
        except SkipRecord as skipped:
            self._reading.skip(skipped.reason)
        except DecodeError as error:
            self._dead(frame.position, str(error), frame.raw)
            return events
        except Exception as error:  # noqa: BLE001 - a fault in one source must not end a replay
            self._dead(frame.position, f"cannot be decoded: {type(error).__name__}", frame.raw)
            return events
        self._patience.renew()
        if self._desk.in_a_row:
            self._desk.settle(self._name, self._where.place)
        return events

    def _dead(self, position: int, reason: str, raw: bytes) -> None:
        self._desk.write(self._name, self._where.place, position, reason, raw)

    @property
    def _name(self) -> str:
        source = self._decoder.source
        return source.name if source is not None else UNKNOWN

    # ---------------------------------------------------------------------- recognising

    def _recognised(self, found: Iterator[Frame | Flaw]) -> Frame | None:
        """The first record that a source can read; what comes before it is kept, up to a limit."""
        for one in found:
            if isinstance(one, Flaw):
                self._doubt(one)
            elif (reason := self._unreadable(one)) is None:
                return one
            elif reason != UNRECOGNISED:
                self._doubt(Flaw(one.position, reason, one.raw[:SAMPLE]))
            elif is_json(one.raw):
                self._foreign = self._foreign or one
                self._foreigners += 1
            else:
                self._doubt(Flaw(one.position, "not JSON that can be read", one.raw[:SAMPLE]))
        return None

    def _unreadable(self, frame: Frame) -> str | None:
        """Why no source can read a record: none recognises it, or the one that does gives up. None
        if one can."""
        try:
            if self._decoder.recognised(frame.raw) is None:
                return UNRECOGNISED
            made = self._decoder.decode(frame.raw, self._context, frame.position)
            if isinstance(made, tuple):
                self._ready = made
            else:
                next(iter(made), None)
        except SkipRecord:
            return None
        except DecodeError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - as in `_decoded`
            return f"cannot be decoded: {type(error).__name__}"
        return None

    def _doubt(self, flaw: Flaw) -> None:
        if len(self._flaws) < _KEPT:
            self._flaws.append(flaw)
        self._doubts += 1

    def _accept(self) -> None:
        """It is a log, so now complain of what came before the first record."""
        self._complain(_KEPT)
        if self._foreign:
            self._dead(self._foreign.position, self._unrecognised(), self._foreign.raw)
        self._reading.records += self._doubts + self._foreigners

    def _reject(self) -> None:
        """Nothing in it is ours: say so once, if it was named or claims to be a log."""
        if self._foreign and self._named:
            self._dead(self._foreign.position, self._unrecognised(), self._foreign.raw)
        elif self._foreign:
            self._reading.skip_file("no source recognises it")
        elif self._flaws and (self._named or self._where.says_log):
            self._complain(_SHOWN)
        elif self._flaws:
            self._reading.skip_file("no log: not JSON")
        else:
            self._reading.files += 1

    def _complain(self, most: int) -> None:
        for flaw in self._flaws[:most]:
            self._dead(flaw.position, flaw.reason, flaw.sample)
        more = self._doubts - len(self._flaws[:most])
        if more:
            self._dead(self._flaws[-1].position, f"and {more} more that could not be read", b"")

    def _unrecognised(self) -> str:
        fixed = self._decoder.fixed
        what = "this record" if self._foreigners == 1 else f"{self._foreigners} records"
        if fixed is not None:
            return f"not recognised: expected {fixed.name} in {what}"
        return UNRECOGNISED.replace("this record", what)
