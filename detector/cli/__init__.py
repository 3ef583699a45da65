"""The command line, `detector`: the shell around the engine. It owns files, terminal and clock.

Exit codes: 0 done, 1 something failed, 2 wrong use, 130 interrupted, 141 the reader went away.
"""

import sys

from detector.cli.guard import guarded


def main() -> None:
    """The command `detector`."""
    sys.exit(guarded(sys.argv[1:]))


__all__ = ["guarded", "main"]
