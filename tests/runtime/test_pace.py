"""Pace: from which event time on a normaliser holds records back."""

from detector.runtime.pace import Pace
from schemas.progress import Progress


def test_the_slowest_detector_sets_the_pace():
    """Nothing passes before every partition has spoken; then the least version counts, which never
    falls."""
    pace, seen = Pace(partitions=2, epoch=10), []
    for who, version in (("a", 3), ("b", 5), ("a", 7), ("a", 2), ("b", 9)):
        pace.take(Progress(who, 2, (0,), version=version))
        seen.append(pace.limit)

    assert [0, 40, 60, 60, 80] == seen
