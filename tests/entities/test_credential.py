"""A credential's state: what it keeps of its uses and is told, in any order."""

from itertools import permutations
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from detector.config import HOUR, SECOND
from detector.entities.credential import _MOST_OPEN, _MOST_USES, CredentialState, context_of
from detector.pipeline.descent import _born
from schemas.event import ActivityEvent, Credential, Origin, Principal, Task
from schemas.fact import Fact

NOON = 1_767_571_200_000
KEY = Credential("9f", uid="AKIAIOSFODNN7EXAMPLE", lifetime="static")
ENTITY = "credential:acme:9f"


def use(n: int, time: int, held: Credential | None = KEY) -> Fact:
    """A use from a network of its own."""
    event = ActivityEvent(
        f"e{n}", "s", "acme", time, Principal("ada"), credential=held,
        origin=Origin(network=f"10.{n // 250}.{n % 250}.0/24"),
    )  # fmt: skip
    return Fact("context", ENTITY, "principal:acme:ada", time, context=context_of(event),
                event=event)  # fmt: skip


def used(*facts: Fact) -> CredentialState:
    """The state after these facts of use."""
    state = CredentialState(ENTITY, "acme")
    for fact in facts:
        state.used(fact)
    return state


def ids(state: CredentialState) -> list[str]:
    """The ids of the events that are kept, in order."""
    return [each.event.uid for each in state.ordered()]


def told(*facts: Fact) -> CredentialState:
    """The state after it was told these."""
    state = CredentialState(ENTITY, "acme")
    for fact in facts:
        state.tell(fact)
    return state


def test_a_fact_without_a_context_is_no_use():
    """What names no event cannot become evidence."""
    assert not CredentialState(ENTITY, "acme").used(Fact("context", ENTITY, "s", NOON))


def test_the_earliest_event_of_a_context_counts():
    """A later use in a known context is remembered by its hour only."""
    state = CredentialState(ENTITY, "acme")
    said = [state.used(use(1, NOON + n)) for n in (5, 9 + HOUR, 2)]

    assert ([True, False, True], [NOON + 2]) == (
        said,
        [each.event.time for each in state.ordered()],
    )


@given(st.integers(1, 2 * _MOST_OPEN), st.randoms(use_true_random=False))
def test_which_contexts_are_kept_does_not_depend_on_order(count: int, random: Random):
    """Of more contexts than have room in a quarter the same ones stay."""
    facts = [use(n, NOON + n * SECOND) for n in range(count)]

    assert ids(used(*facts)) == ids(used(*random.sample(facts, count)))
    assert min(count, _MOST_OPEN) == len(used(*facts).uses)


def test_a_context_that_moves_to_an_earlier_quarter_still_has_to_fit():
    """Earlier events that come late cannot pile up contexts without bound."""
    state = used(*(use(n, NOON + n) for n in range(2 * _MOST_OPEN)))
    for n in range(3 * _MOST_OPEN):
        state.used(use(n + 500, NOON + HOUR + n))
        state.used(use(n + 500, NOON + 2 * SECOND + n))

    assert 2 * _MOST_OPEN >= len(state.uses)


def test_of_settled_contexts_the_first_and_the_last_stay():
    """What is kept for good is how it began and how it was last."""
    state = used(*(use(n, NOON + n * 20 * SECOND) for n in range(2 * _MOST_USES - 5)))
    state.trim(NOON + HOUR)
    half = _MOST_USES // 2
    late = 2 * _MOST_USES - 5 - half

    assert [*range(half), *range(late, late + half)] == [int(uid[1:]) for uid in ids(state)]


def test_the_latest_task_counts_whichever_is_told_first():
    """Two tasks of one token, told in any order."""
    facts = [
        Fact("status", ENTITY, "s", NOON + n, task=Task(f"t{n}", plane="retrieval"))
        for n in range(3)
    ]

    assert {("t2", NOON + 2)} == {
        (state.task.uid, state.task_at)
        for order in permutations(facts)
        if (state := told(*order)).task is not None
    }


def test_the_workload_that_it_is_bound_to_is_told_on():
    """A bound is news once."""
    state = CredentialState(ENTITY, "acme")
    fact = Fact("status", ENTITY, "s", NOON, credential=replace(KEY, bound_to="pod/a"))

    assert ([True, False], "pod/a") == ([state.tell(fact), state.tell(fact)], state.bound_to)


def test_only_a_session_that_nothing_hangs_on_passes():
    """A key stays, and so does what must tell its parents or has children of its own."""
    session = Credential("9f", uid="ASIAIOSFODNN7EXAMPLE", lifetime="ephemeral")
    parent = used(use(1, NOON, session))
    parent.children = {"aa": None}  # type: ignore[dict-item]
    child = CredentialState(ENTITY, "acme")
    _born(child, "principal:acme:ada", "")

    assert [True, False, False, True, False] == [
        each.passing()
        for each in (used(use(1, NOON, session)), used(use(1, NOON)), parent,
                     CredentialState(ENTITY, "acme"), child)
    ]  # fmt: skip


def test_a_later_report_of_an_end_is_no_news():
    """The earliest report of each status counts, whichever is told first."""
    state = CredentialState(ENTITY, "acme")
    ends = [Fact("status", ENTITY, "s", NOON + n, status="revoked") for n in (5, 9, 2)]

    assert [True, False, True] == [state.tell(fact) for fact in ends]
    assert {"revoked": (NOON + 2, "")} == state.status
