"""Files → their raw records by event time, for whoever sends them on undecoded.

Files are read twice: once for the earliest time in each, then in that order, so that what is held is
what overlaps, and never more than the limits allow. Beyond them, and on standard input, the order is
that of the files. Nothing raw is written to disk.

Examples:
    >>> from detector.sources.fingerprint import Fingerprints
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> list(RawRecords([], context=context))
    []
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from msgspec.structs import replace

from detector.replay.feed import StreamBrokenError
from detector.replay.frame import Flaw, Frame
from detector.replay.frames import frames
from detector.replay.limits import MIB, Limits
from detector.replay.opening import is_regular, opened
from detector.replay.paths import STDIN, LogFile, find_files, size_of
from detector.replay.patience import Patience
from detector.replay.records import unlike_json
from detector.replay.unpack import Entry
from detector.sources.base import Context, DecodeError, Source
from detector.sources.decoding import Decoder
from detector.sources.registry import named

# Of the records held at once; enough for the overlap of an hour of deliveries.
_HELD = Limits(run_bytes=64 * MIB)


class RawRecord(NamedTuple):
    """One record as it stands in its file. `time` is that of its first event, or of the record
    before it; `key` is its entity's; a record that nobody can decode has neither `key` nor, if no
    source recognises it, a `source`."""

    time: int
    source: str
    key: str
    raw: bytes


class RawRecords:
    """Iterate it once. `unreadable` counts parts of logs that are no records, `skipped` files that
    are no logs; `size` is twice the bytes on disk, of which `on_progress` tells.

    Raises:
        MissingInputError: a path names nothing.
    """

    def __init__(
        self,
        paths: Sequence[str],
        *,
        context: Context,
        source: str = "auto",
        on_progress: Callable[[int], None] = lambda _size: None,
        limits: Limits = _HELD,
    ) -> None:
        self.unreadable = 0
        self.skipped = 0
        self._files = find_files(paths)
        self.size = 2 * sum(size_of(file) for file in self._files)
        self._decoder = Decoder(named(source, context.mapped), context.mapped)
        self._context = context
        self._on_progress = on_progress
        self._limits = limits
        self._counting = False

    def __iter__(self) -> Iterator[RawRecord]:
        order = sorted(self._begins(), key=lambda pair: pair[0])
        self._counting = True
        held: list[tuple[int, int, RawRecord]] = []
        size = number = 0
        for begin, file in order:
            while held and held[0][0] < begin:
                size -= len(held[0][2].raw)
                yield heapq.heappop(held)[2]
            for record in self._records(file):
                number += 1
                size += len(record.raw)
                heapq.heappush(held, (record.time, number, record))
                while size > self._limits.run_bytes or len(held) > self._limits.run_events:
                    size -= len(held[0][2].raw)
                    yield heapq.heappop(held)[2]
        while held:
            yield heapq.heappop(held)[2]

    def _begins(self) -> Iterator[tuple[int, LogFile]]:
        """The earliest time in each file that is a log; a pipe, which is read once, comes first."""
        for file in self._files:
            if file.path == STDIN or (file.named and not is_regular(file.path)):
                yield 0, file
            elif is_regular(file.path):
                first = min((record.time for record in self._records(file)), default=None)
                if first is None:
                    self.skipped += 1
                else:
                    yield first, file

    def _records(self, file: LogFile) -> Iterator[RawRecord]:
        try:
            for entry in opened(file, self._limits, self._on_progress):
                yield from self._entry(entry)
        except StreamBrokenError:
            self._complain()

    def _entry(self, entry: Entry) -> Iterator[RawRecord]:
        where, chunks = entry
        patience = Patience(self._limits.barren_bytes, self._limits.rubbish)
        bytes_ = patience.bytes(chunks)
        head = next(bytes_, b"")
        if unlike_json(head):
            return
        context = replace(self._context, place=where.place)
        time, before = 0, 0
        for one in patience.records(frames(chain([head], bytes_), self._limits)):
            record = self._record(one, context, time)
            if record is None:
                before += 1
                continue
            patience.renew()
            self._complain(before)
            time, before = record.time, 0
            yield record
        if time:
            self._complain(before)

    def _record(self, one: Frame | Flaw, context: Context, before: int) -> RawRecord | None:
        """None where there is no record, or none that is ours before the first that is."""
        if isinstance(one, Flaw):
            return None
        source = self._source_of(one.raw)
        if source is None:
            return RawRecord(before, "", "", one.raw) if before else None
        time, key = self._first(one, context)
        return RawRecord(time or before, source.name, key, one.raw)

    def _source_of(self, raw: bytes) -> Source | None:
        try:
            return self._decoder.fixed or self._decoder.recognised(raw)
        except DecodeError:
            return None

    def _complain(self, count: int = 1) -> None:
        # The first reading complains of nothing, for the second sees it again.
        self.unreadable += count if self._counting else 0

    def _first(self, frame: Frame, context: Context) -> tuple[int, str]:
        """Time and key of a record's earliest event; neither if it has none that can be read."""
        try:
            events = list(self._decoder.decode(frame.raw, context, frame.position))
        except Exception:  # noqa: BLE001 - whoever reads the topic says why, as a dead letter
            return 0, ""
        first = min(events, key=lambda event: event.time, default=None)
        return (max(0, first.time), first.key) if first is not None else (0, "")
