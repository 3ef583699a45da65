"""The rows of a checkpoint on their way: in a file without a name once they are many, so that memory
holds few of them.

Examples:
    >>> from contextlib import closing
    >>> with closing(Spool(Path())) as spool:
    ...     spool.add([("principal:t:ada", b"row"), ("principal:t:bob", None)])
    ...     spool.add([("principal:t:eve", b"row")])
    ...     spool.count, spool.size, list(spool)[1]
    (3, 51, [('principal:t:eve', b'row')])
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile

import msgspec

from detector.runtime.resident import Row

_IN_MEMORY = 2**20
_LENGTH = 4
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Row]).decode


class Spool:
    """Iterate it as often as need be: rows come as they were added, in the same pieces. `count` and
    `size` are of all of them."""

    def __init__(self, folder: Path) -> None:
        self.count = 0
        self.size = 0
        self._file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(_IN_MEMORY, dir=str(folder))  # noqa: SIM115 - `close` does it

    def add(self, rows: list[Row]) -> None:
        """One more piece."""
        if rows:
            written = _encode(rows)
            self._file.write(len(written).to_bytes(_LENGTH, "big"))
            self._file.write(written)
            self.count += len(rows)
            self.size += sum(len(key) + len(row or b"") for key, row in rows)

    def __iter__(self) -> Iterator[list[Row]]:
        """Every piece, once all have been added."""
        self._file.seek(0)
        while length := self._file.read(_LENGTH):
            yield _decode(self._file.read(int.from_bytes(length, "big")))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
