"""Every way in which a command may end: an exit code and, where it failed, one clear line.

Examples:
    >>> guarded(["schema", "tick", "--no-such-option"])
    2
"""

import os
import sys

INTERRUPTED = 130
READER_GONE = 141


class WrongUseError(Exception):
    """The operator asked for something that cannot be: exit code 2."""


class FailedError(Exception):
    """The command did what it could, and part of its input failed: exit code 1."""


def guarded(arguments: list[str]) -> int:
    """Run one command line and return its exit code.

    With `DETECTOR_DEBUG` set, whatever failed is raised instead, with its traceback.
    """
    try:
        code = _run(arguments)
        sys.stdout.flush()
        if code == INTERRUPTED:
            _say("interrupted")
    except BrokenPipeError:
        # The interpreter flushes standard output again at its end; nobody is there to read it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    except Exception as error:
        if os.environ.get("DETECTOR_DEBUG"):
            raise
        _say(line_of(error))
        return 2 if _is_wrong_use(error) else 1
    return code


def _run(arguments: list[str]) -> int:
    from detector.cli.app import app

    try:
        app(arguments, prog_name="detector", standalone_mode=True)
    except SystemExit as end:
        # Also what an interrupt ends in: typer makes it exit code 130.
        return end.code if isinstance(end.code, int) else 1
    return 0


def _is_wrong_use(error: Exception) -> bool:
    from detector.evaluate.labels import LabelsError
    from detector.replay.paths import MissingInputError
    from detector.settings import SettingsError

    return isinstance(error, WrongUseError | LabelsError | MissingInputError | SettingsError)


def _is_known(error: Exception) -> bool:
    from detector.replay.processes import ProcessError

    return isinstance(error, ProcessError) or _is_wrong_use(error)


def line_of(error: Exception) -> str:
    """What failed, in one line.

    Examples:
        >>> line_of(FailedError("no event was read"))
        'no event was read'
        >>> line_of(KeyError("e"))
        "internal error: KeyError: 'e'; DETECTOR_DEBUG=1 shows where"
    """
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if isinstance(error, FailedError) or _is_known(error):
        return str(error)
    return f"internal error: {type(error).__name__}: {error}; DETECTOR_DEBUG=1 shows where"


def _say(line: str) -> None:
    sys.stderr.write(f"detector: {line}\n")
