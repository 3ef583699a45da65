"""Events in event-time order out of any order, with bounded memory: an external merge sort.

What fits is sorted in memory. What does not is written as sorted runs to temporary files that have
no name, so nothing is left behind even by a kill. They hold decoded events only, which carry no
secret. Equal times are ordered by event id, equal ids by their order in the files.

Examples:
    >>> from schemas.event import Principal
    >>> def event(time: int) -> ActivityEvent:
    ...     return ActivityEvent(f"e{time}", "token_use", "t", time, Principal("p"))
    >>> with Sorter(Limits(run_events=2, fan_in=2)) as sorter:
    ...     for time in (5, 1, 4, 2, 3):
    ...         sorter.add(event(time), 500)
    ...     [event.time for event in sorter.merged()]
    [1, 2, 3, 4, 5]

References:
    Knuth, The Art of Computer Programming, volume 3, section 5.4: external sorting.
"""

import struct
import tempfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from operator import attrgetter
from types import TracebackType
from typing import IO, Self

import msgspec

from detector.replay.limits import KIB, Limits
from schemas.event import ActivityEvent

_ORDER = attrgetter("time", "uid")
_LENGTH = struct.Struct("<I")
# A block is what one open run holds in memory: so many events, or the first to pass so many bytes.
_BLOCK_EVENTS = 256
_BLOCK_BYTES = 256 * KIB
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[ActivityEvent])


class Sorter:
    """`add` events in any order, then draw them from `merged`; a context manager that closes its
    temporary files.

    Memory: one run (`limits.run_events`, `limits.run_bytes` of raw records) and, while merging, a
    block for each of at most `limits.fan_in` runs a level, of which there are a handful.
    """

    def __init__(self, limits: Limits) -> None:
        self._most_events = limits.run_events
        self._most_bytes = limits.run_bytes
        self._fan_in = limits.fan_in
        self._run: list[ActivityEvent] = []
        self._bytes = 0
        # Level n holds runs of about `fan_in ** n` times the size of the first.
        self._levels: list[list[IO[bytes]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._run.clear()
        for file in self._files():
            file.close()
        self._levels.clear()

    @property
    def spilled(self) -> int:
        """How many sorted runs are on disk."""
        return len(self._files())

    def add(self, event: ActivityEvent, size: int) -> None:
        """Take in one event, whose raw record has `size` bytes.

        Raises:
            OSError: there is no space for temporary files.
        """
        self._run.append(event)
        self._bytes += size
        if len(self._run) >= self._most_events or self._bytes >= self._most_bytes:
            self._spill()

    def merged(self) -> Iterator[ActivityEvent]:
        """Every event, by time and id. To be drawn once, after the last `add`."""
        self._run.sort(key=_ORDER)
        files = self._files()
        if not files:
            yield from self._run
            return
        yield from _merged([*map(_read, files), iter([self._run] if self._run else [])])

    def _files(self) -> list[IO[bytes]]:
        # The highest level holds the earliest runs, so that equal keys keep the order of the files.
        return [file for level in reversed(self._levels) for file in level]

    def _spill(self) -> None:
        self._run.sort(key=_ORDER)
        self._keep(_written(self._run), 0)
        self._run.clear()
        self._bytes = 0

    def _keep(self, file: IO[bytes], level: int) -> None:
        if level == len(self._levels):
            self._levels.append([])
        runs = self._levels[level]
        runs.append(file)
        if len(runs) < self._fan_in:
            return
        wider = _written(_merged(list(map(_read, runs))))
        for run in runs:
            run.close()
        runs.clear()
        self._keep(wider, level + 1)


def _written(events: Iterable[ActivityEvent]) -> IO[bytes]:
    """A nameless temporary file of length-prefixed blocks, each a msgpack array of events."""
    file: IO[bytes] = tempfile.TemporaryFile(buffering=_BLOCK_BYTES)  # noqa: SIM115 - the sorter closes it
    block: list[bytes] = []
    size = 0
    for event in events:
        encoded = _ENCODER.encode(event)
        block.append(encoded)
        size += len(encoded)
        if len(block) == _BLOCK_EVENTS or size >= _BLOCK_BYTES:
            _write_block(file, block, size)
            block, size = [], 0
    if block:
        _write_block(file, block, size)
    file.seek(0)
    return file


def _write_block(file: IO[bytes], block: list[bytes], size: int) -> None:
    # msgpack "array 16": a tag and a length of two bytes, then the elements.
    header = b"\xdc" + len(block).to_bytes(2, "big")
    file.write(_LENGTH.pack(len(header) + size))
    file.write(header)
    file.writelines(block)


def _read(file: IO[bytes]) -> Iterator[list[ActivityEvent]]:
    while prefix := file.read(_LENGTH.size):
        (length,) = _LENGTH.unpack(prefix)
        yield _DECODER.decode(file.read(length))


class _Head:
    """The block of a run that is being merged, what of it is used, and where it ends."""

    __slots__ = ("at", "block", "blocks", "end")

    def __init__(self, blocks: Iterator[list[ActivityEvent]], block: list[ActivityEvent]) -> None:
        self.blocks = blocks
        self.begin(block)

    def begin(self, block: list[ActivityEvent]) -> None:
        self.block, self.at, self.end = block, 0, _ORDER(block[-1])

    def up_to(self, end: tuple[int, str], *, included: bool) -> list[ActivityEvent]:
        """Use up what lies before `end`, and what is equal to it if `included`."""
        bisect = bisect_right if included else bisect_left
        start, self.at = self.at, bisect(self.block, end, lo=self.at, key=_ORDER)
        return self.block[start : self.at]


def _merged(runs: list[Iterator[list[ActivityEvent]]]) -> Iterator[ActivityEvent]:
    """The events of sorted runs in one order, equal ones in the order of the runs.

    Each round uses up the block that ends first, and of the others what comes before that end. What
    is equal to it waits in the runs behind, because the next block may begin with more of it. To
    sort a few sorted pieces is what Python's sort is fast at.
    """
    heads = [_Head(run, block) for run in runs if (block := next(run, None))]
    while heads:
        first = min(range(len(heads)), key=lambda place: (heads[place].end, place))
        end = heads[first].end
        pieces = [head.up_to(end, included=n <= first) for n, head in enumerate(heads)]
        yield from sorted((event for piece in pieces for event in piece), key=_ORDER)
        following = next(heads[first].blocks, None)
        if following:
            heads[first].begin(following)
        else:
            del heads[first]
