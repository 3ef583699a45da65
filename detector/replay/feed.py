"""Bytes that arrive in chunks, seen as one growing buffer with a place up to which it is used.

Examples:
    >>> feed = Feed(iter([b"ab", b"cd"]))
    >>> feed.more(), feed.more(), feed.more(), feed.rest(), feed.ended
    (True, True, False, b'abcd', True)
"""

import re
from collections.abc import Iterable, Iterator

from detector.replay.limits import CHUNK

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class StreamBrokenError(Exception):
    """The bytes end here: truncated, damaged, encrypted or a bomb. What came before counts."""


class Feed:
    """`buffer[at:]` is what has not been used; it starts at line `line` (from 1).

    `ended`: no more bytes will come; then `failure` says why, if they ended too early.
    """

    __slots__ = ("_chunks", "at", "buffer", "ended", "failure", "line")

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self.buffer = b""
        self.at = 0
        self.ended = False
        self.failure = ""
        self.line = 1

    @property
    def held(self) -> int:
        """How many unused bytes are in memory."""
        return len(self.buffer) - self.at

    def more(self) -> bool:
        """Append the next chunk; False at the end. Offsets from `at` stay good, absolute ones
        do not."""
        chunk = self._next()
        if chunk is None:
            return False
        self.buffer = self.buffer[self.at :] + chunk
        self.at = 0
        return True

    def _next(self) -> bytes | None:
        chunk = None
        if not self.ended:
            try:
                chunk = next(self._chunks, None)
            except StreamBrokenError as error:
                self.failure = str(error)
        self.ended = chunk is None
        return chunk

    def fill(self, size: int) -> None:
        """Hold at least `size` bytes if there are as many. Chunks are joined once."""
        chunks = [self.rest()]
        held = self.held
        while held < size and (chunk := self._next()) is not None:
            chunks.append(chunk)
            held += len(chunk)
        if len(chunks) > 1:
            self.buffer, self.at = b"".join(chunks), 0

    def line_end(self, limit: int) -> int:
        """Offset from `at` of the next line feed, or of the end of the bytes; -1 if neither comes
        within `limit` bytes."""
        found = self.buffer.find(b"\n", self.at)
        if found >= 0:
            return found - self.at
        chunks = [self.rest()]
        end, held = -1, self.held
        while end < 0 and held <= limit:
            chunk = self._next()
            if chunk is None:
                end = held
            else:
                chunks.append(chunk)
                found = chunk.find(b"\n")
                end = held + found if found >= 0 else -1
                held += len(chunk)
        if len(chunks) > 1:
            self.buffer, self.at = b"".join(chunks), 0
        return end

    def rest(self) -> bytes:
        """The unused bytes."""
        return self.buffer[self.at :] if self.at else self.buffer

    def head(self, size: int) -> bytes:
        """The first unused bytes."""
        return self.buffer[self.at : self.at + size]

    def drop(self, count: int) -> None:
        """Use up `count` bytes, counting the lines that end in them."""
        end = min(self.at + count, len(self.buffer))
        # To count looks at byte after byte, to find does not; and most of what is dropped is a line.
        first = self.buffer.find(b"\n", self.at, end)
        if first >= 0:
            self.line += self.buffer.count(b"\n", first, end)
        self.at = end

    def use_lines(self, count: int, left: int) -> None:
        """Use up all but the last `left` bytes, in which `count` lines end."""
        self.line += count
        self.at = len(self.buffer) - left

    def drop_mark(self) -> None:
        """Use up a byte order mark."""
        self.fill(len(BYTE_ORDER_MARK))
        if self.head(len(BYTE_ORDER_MARK)) == BYTE_ORDER_MARK:
            self.at += len(BYTE_ORDER_MARK)

    def skip(self, blanks: bytes) -> bytes:
        """Use up every byte in `blanks`; the byte after them, empty at the end."""
        gap = re.compile(b"[" + re.escape(blanks) + b"]*")
        while True:
            found = gap.match(self.buffer, self.at)
            self.drop(found.end() - self.at if found else 0)
            if self.held:
                return self.head(1)
            if not self.more():
                return b""

    def seek(self, pattern: re.Pattern[bytes], overlap: int = 256) -> bool:
        """Use up bytes until the end of a match of `pattern`; False if none comes, all used up.

        Nothing is held but the last `overlap` bytes, so a line of any length can be passed over.
        """
        while True:
            found = pattern.search(self.buffer, self.at)
            if found:
                self.drop(found.end() - self.at)
                return True
            self.drop(max(0, self.held - overlap))
            if not self.more():
                self.drop(self.held)
                return False


def pieces(content: bytes, size: int = CHUNK) -> Iterator[bytes]:
    """Cut `content` into chunks.

    Examples:
        >>> list(pieces(b"abc", 2))
        [b'ab', b'c']
    """
    for start in range(0, len(content), size):
        yield content[start : start + size]
