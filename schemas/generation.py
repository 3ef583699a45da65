"""Which generation of topics is in use: what a change of the number of partitions leaves for workers.

A migration says on the `progress` topic that it leaves that this has been moved, so that nobody goes
on there, and on the one that it makes that all is there, so that nobody begins too early.

Examples:
    >>> Generation(2, of=32).done
    False
"""

from msgspec import Struct


class Generation(
    Struct, frozen=True, omit_defaults=True, gc=False, tag_field="record", tag="generation"
):
    """Generation `number` has `of` partitions of `activity`; it is `done` once all that was learned
    has been brought there."""

    number: int
    of: int
    done: bool = False
    schema: int = 1  # absent means 1, whatever the version of today
