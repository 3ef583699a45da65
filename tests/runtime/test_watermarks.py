"""Watermarks: how far a partition may settle, from what it has been told in any order."""

import random

import pytest

from detector.runtime.watermarks import LEVELS, Watermarks
from schemas.progress import Progress

EPOCH = 1_000_000


def raw(time: int, sender: str = "raw/0", of: int = 1, *, idle: bool = False) -> Progress:
    """What a raw partition says."""
    return Progress(sender, of, (time,), idle=idle)


def rounds(marks: list[Watermarks], count: int) -> None:
    """Every partition tells every other one how far it is, so many times."""
    for _ in range(count):
        said = [Progress(f"activity/{one.partition}", one.of, one.levels) for one in marks]
        for one in marks:
            for each in said:
                one.take(each)


def test_a_fact_has_as_many_hops_as_there_are_levels():
    """A time is settled once it has gone round as often as a fact may travel, and not before."""
    marks = [Watermarks(n, 3) for n in range(3)]
    for one in marks:
        one.take(raw(500))
    rounds(marks, LEVELS - 1)
    before = [one.target(EPOCH) for one in marks]
    rounds(marks, 1)

    assert ([0, 0, 0], [500, 500, 500]) == (before, [one.target(EPOCH) for one in marks])


def test_the_slowest_partition_holds_all_others():
    """What one partition has not been told yet, none may settle."""
    marks = [Watermarks(n, 2) for n in range(2)]
    marks[0].take(raw(900))
    marks[1].take(raw(300))
    rounds(marks, LEVELS + 1)

    assert [300, 300] == [one.target(EPOCH) for one in marks]


def test_nothing_settles_until_every_sender_has_spoken():
    """Neither the raw partitions nor the others may be unknown."""
    marks = Watermarks(0, 2)
    marks.take(raw(500, "raw/0", of=2))

    assert 0 == marks.levels[0]
    marks.take(raw(400, "raw/1", of=2))
    marks.take(Progress("activity/0", 2, (400,) * LEVELS))

    assert (400, 0) == (marks.levels[0], marks.target(EPOCH))


def test_an_idle_sender_holds_nobody():
    """It counts again when it has something; if all are idle the latest time is reached."""
    marks = Watermarks(0, 1)
    marks.take(raw(100, "raw/0", of=2, idle=True))
    marks.take(raw(500, "raw/1", of=2))
    alone = marks.levels[0]
    marks.take(raw(700, "raw/1", of=2, idle=True))
    both = marks.levels[0]
    marks.take(raw(650, "raw/0", of=2))

    assert (500, 700, 700) == (alone, both, marks.levels[0])


def test_an_epoch_waits_for_its_version():
    """Beyond the start of an epoch nothing settles before all have given the version read there."""
    marks = Watermarks(0, 1)
    marks.take(raw(EPOCH // 2))
    marks.take(raw(9 * EPOCH))
    for _ in range(LEVELS + 1):
        marks.take(Progress("activity/0", 1, marks.levels))
    without = marks.target(EPOCH)
    marks.take(Progress("activity/0", 1, marks.levels, version=4))

    assert (EPOCH, 5 * EPOCH) == (without, marks.target(EPOCH))


@pytest.mark.parametrize("seed", range(5))
def test_old_news_and_repeats_change_nothing(seed: int):
    """What has been said may come again and in any order: the maxima are the same."""
    said = [raw(n, f"raw/{n % 3}", of=3) for n in range(100, 160)]
    said += [Progress(f"activity/{n % 2}", 2, (n,) * LEVELS, settled=n) for n in range(50, 90)]
    shuffled = random.Random(seed).sample(said * 2, len(said) * 2)
    ordered, other = Watermarks(0, 2), Watermarks(0, 2)
    for one in said:
        ordered.take(one)
    for one in shuffled:
        other.take(one)

    assert (ordered.raw, ordered.peers, ordered.told) == (other.raw, other.peers, other.told)
    assert ordered.target(EPOCH) == other.target(EPOCH)
