"""The output folder of a run: lines are written and flushed as they come, whole files atomically.

`summary.json` is written last, so a folder without it is a run that did not finish.

Examples:
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     with Folder(Path(place) / "out") as folder:
    ...         folder.dead_letter(DeadLetter(source="s", place="a", position=1, reason="r"))
    ...     sorted(path.name for path in folder.path.iterdir())
    ['alerts.jsonl', 'commands.jsonl', 'dead-letters.jsonl']
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import msgspec

from detector.cli.guard import WrongUseError
from schemas.alert import Alert
from schemas.command import RevokeCommand
from schemas.dead_letter import DeadLetter

ALERTS, COMMANDS, DEAD_LETTERS = "alerts.jsonl", "commands.jsonl", "dead-letters.jsonl"
SUMMARY, REPORT = "summary.json", "report.html"
_ENCODER = msgspec.json.Encoder()


class Folder:
    """`alerts` and `dead_letters` count what was written. A command is written once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.alerts = self.commands = self.dead_letters = 0
        self._sent: set[str] = set()
        self._stack = ExitStack()
        try:
            path.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise WrongUseError(f"--out {path}: this is a file, not a folder") from None
        for name in (SUMMARY, REPORT):
            # What an earlier run left would not belong to these alerts.
            (path / name).unlink(missing_ok=True)
        self._files = {name: self._open(name) for name in (ALERTS, COMMANDS, DEAD_LETTERS)}

    def _open(self, name: str) -> IO[bytes]:
        return self._stack.enter_context((self.path / name).open("wb"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def alert(self, alert: Alert) -> None:
        """One alert message, and its command if that is new."""
        self.alerts += 1
        self._write(ALERTS, alert)
        command = alert.unmapped.command
        if command is not None:
            self.command(command)

    def command(self, command: RevokeCommand) -> None:
        """One command; a second time it is known by its id and not written."""
        if command.command_uid not in self._sent:
            self._sent.add(command.command_uid)
            self.commands += 1
            self._write(COMMANDS, command)

    def dead_letter(self, letter: DeadLetter) -> None:
        """One record that could not be read."""
        self.dead_letters += 1
        self._write(DEAD_LETTERS, letter)

    def _write(self, name: str, message: msgspec.Struct) -> None:
        file = self._files[name]
        file.write(_ENCODER.encode(message) + b"\n")
        file.flush()

    def messages(self) -> Iterator[Alert]:
        """The alert messages written so far, from the file."""
        return read_alerts(self.path / ALERTS)

    def conclude(self, summary: Mapping[str, object]) -> None:
        """The report, then the summary."""
        from detector.report.html import page

        whole(self.path / REPORT, page(self.messages(), summary).encode())
        whole(self.path / SUMMARY, (json.dumps(summary, indent=2) + "\n").encode())


def whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees all of it or nothing."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def read_alerts(path: Path) -> Iterator[Alert]:
    """The messages of an alerts.jsonl, one at a time.

    Raises:
        WrongUseError: there is no such file, or a line is no alert.
    """
    decoder = msgspec.json.Decoder(Alert)
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield decoder.decode(line)
                except msgspec.MsgspecError as error:
                    raise WrongUseError(f"{path}: line {number} is no alert: {error}") from None
    except OSError as error:
        raise WrongUseError(f"{path}: {error.strerror}") from None
