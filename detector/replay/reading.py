"""What a replay has read so far, in numbers that add up; and where its dead letters go.

Examples:
    >>> from schemas.dead_letter import DeadLetter
    >>> letters: list[DeadLetter] = []
    >>> desk = DeadLetters(Reading(), letters.append, limit=2)
    >>> for position in range(1, 6):
    ...     desk.write("cloudtrail", "a.json", position, "not JSON", b"")
    >>> desk.settle("cloudtrail", "a.json")
    >>> [(letter.position, letter.reason) for letter in letters]
    [(1, 'not JSON'), (2, 'not JSON'), (5, '3 more in a row could not be read; the last: not JSON')]
"""

from collections.abc import Callable

from msgspec import Struct, field

from detector.sources.redact import sample
from schemas.dead_letter import DeadLetter

UNKNOWN = "unknown"


class Reading(Struct):
    """Counters of one replay, filled in while its events are drawn.

    `files` were read as logs; `skipped_files` and `skipped` count files and records that were set
    aside, by reason. `records` is every raw record, `events` what came out of them, `unreadable`
    how many records or files could not be read (several in a row may share a dead letter).
    `duplicates` counts events equal in id and time to one before; they are handed on all the same.
    `read_bytes` of `total_bytes` on disk have been read. `first` and `last` are event times in ms.
    """

    files: int = 0
    skipped_files: dict[str, int] = field(default_factory=dict)
    records: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    events: int = 0
    duplicates: int = 0
    unreadable: int = 0
    dead_letters: int = 0
    read_bytes: int = 0
    total_bytes: int = 0
    first: int | None = None
    last: int | None = None

    def add(self, other: "Reading") -> None:
        """Count in what was read beside this."""
        for mine, theirs in (
            (self.skipped, other.skipped),
            (self.skipped_files, other.skipped_files),
        ):
            for reason, number in theirs.items():
                mine[reason] = mine.get(reason, 0) + number
        self.files += other.files
        self.records += other.records
        self.unreadable += other.unreadable
        self.dead_letters += other.dead_letters
        self.read_bytes += other.read_bytes

    def skip(self, reason: str) -> None:
        """Count a record that is fine and of no use."""
        self.skipped[reason] = self.skipped.get(reason, 0) + 1

    def skip_file(self, reason: str) -> None:
        """Count a file that is no log."""
        self.skipped_files[reason] = self.skipped_files.get(reason, 0) + 1


class DeadLetters:
    """Writes dead letters; after `limit` in a row without a readable record it only counts, so that
    a file of rubbish does not become a larger file of complaints."""

    def __init__(
        self, reading: Reading, on_dead_letter: Callable[[DeadLetter], None], limit: int
    ) -> None:
        self.reading = reading
        self._write = on_dead_letter
        self._limit = limit
        self.in_a_row = 0
        self._last = (0, "")

    def write(self, source: str, place: str, position: int, reason: str, raw: bytes) -> None:
        """One record, or the rest of a file, that could not be read."""
        self.in_a_row += 1
        self.reading.unreadable += 1
        if self.in_a_row > self._limit:
            self._last = (position, reason)
        else:
            self._emit(DeadLetter(source, place, position, reason, sample=sample(raw)))

    def settle(self, source: str, place: str) -> None:
        """A readable record came, or the file ended: write up what was only counted."""
        unwritten = self.in_a_row - self._limit
        self.in_a_row = 0
        if unwritten > 0:
            position, reason = self._last
            text = f"{unwritten} more in a row could not be read; the last: {reason}"
            self._emit(DeadLetter(source, place, position, text))

    def forward(self, letter: DeadLetter) -> None:
        """Hand on one that has been written, and counted, elsewhere."""
        self._write(letter)

    def _emit(self, letter: DeadLetter) -> None:
        self.reading.dead_letters += 1
        self._write(letter)
