"""The way in: log files → events in event-time order, with bounded memory.

All of the input is read before the first event comes out, because the folders that AWS delivers are
sorted by region and only then by date: the last file may hold the earliest event. A pipe is read to
its end likewise, so `cat logs | ...` and the files themselves give the same events. For a pipe that
does not end, `live=True` keeps the order of arrival but for a buffer of the sources' lateness.

Examples:
    >>> from detector.sources.fingerprint import Fingerprints
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> open_events(["no/such/file"], context=context, on_dead_letter=print)
    Traceback (most recent call last):
    ...
    detector.replay.paths.MissingInputError: no such file or folder: no/such/file
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import msgspec

from detector.config import EngineConfig
from detector.replay.arrival import by_arrival
from detector.replay.kin import Kin
from detector.replay.limits import Limits
from detector.replay.log import Sized
from detector.replay.paths import find_files, size_of
from detector.replay.plausible import plausible
from detector.replay.readers import are_worth_it, read_apart
from detector.replay.reading import UNKNOWN, DeadLetters, Reading
from detector.replay.records import Reader
from detector.replay.spill import Sorter
from detector.sources.base import Context
from schemas.dead_letter import DeadLetter
from schemas.event import ActivityEvent

_DEFAULT_LIMITS = Limits()
_DEFAULT_CONFIG = EngineConfig()


def open_events(
    paths: Sequence[str],
    *,
    context: Context,
    on_dead_letter: Callable[[DeadLetter], None],
    source: str = "auto",
    reading: Reading | None = None,
    on_progress: Callable[[int], None] | None = None,
    limits: Limits = _DEFAULT_LIMITS,
    live: bool = False,
    config: EngineConfig = _DEFAULT_CONFIG,
    workers: int = 1,
    kin: Kin | None = None,
) -> Iterator[ActivityEvent]:
    """Events of files, folders, patterns and `-` (standard input), by time, then by id.

    Paths and source are checked at once; files are read when the first event is drawn. `reading` is
    filled in meanwhile; its `total_bytes` is known on return. `on_progress` takes the number of
    bytes read since its last call. The order of `paths` makes no difference. `config` is asked only
    for the lateness of sources, and only if `live`. Up to `workers` processes read what is large,
    with the same result; not if `live`. `kin` is told of every event before the first is drawn.

    Raises:
        MissingInputError: a path or pattern names nothing.
        ValueError: there is no source of that name.
        OSError: while drawing, if temporary files cannot be written.
        ProcessError: while drawing, if one of the processes fails.
    """
    reading = Reading() if reading is None else reading
    desk = DeadLetters(reading, on_dead_letter, limits.dead_letters)
    if live:
        # Nobody would wait for the end of a pipe to see whether it is one document.
        limits = msgspec.structs.replace(limits, document_bytes=0)
    reader = Reader(source, context, desk, limits, on_progress)
    files = find_files(paths, lambda place, reason: desk.write(UNKNOWN, place, 0, reason, b""))
    reading.total_bytes = sum(size_of(file) for file in files)

    def stray(event: ActivityEvent) -> None:
        _write_stray(desk, event)

    if live:
        ordered = by_arrival((event for event, _ in reader.events(files)), config, limits, stray)
    else:
        here = reader.events
        apart = workers > 1 and are_worth_it(files, reading.total_bytes, limits)
        if apart and not desk.in_a_row:
            here = partial(read_apart, workers, source, context, desk, limits, on_progress)
        ordered = plausible(_sorted(here(files), limits, kin), limits, stray)
    return _counted(ordered, reading)


def _sorted(events: Iterable[Sized], limits: Limits, kin: Kin | None) -> Iterator[ActivityEvent]:
    join = kin.join if kin is not None else None
    with Sorter(limits) as sorter:
        for event, size in events:
            sorter.add(event, size)
            if join is not None:
                join(event)
        yield from sorter.merged()


def _counted(events: Iterable[ActivityEvent], reading: Reading) -> Iterator[ActivityEvent]:
    before = ("", -1)
    for event in events:
        reading.events += 1
        identity = (event.uid, event.time)
        if identity == before:
            reading.duplicates += 1
        before = identity
        if reading.first is None:
            reading.first = event.time
        reading.last = event.time
        yield event


def _write_stray(desk: DeadLetters, event: ActivityEvent) -> None:
    place, position = (event.raw.place, event.raw.position) if event.raw else ("", 0)
    reason = "time out of range: a long silence away from all others, and nothing confirms it"
    desk.write(event.source, place, position, reason, b"")
    desk.settle(event.source, place)
