"""Files → events in the order in which they stand. What is no log is skipped or, if it was named,
complained of once; what is a log is read record by record.

Examples:
    >>> from detector.sources.fingerprint import Fingerprints
    >>> from detector.replay.reading import Reading
    >>> desk = DeadLetters(Reading(), print, limit=10)
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> list(Reader("auto", context, desk, Limits()).events([]))
    []
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from msgspec.structs import replace

from detector.replay.feed import StreamBrokenError
from detector.replay.frames import frames
from detector.replay.limits import Limits
from detector.replay.log import Log, Sized
from detector.replay.opening import is_regular, opened, written_at
from detector.replay.paths import LogFile
from detector.replay.patience import Patience
from detector.replay.reading import UNKNOWN, DeadLetters
from detector.replay.unpack import Entry, Where
from detector.sources.base import Context
from detector.sources.registry import SOURCES, named

_JSON_LINE = re.compile(rb"^[ \t]*[{\[]", re.MULTILINE)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Reader:
    """Reads files one after the other with bounded memory.

    `source` is a name, or `auto`: each file is of the source that recognises a record in it.

    Raises:
        ValueError: there is no source of that name.
    """

    def __init__(
        self,
        source: str,
        context: Context,
        desk: DeadLetters,
        limits: Limits,
        on_progress: Callable[[int], None] | None = None,
    ) -> None:
        self._fixed = named(source, context.mapped)
        if source != "auto" and self._fixed is None:
            known = ", ".join(["auto", *sorted({*SOURCES, *(one.name for one in context.mapped)})])
            raise ValueError(f"no such source: {source!r}; expected one of {known}")
        self._context = context
        self._desk = desk
        self._reading = desk.reading
        self._limits = limits
        self._on_progress = on_progress

    def events(self, files: Iterable[LogFile]) -> Iterator[Sized]:
        """Every event of `files` in file order, each with the size of its raw record in bytes."""
        for file in files:
            if not file.named and not is_regular(file.path):
                self._reading.skip_file("not a regular file")
            else:
                yield from self._file(file)

    def _file(self, file: LogFile) -> Iterator[Sized]:
        patience = Patience(self._limits.barren_bytes, self._limits.rubbish)
        context = replace(self._context, arrived=written_at(file.path))
        try:
            for entry in opened(file, self._limits, self._count):
                yield from self._entry(file, entry, patience, context)
                self._desk.settle(UNKNOWN, entry[0].place)
        except StreamBrokenError as error:
            # The file itself or an archive as a whole; what breaks within a log is its own flaw.
            self._refuse(Where(file.place, file.named or file.says_log), 0, str(error))
            self._desk.settle(UNKNOWN, file.place)

    def _entry(
        self, file: LogFile, entry: Entry, patience: Patience, context: Context
    ) -> Iterator[Sized]:
        where, chunks = entry[0], patience.bytes(entry[1])
        try:
            head = next(chunks, b"")
        except StreamBrokenError as error:
            self._refuse(where, 0, str(error))
            return
        unlike = unlike_json(head)
        if unlike:
            self._refuse(where, 1, unlike, head)
        elif not head:
            self._reading.skip_file("an empty file")
        else:
            # A member of an archive was not itself named.
            named = file.named and where.place == file.place
            log = Log(where, context, self._desk, patience, self._fixed, named=named)
            yield from log.events(frames(chain([head], chunks), self._limits))

    def _refuse(self, where: Where, position: int, reason: str, head: bytes = b"") -> None:
        if where.says_log:
            expected = "expected JSON records, got " if head else ""
            self._desk.write(UNKNOWN, where.place, position, expected + reason, head)
        else:
            self._reading.skip_file(f"no log: {reason}")

    def _count(self, size: int) -> None:
        self._reading.read_bytes += size
        if self._on_progress is not None:
            self._on_progress(size)


def unlike_json(head: bytes) -> str:
    """What the first bytes of a file are, if not JSON; empty if they may be.

    Examples:
        >>> unlike_json(b'{"a": 1}'), unlike_json(b"event_id,label,incident")
        ('', 'something that is not JSON')
    """
    if head.startswith(_UTF16):
        return "UTF-16 text; convert it to UTF-8"
    if head[257:262] == b"ustar":
        return "a tar archive; unpack it first"
    if _JSON_LINE.search(head.removeprefix(b"\xef\xbb\xbf")) or not head.strip():
        return ""
    return "something that is not JSON"
