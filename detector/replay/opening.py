"""From a path to the plain files in it: opens, counts what is read, and says why where it cannot.

Examples:
    >>> from detector.replay.paths import LogFile
    >>> entries = opened(LogFile("no/such/file", named=True), Limits(), lambda _count: None)
    >>> next(entries)
    Traceback (most recent call last):
    ...
    detector.replay.feed.StreamBrokenError: cannot be opened: No such file or directory
"""

import io
import os
import stat
import sys
from collections.abc import Callable, Iterator
from typing import BinaryIO

from detector.replay.feed import StreamBrokenError
from detector.replay.limits import CHUNK, Limits
from detector.replay.paths import STDIN, LogFile
from detector.replay.unpack import ZIP, Entry, Where, members, unpacked


class _Counted(io.FileIO):
    """A file that says how many bytes of it were read."""

    on_read: Callable[[int], None]

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size) or b""
        self.on_read(len(chunk))
        return chunk


def opened(file: LogFile, limits: Limits, on_read: Callable[[int], None]) -> Iterator[Entry]:
    """Each plain file in `file` with its bytes, which must be used before the next is asked for.

    Raises:
        StreamBrokenError: it cannot be opened, or is no readable archive.
    """
    where = Where(file.place, file.named or file.says_log)
    if file.path == STDIN:
        yield from unpacked(_standard_input(on_read), where, limits)
        return
    try:
        stream = _Counted(file.path)
    except OSError as error:
        raise StreamBrokenError(f"cannot be opened: {error.strerror}") from error
    with stream:
        stream.on_read = on_read
        if is_regular(file.path) and stream.read(len(ZIP[0])) in ZIP:
            yield from members(stream, where, limits)
        else:
            yield from unpacked(_chunks(stream), where, limits)


def written_at(path: str) -> int | None:
    """When a file was last written to, in epoch ms; None if that cannot be told."""
    try:
        found = os.fstat(sys.stdin.fileno()) if path == STDIN else os.stat(path)  # noqa: PTH116
    except (OSError, ValueError):
        return None
    return max(0, found.st_mtime_ns // 1_000_000)


def is_regular(path: str) -> bool:
    """Whether `path` is a file that has a size and an end, unlike a pipe or a device."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 - a str path, as it was typed
    except OSError:
        return False


def _chunks(stream: BinaryIO | io.FileIO) -> Iterator[bytes]:
    try:
        if stream.seekable():
            stream.seek(0)
        while chunk := stream.read(CHUNK):
            yield chunk
    except OSError as error:
        raise StreamBrokenError(f"cannot be read: {error.strerror}") from error


def _read1(stream: BinaryIO) -> bytes:
    return stream.read1(CHUNK) if isinstance(stream, io.BufferedReader) else stream.read(CHUNK)


def _standard_input(on_read: Callable[[int], None]) -> Iterator[bytes]:
    # `read1` hands on what a live pipe has, instead of waiting for a full chunk.
    while chunk := _read1(sys.stdin.buffer):
        on_read(len(chunk))
        yield chunk
