"""The organisation's other systems: every log format, and secrets that travel between them.

Examples:
    >>> from detector.simulate.across.play import played
    >>> rows = list(played(seed=1, days=1, actors=20))
    >>> rows == sorted(rows, key=lambda row: row.at)
    True
"""

from detector.simulate.across.folder import Written, write_across

__all__ = ["Written", "write_across"]
