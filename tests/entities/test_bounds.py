"""The bounds of a credential: which of them an event breaks, in words."""

from itertools import permutations

import pytest
from msgspec.structs import replace

from detector.config import MINUTE, SECOND
from detector.entities.bounds import CredentialView, breach
from schemas.event import Action, ActivityEvent, Credential, Principal, Target, Task

NOON = 1_767_571_200_000
KEY = Credential("9f", uid="AKIAIOSFODNN7EXAMPLE", lifetime="static")


def acting(**changes: object) -> ActivityEvent:
    """A use of the key at noon."""
    event = ActivityEvent(
        "e", "s", "acme", NOON, Principal("ada"), credential=KEY, action=Action("s3", "Get")
    )
    return replace(event, **changes)


def reason(view: CredentialView, event: ActivityEvent) -> str:
    """What bound the event breaks, in words."""
    found = breach(view, event)
    return found.reason if found is not None else ""


def test_a_use_after_its_task_was_to_end_is_beyond_it():
    """A task that says when it ends is over then, with two seconds of grace."""
    view = CredentialView(task=Task("t", ends=NOON - MINUTE))

    assert "used after its task had ended" == reason(view, acting())
    assert "" == reason(CredentialView(task=Task("t", ends=NOON - SECOND)), acting())


def test_the_latest_time_known_of_a_credential_is_the_age_of_its_bounds():
    """An end, an exposure and a task each make it younger."""
    views = (
        CredentialView(),
        CredentialView(ended=5),
        CredentialView(ended=5, exposed=7),
        CredentialView(exposed=7, task=Task("t"), task_at=9),
    )

    assert [0, 5, 7, 9] == [view.latest for view in views]


def test_the_earliest_end_counts():
    """Of several ends the first one stands, with its proof, whichever is told first."""
    ends = [(NOON + 5, "deleted", "b"), (NOON, "revoked", "a"), (NOON + 5, "expired", "c")]
    views = []
    for order in permutations(ends):
        views.append(CredentialView())
        for end in order:
            views[-1].end(*end)

    assert {(NOON, "revoked", "a")} == {(view.ended, view.how, view.proof) for view in views}


def test_the_latest_task_counts():
    """Of several tasks the last one to begin stands, whichever is told first."""
    views = []
    for order in permutations(range(3)):
        views.append(CredentialView())
        for n in order:
            views[-1].begin(NOON + n, Task(f"t{n}"))

    assert {(NOON + 2, "t2")} == {(view.task_at, view.task and view.task.uid) for view in views}


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (Task("t", operations=("s3:*",), targets=("bucket/*",)), ""),
        (Task("t", operations=("iam:*", "s3:Put*")), "task t does not allow s3:Get"),
        (Task("t", targets=("table/*",)), "task t does not allow target bucket/a"),
        (
            Task("t", plane="inference"),
            "task granted the inference plane, acted in the action plane",
        ),
    ],
)
def test_a_task_allows_what_it_names(task: Task, said: str):
    """Operations and targets by pattern, and nothing but looking where only that was granted."""
    action = Action("s3", "Get", plane="action")
    used = acting(task=task, target=Target("bucket/a"), action=action)

    assert said == reason(CredentialView(), used)


def test_a_task_that_is_only_named_is_the_one_that_was_told():
    """What an event says of its task counts before what was told, if it says more than the name."""
    told = CredentialView(task=Task("t", operations=("iam:*",)))
    rows = (Task("t"), Task("t", operations=("s3:*",)), None)

    assert ["task t does not allow s3:Get", "", "task t does not allow s3:Get"] == [
        reason(told, acting(task=task)) for task in rows
    ]
