"""Logs on their way in: events in order, a progress bar on a terminal, and what could not be read.

Examples:
    >>> from detector.settings import Settings
    >>> with reading(["no/such/file"], "auto", Settings()) as logs:
    ...     pass
    Traceback (most recent call last):
    ...
    detector.replay.paths.MissingInputError: no such file or folder: no/such/file
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from detector.cli.console import err, warn
from detector.cli.guard import FailedError
from detector.cli.setup import decoding_context, source_name
from detector.replay.events import open_events
from detector.replay.kin import Kin
from detector.replay.limits import Limits
from detector.replay.reading import Reading
from detector.report.words import several
from detector.settings import Settings
from schemas.dead_letter import DeadLetter
from schemas.event import ActivityEvent

_STEP = 500


class Logs:
    """The input of one run. Set `on_dead_letter` before drawing events; until then they wait."""

    def __init__(
        self, paths: Sequence[str], source: str, settings: Settings, workers: int = 1
    ) -> None:
        self.reading = Reading()
        self._kin = Kin() if workers > 1 else None
        self.on_dead_letter: Callable[[DeadLetter], None] | None = None
        self.progress: Progress | None = None
        self._waiting: list[DeadLetter] = []
        self._letters: list[DeadLetter] = []
        self._broken = 0
        self._task: TaskID | None = None
        context = decoding_context(settings)
        self._drawn = open_events(
            paths,
            context=context,
            on_dead_letter=self._letter,
            source=source_name(source, context.mapped),
            reading=self.reading,
            on_progress=self._advance,
            config=settings.engine(),
            workers=workers,
            kin=self._kin,
        )

    @property
    def kin(self) -> Kin | None:
        """Who is kin in the logs, if several processes are allowed and there is enough for them."""
        large = self.reading.total_bytes > Limits().alone_bytes
        return self._kin if large else None

    def _letter(self, letter: DeadLetter) -> None:
        # Position 0 is the file itself: it could not be opened, listed or unpacked.
        self._letters = self._letters or [letter]
        self._broken += letter.position == 0
        if self.on_dead_letter is None:
            self._waiting.append(letter)
        else:
            self.on_dead_letter(letter)

    def _advance(self, size: int) -> None:
        if self.progress is not None and self._task is not None:
            self.progress.advance(self._task, size)

    def events(self) -> Iterator[ActivityEvent]:
        """Every event in event-time order."""
        if self.on_dead_letter is None:
            self.on_dead_letter = lambda _letter: None
        for letter in self._waiting:
            self.on_dead_letter(letter)
        self._waiting.clear()
        yield from self._drawn if self.progress is None else self._watched(self.progress)

    def _watched(self, progress: Progress) -> Iterator[ActivityEvent]:
        self._task = progress.add_task("reading", total=self.reading.total_bytes or None)
        judging: TaskID | None = None
        for number, event in zip(count(1), self._drawn, strict=False):
            if judging is None:
                progress.update(self._task, completed=self.reading.total_bytes or None)
                judging = progress.add_task("judging", total=self.reading.records)
            if number % _STEP == 0:
                progress.update(judging, completed=number)
            yield event

    def counts(self) -> dict[str, object]:
        """What was read, for the summary."""
        seen = self.reading
        return {
            "files": seen.files,
            "records": seen.records,
            "duplicates": seen.duplicates,
            "dead_letters": seen.dead_letters,
            "unreadable_records": seen.unreadable,
            "skipped_records": dict(sorted(seen.skipped.items())),
            "skipped_files": dict(sorted(seen.skipped_files.items())),
        }

    def check_any(self) -> None:
        """Go on only if there is something to go on with.

        Raises:
            FailedError: no event could be read.
        """
        if not self.reading.events:
            raise FailedError(f"no event was read{self._why()}")

    def check(self) -> None:
        """Say what was left out.

        Raises:
            FailedError: no event could be read, or a whole file could not.
        """
        self.check_any()
        if self._broken:
            raise FailedError(f"{several(self._broken, 'file')} could not be read{self._first()}")
        if self.reading.unreadable:
            count = several(self.reading.unreadable, "record")
            warn(f"{count} could not be read{self._first()}")

    def _first(self) -> str:
        letter = self._letters[0] if self._letters else None
        return f"; the first: {letter.place}: {letter.reason}" if letter else ""

    def _why(self) -> str:
        if self.reading.unreadable:
            return (
                f": {several(self.reading.unreadable, 'record')} could not be read{self._first()}"
            )
        counted = (("record", self.reading.skipped), ("file", self.reading.skipped_files))
        left_out = [
            f"{several(number, noun)} skipped ({reason})"
            for noun, each in counted
            for reason, number in sorted(each.items())
        ]
        return f": {', '.join(left_out)}" if left_out else ": no file is there"


@contextmanager
def reading(
    paths: Sequence[str], source: str, settings: Settings, workers: int = 1
) -> Iterator[Logs]:
    """Check the paths at once; then, on a terminal, show progress while events are drawn.

    Raises:
        MissingInputError: a path names nothing.
    """
    logs = Logs(paths, source, settings, workers)
    if not sys.stderr.isatty():
        yield logs
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err(), transient=True) as progress:
        logs.progress = progress
        yield logs
