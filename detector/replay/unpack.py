"""Files → the plain bytes in them: gzip, xz and zip are told by content, not by name, and may lie in
one another. What can be read is read; where it ends too early a `StreamBrokenError` says why.

Nothing is ever written to disk, so names inside archives are only names.

References:
    RFC 1952 (gzip), the .xz file format 1.2, PKWARE APPNOTE 6.3 (zip).

Examples:
    >>> import gzip
    >>> found = unpacked(iter([gzip.compress(b"{}")]), Where("a.json.gz", True), Limits())
    >>> [(where.place, b"".join(chunks)) for where, chunks in found]
    [('a.json.gz', b'{}')]
"""

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO, NamedTuple

from detector.replay.feed import StreamBrokenError
from detector.replay.limits import CHUNK, MIB, Limits
from detector.replay.paths import printable, says_log

GZIP = b"\x1f\x8b"
XZ = b"\xfd7zXZ\x00"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
# A dictionary of 64 MiB, the largest that `xz -9` makes, and its overhead.
_XZ_MEMORY = 100 * MIB


class Where(NamedTuple):
    """Which bytes: the place to print, and whether the name claims that they are a log."""

    place: str
    says_log: bool


Entry = tuple[Where, Iterable[bytes]]


def unpacked(
    chunks: Iterator[bytes], where: Where, limits: Limits, depth: int = 0
) -> Iterator[Entry]:
    """Each plain file in `chunks` with its bytes, which must be used before the next is asked for.

    Raises:
        StreamBrokenError: already the container cannot be opened.
    """
    head, chunks = _peek(chunks)
    if depth > limits.depth and head.startswith((GZIP, XZ, *ZIP)):
        raise StreamBrokenError(f"compressed more than {limits.depth} times over")
    if head.startswith(GZIP):
        yield from unpacked(inflated(chunks), where, limits, depth + 1)
    elif head.startswith(XZ):
        yield from unpacked(_expanded(chunks), where, limits, depth + 1)
    elif head.startswith(ZIP):
        yield from members(_in_memory(chunks, limits), where, limits, depth + 1)
    else:
        yield where, chunks


def _peek(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= len(XZ):
            break
    return head, chain([head], chunks)


def inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes of a gzip file, which may have several members and zeros after them.

    Raises:
        StreamBrokenError: after all that could be read, if it is truncated or damaged.
    """
    member = zlib.decompressobj(wbits=31)
    begun = False
    for chunk in chunks:
        waiting = chunk
        while waiting:
            if not begun and not (waiting := waiting.lstrip(b"\0")):
                break
            begun = True
            before = member.copy()
            try:
                plain = member.decompress(waiting, CHUNK)
            except zlib.error as error:
                yield from _salvaged(before, waiting)
                raise StreamBrokenError(f"damaged gzip: {error}") from error
            if plain:
                yield plain
            waiting = member.unconsumed_tail
            if member.eof:
                waiting, begun = member.unused_data, False
                member = zlib.decompressobj(wbits=31)
    if begun:
        yield member.flush()
        raise StreamBrokenError("truncated gzip: the file ends inside it")


def _salvaged(member: "zlib._Decompress", damaged: bytes) -> Iterator[bytes]:
    """What stands before the damage: an error loses all that its call would have given."""
    for at in range(len(damaged)):
        try:
            yield member.decompress(damaged[at : at + 1])
        except zlib.error:
            return


def _expanded(chunks: Iterable[bytes]) -> Iterator[bytes]:
    stream = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
    begun = False
    for chunk in chunks:
        waiting = chunk
        while waiting or not stream.needs_input:
            if not begun and not (waiting := waiting.lstrip(b"\0")):
                break
            begun = True
            try:
                plain = stream.decompress(waiting, CHUNK)
            except lzma.LZMAError as error:
                raise StreamBrokenError(f"damaged xz: {error}") from error
            if plain:
                yield plain
            waiting = b""
            if stream.eof:
                waiting, begun = stream.unused_data, False
                stream = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
    if begun:
        raise StreamBrokenError("truncated xz: the file ends inside it")


def _in_memory(chunks: Iterable[bytes], limits: Limits) -> BinaryIO:
    """A zip is read from its end, so one that comes in a stream is held, up to a limit: raw
    records are never written to disk."""
    held = io.BytesIO()
    for chunk in chunks:
        held.write(chunk)
        if held.tell() > limits.packed_bytes:
            raise StreamBrokenError(
                f"a zip inside a stream is larger than {limits.packed_bytes} bytes: unpack it first"
            )
    return held


def members(file: BinaryIO, where: Where, limits: Limits, depth: int = 0) -> Iterator[Entry]:
    """Each file in a zip, sorted by name.

    Raises:
        StreamBrokenError: it is no readable zip.
    """
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise StreamBrokenError(f"damaged or truncated zip: {error}") from error
    with archive:
        for member in sorted(archive.infolist(), key=lambda one: one.filename):
            if not member.is_dir():
                place = f"{where.place}!{printable(member.filename)}"
                inner = Where(place, says_log(member.filename))
                yield from _contained(_extracted(archive, member), inner, limits, depth)


def _contained(
    chunks: Iterator[bytes], where: Where, limits: Limits, depth: int
) -> Iterator[Entry]:
    # One bad member must not end the archive, so it becomes an entry that breaks at once.
    try:
        yield from unpacked(chunks, where, limits, depth)
    except StreamBrokenError as error:
        yield where, map(_throw, [error])


def _throw(error: StreamBrokenError) -> bytes:
    raise error


def _extracted(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(member) as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError) as error:
        raise StreamBrokenError(f"damaged zip member: {error}") from error
    except NotImplementedError as error:
        raise StreamBrokenError("zip member is compressed in a way that is not known") from error
    except RuntimeError as error:
        raise StreamBrokenError("zip member is encrypted") from error
