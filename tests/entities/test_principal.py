"""A principal's state: what wants a closer look, and what does not."""

import pytest
from msgspec.structs import replace

from detector.config import DAY, HOUR, MINUTE, SECOND, EngineConfig
from detector.entities.order import order
from detector.entities.principal import PrincipalState
from detector.entities.routine import NEVER, Routine
from detector.pipeline import State
from detector.window.panes import QUARTER
from detector.window.signature import Signatures
from schemas.event import Action, ActivityEvent, Credential, Origin, Principal, Task, Workload

START = 40 * QUARTER
HORIZON = State(EngineConfig()).horizon
SESSION = Credential("9f", lifetime="ephemeral", expires=START + 9 * MINUTE)
SIGNATURES = Signatures()


def used(
    number: int, time: int, operation: str = "ListBuckets", **changes: object
) -> ActivityEvent:
    """One harmless use of a session, always in the same place."""
    event = ActivityEvent(
        uid=f"e{number}",
        source="cloudtrail",
        tenant="acme",
        time=time,
        principal=Principal("ada"),
        action=Action("s3", operation, "list"),
        credential=SESSION,
        origin=Origin(network="192.0.2.0/24", client="boto3"),
    )
    return replace(event, **changes)


LASTING = replace(SESSION, expires=None)


def begun(event: ActivityEvent) -> PrincipalState:
    """A principal that has been looked at once."""
    made = PrincipalState.born(event)
    signature = SIGNATURES.of(event)
    made.begin(event, signature)
    made.look(event, signature, HORIZON)
    return made


def repeats(ada: PrincipalState, event: ActivityEvent) -> bool:
    """Whether an event is as those before it."""
    return ada.repeats(event, SIGNATURES.of(event), HORIZON)


def looks(ada: PrincipalState, event: ActivityEvent) -> bool:
    """Whether an event that is not as those before it wants a closer look."""
    return ada.observe(event, SIGNATURES.of(event), HORIZON)


@pytest.mark.parametrize(
    "changes",
    [
        {"time": START + 10 * MINUTE},
        {"credential": replace(SESSION, bound_to="pod/a")},
        {"credential": replace(SESSION, fingerprint="aa")},
        {"credential": None},
        {"task": Task("t")},
        {"kind": "approval"},
        {"source": "gateway"},
        {"origin": None},
        {"workload": Workload("pod/a")},
        {"time": START - 1},
    ],
)
def test_what_may_be_beyond_a_bound_or_is_elsewhere_is_no_repeat(changes: dict[str, object]):
    """An expired or bound session, a task, another kind of event, and another context."""
    ada = begun(used(1, START))

    assert repeats(ada, used(2, START + SECOND))
    assert not repeats(ada, used(3, **{"time": START + MINUTE, **changes}))  # type: ignore[arg-type]


def test_of_one_moment_the_smallest_id_stands_for_all():
    """What is not after the event that was looked at may be the one that stands for it."""
    ada = begun(used(1, START + MINUTE))

    assert [True, False] == [looks(ada, used(n, START + n * MINUTE)) for n in (1, 2)]


def test_a_later_id_of_the_moment_that_was_looked_at_is_a_repeat():
    """Logs write whole seconds, so a burst shares one moment; the smallest id has been looked at."""
    rows = sorted((used(n, START) for n in range(8)), key=order)
    ada = begun(rows[4])

    assert [n > 4 for n in range(8)] == [repeats(ada, each) for each in rows]


def test_where_a_place_is_new_every_event_of_the_moment_is_looked_at():
    """Each may be the one by which the place is marked."""
    first = min((used(n, START + DAY, credential=LASTING) for n in range(8)), key=order)
    ada = begun(used(9, START, credential=LASTING))
    ada.seen.settle(bound=START + HOUR, dirty=lambda _: False, release=0)
    ada.observe(first, SIGNATURES.of(first), HORIZON)
    ada.look(first, SIGNATURES.of(first), HORIZON)
    later = [used(n, START + DAY, credential=LASTING) for n in range(8) if f"e{n}" != first.uid]
    assert all(repeats(ada, each) for each in later)

    moved = replace(first, origin=Origin(network="198.51.100.0/24", client="boto3"))
    ada.observe(moved, SIGNATURES.of(moved), HORIZON)
    ada.look(moved, SIGNATURES.of(moved), HORIZON)
    assert not any(repeats(ada, replace(each, origin=moved.origin)) for each in later)


def test_of_several_looks_at_one_moment_the_smallest_id_counts():
    """Whichever came first; and where one of them may be marked, all of them are looked at."""
    routine = Routine(START, START + HOUR, (), "", ("", "", "", "", ""), tie=7)
    ties = []
    for tie in (9, 0, 5, NEVER, 3):
        routine.rise(START, tie)
        ties.append(routine.tie)

    assert [7, 7, 5, NEVER, NEVER] == ties


def test_what_has_long_been_known_is_routine_at_once():
    """An operation that is not news need not have been done in this very hour."""
    ada = begun(used(1, START, credential=LASTING))
    for time in (START + SECOND, START + 2 * DAY):
        for name in ("ListBuckets", "ListKeys"):
            event = used(2, time, name, credential=LASTING)
            ada.observe(event, SIGNATURES.of(event), HORIZON)
            ada.look(event, SIGNATURES.of(event), HORIZON)
        ada.seen.settle(bound=START + DAY, dirty=lambda _: False, release=0)
        ada.change()
    event = used(3, START + 2 * DAY + SECOND, credential=LASTING)
    ada.observe(event, SIGNATURES.of(event), HORIZON)

    assert repeats(ada, used(4, START + 2 * DAY + MINUTE, "ListKeys", credential=LASTING))
    assert ada.routine is not None
    assert SIGNATURES.of(used(4, 0, "ListKeys")) in ada.routine.done
    assert not repeats(ada, used(5, START + 2 * DAY + MINUTE, "ListAll", credential=LASTING))


def test_what_a_newcomer_does_under_a_task_is_noted_without_a_closer_look():
    """Its first time is kept, whichever comes first; a task is checked on every event anyway."""
    ada = begun(used(1, START, task=Task("t")))
    rows = [used(n, START + n * SECOND, "ListKeys", task=Task("t")) for n in (5, 9, 2)]

    assert [False] * 3 == [looks(ada, each) for each in rows]
    assert START + 2 * SECOND == ada.seen.pending["o:s3:ListKeys"]


def test_only_a_use_makes_an_operation_routine():
    """An approval in the usual place wants no closer look, but the next one is looked for again."""
    ada = begun(used(1, START))
    rows = [used(n, START + n * SECOND, "Approve", kind="approval") for n in (2, 3)]

    assert [False, False] == [looks(ada, each) for each in rows]
    assert ada.routine is not None
    assert (SIGNATURES.of(used(1, START)),) == ada.routine.done
