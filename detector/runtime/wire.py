"""Records of the `activity` topic as bytes, and which partition a key belongs to.

Keys are spread as librdkafka's `consistent` partitioner spreads them (CRC-32), so that other writers
can put their events where the entity's owner reads them. It never changes: with it, every entity
would move.

Examples:
    >>> partition_of("principal:acme:ada", 8)
    7
    >>> read(written(Progress("activity/0", of=1, levels=(5,)))).levels
    (5,)
"""

from zlib import crc32

import msgspec

from schemas.control import Control
from schemas.event import ActivityEvent
from schemas.fact import Fact
from schemas.progress import Progress

Record = ActivityEvent | Fact | Progress | Control

written = msgspec.json.Encoder().encode
"""One record as JSON."""

read = msgspec.json.Decoder(Record).decode
"""The record of these bytes; `msgspec.MsgspecError` or `UnicodeDecodeError` if it is none."""


def partition_of(key: str, partitions: int) -> int:
    """The partition, from 0, that owns this key."""
    return crc32(key.encode()) % partitions
