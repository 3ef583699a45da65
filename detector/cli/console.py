"""The two consoles: results go to standard output, everything about the run to standard error."""

import os
import sys
from typing import TextIO

from rich.console import Console

PIPE_WIDTH = 160


def out() -> Console:
    """For results: plain text of a fixed width where standard output is no terminal."""
    return _console(sys.stdout)


def err() -> Console:
    """For progress and warnings."""
    return _console(sys.stderr)


def _console(stream: TextIO) -> Console:
    wide = not stream.isatty() and "COLUMNS" not in os.environ
    # Log values are never markup, and nothing in them is highlighted as if it were a word of ours.
    return Console(
        file=stream, width=PIPE_WIDTH if wide else None, markup=False, highlight=False, emoji=False
    )


def warn(line: str) -> None:
    """One line about the run."""
    sys.stderr.write(f"detector: {line}\n")
