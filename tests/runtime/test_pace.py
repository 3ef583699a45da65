"""Pace: from which event time on a normaliser holds records back."""

from detector.config import HOUR
from detector.runtime.pace import Pace
from schemas.progress import Progress


def learned(partition: int, version: int) -> Progress:
    """What a detector says."""
    return Progress(f"activity/{partition}", 2, (0,), version=version)


def test_the_slowest_detector_sets_the_pace():
    """Nothing passes before every partition has spoken; then the least version counts, which never
    falls."""
    pace, seen = Pace(partitions=2, epoch=10), []
    pace.take(Progress("raw/0", 1, (0,), idle=True))
    for partition, version in ((0, 3), (1, 5), (0, 7), (0, 2), (1, 9)):
        pace.take(learned(partition, version))
        seen.append(pace.limit)

    assert [0, 40, 60, 60, 80] == seen


def test_raw_partitions_keep_abreast():
    """None runs on by more than an hour beyond the one that is furthest behind; one that is idle holds
    nobody, and until all have spoken nothing passes."""
    pace, seen = Pace(partitions=1, epoch=100 * HOUR), []
    pace.take(learned(0, 0))
    for sender, time, idle in (("a", 0, False), ("b", 5, False), ("a", 9, False), ("b", 6, True)):
        pace.take(Progress(sender, 2, (time * HOUR,), idle=idle))
        seen.append(pace.limit // HOUR)

    assert [0, 1, 6, 10] == seen
