"""A partition's rows on this machine's disk, so that a start reads only what is new.

A copy of the compacted `state` topic up to an offset, in RocksDB. Rows and offset are written
together, so a crash leaves an older copy and never a mixed one; without the copy the topic is read
from its beginning.

Examples:
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = Store(Path(folder) / "0", topic="cluster/state/0")
    ...     store.write([("principal:t:ada", b"row")], offset=7)
    ...     store.get("principal:t:ada"), store.offset
    ...     store.close()
    (b'row', 7)
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from rocksdict import BlockBasedOptions, Options, Rdict, WriteBatch

from detector.runtime.resident import Row

_OFFSET = b"\x00offset"
_TOPIC = b"\x00topic"
_MARKER = b"\x00marker"


class Store:
    """Rows by key, the marker that belongs to them, and the offset of the state topic up to which
    they stand. A folder that holds another topic's rows is emptied."""

    def __init__(self, folder: Path, topic: str) -> None:
        self._folder = folder
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._rows = Rdict(str(folder), _options())
        if self._rows.get(_TOPIC) != topic.encode():
            self._rows.close()
            Rdict.destroy(str(folder), _options())
            self._rows = Rdict(str(folder), _options())
            self._rows[_TOPIC] = topic.encode()
        self._get = self._rows.get

    @property
    def offset(self) -> int:
        """The next offset of the state topic to read."""
        found = self._get(_OFFSET)
        return int(found) if found is not None else 0

    @property
    def marker(self) -> bytes | None:
        """What the last checkpoint said of the partition."""
        found: bytes | None = self._get(_MARKER)
        return found

    def get(self, key: str) -> bytes | None:
        """The row under a key, if there is one."""
        found: bytes | None = self._get(key.encode())
        return found

    def items(self) -> Iterator[tuple[str, bytes]]:
        """Every row."""
        rows: Iterator[tuple[bytes, bytes]] = self._rows.items()  # type: ignore[assignment]
        for key, row in rows:
            if not key.startswith(b"\x00"):
                yield key.decode(), row

    def write(self, rows: Iterable[Row], offset: int, marker: bytes | None = None) -> None:
        """Rows of the state topic up to `offset`."""
        batch = WriteBatch(raw_mode=True)
        for key, row in rows:
            if row is None:
                batch.delete(key.encode())
            else:
                batch.put(key.encode(), row)
        if marker is not None:
            batch.put(_MARKER, marker)
        batch.put(_OFFSET, str(offset).encode())
        self._rows.write(batch)

    def close(self) -> None:
        """Let go of the folder."""
        self._rows.close()


def _options() -> Options:
    options = Options(raw_mode=True)
    options.create_if_missing(True)
    options.set_max_open_files(64)
    options.set_write_buffer_size(16 * 2**20)
    table = BlockBasedOptions()
    table.set_bloom_filter(10, block_based=False)
    options.set_block_based_table_factory(table)
    return options
