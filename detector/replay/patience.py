"""When to give up on a file: bombs and rubbish are cut short, a large log is never too large."""

from collections.abc import Iterable, Iterator

from detector.replay.feed import StreamBrokenError
from detector.replay.frame import Flaw, Frame


class Patience:
    """Passes on until too many bytes, or records, have come without a readable one among them.

    Examples:
        >>> patience = Patience(most_bytes=3, most_records=1)
        >>> [one[:2] for one in patience.records([Frame(1, b"?"), Frame(2, b"?"), Frame(3, b"?")])]
        [(1, b'?'), (2, '1 records in a row could not be read: the rest is not read')]
        >>> list(patience.bytes([b"ab", b"cd"]))
        Traceback (most recent call last):
        ...
        detector.replay.feed.StreamBrokenError: no readable record in 3 bytes: the rest is not read
    """

    def __init__(self, most_bytes: int, most_records: int = 1_000_000) -> None:
        self._most_bytes = most_bytes
        self._most_records = most_records
        self._bytes = 0
        self._records = 0

    def renew(self) -> None:
        """A readable record has come."""
        self._bytes = self._records = 0

    def bytes(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The same bytes.

        Raises:
            StreamBrokenError: patience is at its end; the rest of the file is not read.
        """
        for chunk in chunks:
            self._bytes += len(chunk)
            if self._bytes > self._most_bytes:
                raise StreamBrokenError(
                    f"no readable record in {self._most_bytes} bytes: the rest is not read"
                )
            yield chunk

    def records(self, found: Iterable[Frame | Flaw]) -> Iterator[Frame | Flaw]:
        """The same records, or a flaw at the end of patience."""
        for one in found:
            self._records += 1
            if self._records > self._most_records:
                reason = f"{self._most_records} records in a row could not be read"
                yield Flaw(one.position, f"{reason}: the rest is not read", b"")
                return
            yield one
