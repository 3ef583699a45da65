"""How far a sender is: what lets a partition of the `activity` topic know that time has passed.

Normalisers say it of each raw partition that they read, detectors of each partition that they own.
A partition takes the least of what it has been told, so a backlog holds everybody back and makes
nothing late. What a sender had to say of the time before has been sent to the same place earlier.

Examples:
    >>> Progress("cloudtrail.raw/3", of=8, levels=(1_700_000_100_000,)).key
    'cloudtrail.raw/3'
"""

from msgspec import Struct


class Progress(
    Struct, frozen=True, omit_defaults=True, gc=False, tag_field="record", tag="progress"
):
    """`of` is how many such senders there are. `levels` are times in epoch ms: of a raw partition
    one, before which nothing is still to come; of an `activity` partition several, the first of them
    the time before which it has had all events, each further one the least of all partitions'
    level before it, which covers facts that go so many hops. `settled` is the time before which a
    partition's entities have settled, `version` the last version of peers' baselines that it has
    given. An `idle` raw partition has been read to its end and holds nobody back."""

    sender: str
    of: int
    levels: tuple[int, ...]
    settled: int = 0
    version: int = 0
    idle: bool = False
    schema: int = 1  # absent means 1, whatever the version of today

    @property
    def key(self) -> str:
        """The Kafka key, so that partitions of all senders look alike."""
        return self.sender
