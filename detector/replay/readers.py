"""Many files read by several processes, their events in the order in which one would read them.

Files are handed out in *bundles*: neighbours in the order of files, so many that one is worth a
message. The answers are taken in that order too, so neither the events nor the dead letters show
how many read. A process holds one block of what it has read, then waits.

Examples:
    >>> files = [LogFile(f"{n}.json", named=False) for n in range(130)]
    >>> [len(bundle) for bundle in bundles(files)]
    [64, 64, 2]
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
from msgspec import Struct

from detector.replay.limits import KIB, Limits
from detector.replay.log import Sized
from detector.replay.opening import is_regular
from detector.replay.paths import STDIN, LogFile, size_of
from detector.replay.processes import Beside, Channel, started
from detector.replay.reading import DeadLetters, Reading
from detector.replay.records import Reader
from detector.sources.base import Context
from schemas.dead_letter import DeadLetter
from schemas.event import ActivityEvent

_BUNDLE_BYTES = 512 * KIB
_BUNDLE_FILES = 64
_BLOCK_EVENTS = 4_096
_BLOCK_BYTES = 4_096 * KIB


class Block(Struct):
    """Some of what is in a bundle, in order; its last block says what was `counted` in all of it."""

    events: list[ActivityEvent] = []
    sizes: list[int] = []
    letters: list[DeadLetter] = []
    read_bytes: int = 0
    counted: Reading | None = None


_encode = msgspec.msgpack.Encoder().encode
_block = msgspec.msgpack.Decoder(Block).decode
_files = msgspec.msgpack.Decoder(list[LogFile]).decode


def are_worth_it(files: Sequence[LogFile], total_bytes: int, limits: Limits) -> bool:
    """Whether several processes would be done earlier than one: there is enough in several files,
    and none of them is a pipe, which only this process may have open."""
    apart = [file for file in files if file.path != STDIN]
    enough = total_bytes > limits.alone_bytes and len(apart) > 1
    return enough and all(is_regular(file.path) for file in apart)


def bundles(files: Iterable[LogFile], most: int = _BUNDLE_BYTES) -> Iterator[list[LogFile]]:
    """The files, in order, in bundles of about so many bytes."""
    bundle: list[LogFile] = []
    held = 0
    for file in files:
        size = size_of(file)
        if bundle and (held + size > most or len(bundle) >= _BUNDLE_FILES):
            yield bundle
            bundle, held = [], 0
        bundle.append(file)
        held += size
    if bundle:
        yield bundle


def read_apart(
    workers: int,
    source: str,
    context: Context,
    desk: DeadLetters,
    limits: Limits,
    on_progress: Callable[[int], None] | None,
    files: Sequence[LogFile],
) -> Iterator[Sized]:
    """Every event of the files, as one `Reader` would yield them. Standard input, the last, is read
    here.

    Raises:
        ProcessError: one of the processes has failed or died.
    """
    waiting = bundles(file for file in files if file.path != STDIN)
    with started(workers, serve, source, context, limits) as readers:
        for block in _blocks(readers, waiting):
            for letter in block.letters:
                desk.forward(letter)
            if block.counted is not None:
                desk.reading.add(block.counted)
            if on_progress is not None:
                on_progress(block.read_bytes)
            yield from zip(block.events, block.sizes, strict=True)
    here = Reader(source, context, desk, limits, on_progress)
    yield from here.events(file for file in files if file.path == STDIN)


def _blocks(readers: Sequence[Beside], waiting: Iterator[list[LogFile]]) -> Iterator[Block]:
    busy: deque[Beside] = deque()
    for reader in readers:
        _give(reader, waiting, busy)
    while busy:
        block = _block(busy[0].receive())
        if block.counted is not None:
            # It gets more before its answer is used: so it need not wait for that.
            _give(busy.popleft(), waiting, busy)
        yield block


def _give(reader: Beside, waiting: Iterator[list[LogFile]], busy: deque[Beside]) -> None:
    bundle = next(waiting, None)
    if bundle is not None:
        reader.send(_encode(bundle))
        busy.append(reader)


def serve(channel: Channel, source: str, context: Context, limits: Limits) -> None:
    """Read bundles until there are no more."""
    while True:
        for block in _read(_files(channel.receive()), source, context, limits):
            channel.send(_encode(block))


def _read(
    files: Iterable[LogFile], source: str, context: Context, limits: Limits
) -> Iterator[Block]:
    block, reading, held = Block(), Reading(), 0

    def count(size: int) -> None:
        block.read_bytes += size

    def write(letter: DeadLetter) -> None:
        block.letters.append(letter)

    desk = DeadLetters(reading, write, limits.dead_letters)
    for event, size in Reader(source, context, desk, limits, count).events(files):
        block.events.append(event)
        block.sizes.append(size)
        held += size
        if len(block.events) >= _BLOCK_EVENTS or held >= _BLOCK_BYTES:
            yield block
            block, held = Block(), 0
    block.counted = reading
    yield block
