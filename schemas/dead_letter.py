"""A raw record that could not be read: where it stands, why, and a redacted sample of it.

Examples:
    >>> DeadLetter(source="cloudtrail", place="a.json", position=3, reason="not JSON").position
    3
"""

from msgspec import Struct


class DeadLetter(Struct, frozen=True, omit_defaults=True):
    """`place` and `position` are a file and its line (or record index), or a topic and its offset
    with `partition`. `sample` is at most 256 characters with everything secret-like masked."""

    source: str
    place: str
    position: int
    reason: str
    partition: int | None = None
    sample: str = ""
    schema: int = 1  # absent means 1, whatever the version of today
