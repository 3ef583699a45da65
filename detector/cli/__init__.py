"""The command line, `detector`: the shell around the engine. It owns files, terminal and clock.

Exit codes: 0 done, 1 something failed, 2 wrong use, 130 interrupted, 141 the reader went away.
"""

import gc
import sys

from detector.cli.guard import guarded


def main() -> None:
    """The command `detector`.

    Python's cycle collector walks every object that lives, and the engine's state is a million
    objects without a cycle: left at its defaults it costs half of a replay. The shell says so.
    """
    gc.set_threshold(500_000, 100, 1_000)
    sys.exit(guarded(sys.argv[1:]))


__all__ = ["guarded", "main"]
