"""Marks: repeats collapse onto the earliest, and of too many the same ones stay."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from detector.config import DAY, HOUR, SECOND
from detector.window.marks import _MOST_OPEN, _MOST_SETTLED, Marks
from detector.window.panes import QUARTER
from schemas.event import ActivityEvent, Origin, Principal

NOON = 12 * HOUR


def event(uid: str, time: int, client: str = "aws-cli", network: str = "") -> ActivityEvent:
    """An event from some place."""
    origin = Origin(network=network, client=client)
    return ActivityEvent(uid, "s", "t", time, Principal("p"), origin=origin)


def ids(marks: Marks) -> list[str]:
    """The ids of the marked events, in order."""
    return [mark.event.uid for mark in marks.items]


def test_nothing_is_marked_at_first():
    """No mark is found, counted or pruned where there is none."""
    marks = Marks()
    marks.prune(NOON)

    assert (0, [], False) == (marks.index(NOON), marks.between(0, DAY), marks.holds(NOON, "a"))


def test_a_repeat_within_a_minute_collapses_onto_the_earliest():
    """An earlier event that comes late replaces the one that stood for both."""
    marks = Marks()
    said = [marks.add(event(uid, NOON + n), "o:x", 1) for uid, n in (("b", 5), ("c", 9), ("a", 2))]

    assert ([True, False, True], ["a"]) == (said, ids(marks))


def test_a_new_place_is_marked_once_an_hour():
    """Where only the place is new, the first event of the hour stands for all."""
    marks = Marks()
    for uid, n in (("b", 5), ("c", 900), ("a", 2)):
        marks.add(event(uid, NOON + n * SECOND), "o:x", 0, placed=True, place=True)

    assert ["a"] == ids(marks)


def test_a_new_act_from_a_new_place_stands_for_the_place_as_well():
    """An earlier mark of more weight makes a later one of the same place alone needless, whichever
    comes first."""
    for backwards in (False, True):
        marks = Marks()
        rows = [("a", 2, False), ("b", 5, True)]
        for uid, n, placed in reversed(rows) if backwards else rows:
            marks.add(event(uid, NOON + n * SECOND), f"o:{uid}", 0, placed=placed, place=True)

        assert ["a"] == ids(marks)


def test_two_acts_from_a_new_place_are_two_marks():
    """Of two full marks the earlier stands for the place, and both stay."""
    marks = Marks()
    for uid, n in (("b", 5), ("a", 2)):
        marks.add(event(uid, NOON + n * SECOND), f"o:{uid}", 0, place=True)
    marks.add(event("c", NOON + 9 * SECOND), "o:c", 0, placed=True, place=True)

    assert ["a", "b"] == ids(marks)


def test_a_new_place_before_a_new_act_from_there_stays():
    """The later mark of more weight cannot stand for what came first, whichever is told first."""
    for backwards in (False, True):
        marks = Marks()
        rows = [("a", 2, True), ("b", 5, False)]
        for uid, n, placed in reversed(rows) if backwards else rows:
            marks.add(event(uid, NOON + n * SECOND), f"o:{uid}", 0, placed=placed, place=True)

        assert ["a", "b"] == ids(marks)


def test_what_is_beyond_a_bound_is_a_mark_of_its_own():
    """A broken bound is not the same act as the one within it."""
    marks = Marks()
    marks.add(event("a", NOON), "o:x", 3)
    marks.add(event("b", NOON + 1), "o:x", 3, broken=True)

    assert ["a", "b"] == ids(marks)


def test_older_quarters_keep_few_and_a_day_ago_none():
    """Settled quarters are thinned, and marks end after a day."""
    marks = Marks()
    for n in range(20):
        marks.add(event(f"e{n:02}", NOON + n * SECOND), f"o:{n}", n % 3)
    marks.prune(NOON + 3 * HOUR)

    assert _MOST_SETTLED == len(marks.items)

    marks.prune(NOON + 3 * HOUR + 2 * DAY)

    assert ([], {}) == (marks.items, marks.keys)


def test_indexed_marks_go_on_as_before():
    """Marks without their keys, as a snapshot has them, know again what they have seen."""
    marks = Marks()
    marks.add(event("a", NOON), "o:x", 1, place=True)
    again = marks.bare().indexed()

    assert marks == again
    assert not again.add(event("b", NOON + 1), "o:x", 1)


def test_of_too_many_marks_in_a_quarter_the_gravest_stay():
    """A mark that has no room any more is not taken in."""
    marks = Marks()
    for n in range(_MOST_OPEN):
        marks.add(event(f"e{n:03}", NOON + n * SECOND), f"o:{n}", 2)

    assert not marks.add(event("dull", NOON), "o:dull", 1)
    assert marks.add(event("grave", NOON), "o:grave", 3)
    assert (_MOST_OPEN, True) == (len(marks.items), "grave" in ids(marks))


@given(st.integers(_MOST_OPEN - 5, _MOST_OPEN + 40), st.randoms(use_true_random=False))
def test_which_marks_are_kept_does_not_depend_on_order(count: int, random: Random):
    """Of more marks than have room in a quarter the gravest stay, then those that a hash picks."""
    rows = [(event(f"e{n:03}", NOON + n * SECOND), f"o:{n}", 1 + n % 3) for n in range(count)]
    marks, other = Marks(), Marks()
    for row in rows:
        marks.add(*row)
    for row in random.sample(rows, len(rows)):
        other.add(*row)

    assert ids(marks) == ids(other)
    assert min(count, _MOST_OPEN) == len(marks.between(NOON, NOON + QUARTER))
