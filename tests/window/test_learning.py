"""What is learned in versions, and the small things that every state shares."""

import pytest

from detector.window import signature
from detector.window.baseline import FEATURES, Habits, Learned
from detector.window.empty import lean, none_yet, nothing_yet
from detector.window.marks import Marks
from detector.window.signature import Signatures
from schemas.event import Action, ActivityEvent, Outcome, Principal, Status

NONE = (0.0,) * FEATURES


def learned(*versions: int) -> Learned:
    """What is learned of one quarter for each of these versions."""
    made = Learned()
    for version in versions:
        made.learn(version=version, fresh=frozenset(), features=NONE)
    return made


def test_three_versions_are_kept():
    """A score reads the version of its time; one that has been forgotten reads as nothing learned."""
    made = learned(3, 4, 5, 6)

    assert [0, 2, 3, 4, 4] == [made.at(version).quarters for version in (3, 4, 5, 6, 9)]


def test_habits_without_a_past_are_never_surprised():
    """The first quarter makes everything new, so it says nothing."""
    assert [0.0, 0.0] == [Habits(quarters=n).surprise("operation") for n in (0, 1)]


def test_surprise_falls_with_the_rate_of_novelty():
    """Who shows something new in every quarter surprises nobody with the next one."""
    steady, restless = Habits(quarters=21, fresh=(1,) * 4), Habits(quarters=21, fresh=(21,) * 4)

    assert [True, True] == [steady.surprise("network") > 3.0, restless.surprise("network") < 0.1]


def test_the_shared_list_refuses_to_be_written():
    """Forgetting to make a list of one's own is an error at once."""
    with pytest.raises(TypeError, match="the shared empty list was written to"):
        nothing_yet().append(1)


def test_what_is_empty_is_shared_again_after_a_restore():
    """Decoding makes empty collections of its own; they are given back."""
    marks = Marks([], {})
    lean(marks)

    assert (True, True) == (marks.items is nothing_yet(), marks.keys is none_yet())


def event(operation: str, status: Status = "success") -> ActivityEvent:
    """One event of an operation."""
    action = Action("s3", operation, "read")
    return ActivityEvent("e", "s", "t", 0, Principal("p"), action=action, outcome=Outcome(status))


def test_a_signature_is_shared():
    """Two events of one operation and outcome have one signature."""
    table = Signatures()

    assert table.of(event("Get")) is table.of(event("Get"))
    assert table.of(event("Get")) is not table.of(event("Get", "denied"))


def test_a_full_table_of_signatures_begins_anew(monkeypatch):
    """Signatures can be made again, so a full table is emptied."""
    monkeypatch.setattr(signature, "_MAX_SHARED", 2)
    table = Signatures()
    for name in ("a", "b", "c"):
        table.of(event(name))

    assert 1 == len(table._table)


def test_a_throttle_is_not_looked_at():
    """A throttled call comes again, whatever it would do."""
    assert [0, 1] == [
        Signatures().of(event("x", status)).notable for status in ("throttled", "denied")
    ]
