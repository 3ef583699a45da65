"""What logs show of credentials apart from abuse: which there are, and what is wrong with them.

Examples:
    >>> Census().rows()
    []
"""

from detector.census.census import Census, Counted
from detector.census.posture import Posture, Weakness

__all__ = ["Census", "Counted", "Posture", "Weakness"]
