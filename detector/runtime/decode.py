"""A raw Kafka record → its events, by the same sources as files.

Mostly a record is one log record. Whatever else shippers put there (documents of many, compressed
ones) is opened as a file would be. What cannot be read becomes a dead letter, with its place.

Examples:
    >>> from detector.sources.fingerprint import Fingerprints
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> letters: list[DeadLetter] = []
    >>> Decoding("auto", context, letters.append).events("raw.mixed", 3, 7, b"rubbish")
    []
    >>> letters[0].place, letters[0].partition, letters[0].position
    ('raw.mixed', 3, 7)
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from detector.replay.feed import StreamBrokenError
from detector.replay.frames import frames
from detector.replay.limits import Limits
from detector.replay.log import Log
from detector.replay.patience import Patience
from detector.replay.reading import UNKNOWN, DeadLetters, Reading
from detector.replay.records import unlike_json
from detector.replay.unpack import Where, unpacked
from detector.sources.base import Context, DecodeError, SkipRecord
from detector.sources.decoding import Decoder
from detector.sources.inventory import Inventory
from detector.sources.redact import sample
from detector.sources.registry import named
from schemas.dead_letter import DeadLetter
from schemas.event import ActivityEvent

_LIMITS = Limits()


class Decoding:
    """Decodes records of one topic, of the `source` that writes there, or of any (`auto`).
    `on_dead_letter` takes what cannot be read; `reading` counts what was set aside, by reason."""

    def __init__(
        self, source: str, context: Context, on_dead_letter: Callable[[DeadLetter], None]
    ) -> None:
        self._decoder = Decoder(named(source, context.mapped), context.mapped)
        self._context = context
        self._on_dead_letter = on_dead_letter
        self.reading = Reading()

    def know(self, inventory: Inventory) -> None:
        """From the next record on, this is what the operator knows of credentials."""
        self._context = replace(self._context, inventory=inventory)

    def events(
        self,
        topic: str,
        partition: int,
        offset: int,
        raw: bytes | None,
        appended: int | None = None,
    ) -> Sequence[ActivityEvent]:
        """The events of one raw record, which was `appended` then (ms)."""
        if not raw:
            reason = "expected a log record, got a null value"
            self._dead(UNKNOWN, topic, partition, offset, reason, b"")
            return []
        if raw.startswith(b"{"):
            made: list[ActivityEvent] = []
            place = f"{topic}/{partition}"
            try:
                context = replace(self._context, place=place, arrived=appended)
                for event in self._decoder.decode(raw, context, offset):
                    made.append(event)  # noqa: PERF402 - what came before an error counts
                return made  # noqa: TRY300
            except SkipRecord as skipped:
                self.reading.skip(skipped.reason)
                return made
            except DecodeError as error:
                if made:  # of a document it comes after the readable records
                    source = self._decoder.source
                    name = source.name if source is not None else UNKNOWN
                    self._dead(name, topic, partition, offset, str(error), raw)
                    return made
            except Exception:  # noqa: BLE001, S110 - a fault in a source: the long way says which
                pass
        return self._opened(topic, partition, offset, raw, appended)

    def _opened(
        self, topic: str, partition: int, offset: int, raw: bytes, appended: int | None
    ) -> Sequence[ActivityEvent]:
        place = f"{topic}/{partition}/{offset}"

        def write(letter: DeadLetter) -> None:
            self._on_dead_letter(replace(letter, place=topic, partition=partition, position=offset))

        desk = DeadLetters(self.reading, write, _LIMITS.dead_letters)
        patience = Patience(_LIMITS.barren_bytes, _LIMITS.rubbish)
        made: list[ActivityEvent] = []
        try:
            for where, chunks in unpacked(iter([raw]), Where(place, says_log=True), _LIMITS):
                bytes_ = patience.bytes(chunks)
                head = next(bytes_, b"")
                unlike = unlike_json(head)
                if unlike:
                    desk.write(UNKNOWN, place, offset, f"expected JSON records, got {unlike}", head)
                    continue
                context = replace(self._context, arrived=appended)
                log = Log(where, context, desk, patience, self._decoder.fixed)
                found = frames(_chained(head, bytes_), _LIMITS)
                made += [event for event, _ in log.events(found)]
        except StreamBrokenError as error:
            desk.write(UNKNOWN, place, offset, str(error), raw[:256])
        desk.settle(UNKNOWN, place)
        return made

    def _dead(
        self, source: str, topic: str, partition: int, offset: int, reason: str, raw: bytes
    ) -> None:
        self._on_dead_letter(DeadLetter(source, topic, offset, reason, partition, sample(raw)))


def _chained(head: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest
