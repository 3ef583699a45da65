"""What crosses entities: which facts an event makes, and how a principal takes them in."""

from itertools import permutations
from random import Random

from msgspec import structs

from detector.config import HOUR, SECOND
from detector.entities.principal import PrincipalState
from detector.pipeline import share
from detector.window.panes import QUARTER
from schemas.event import ActivityEvent, Principal, Task
from schemas.fact import Fact, Step
from tests.pipeline.events import ADA, NOON, ROOT, event, issue, key, session

HOPS = 8
OWN = key(1)


def ada() -> PrincipalState:
    """Somebody with a past of two days."""
    return PrincipalState.born(event("first", NOON - 48 * HOUR, "s3:GetObject:read", used=OWN))


def handing(number: int, time: int = NOON) -> ActivityEvent:
    """Ada hands out a session of root's with her key."""
    return issue(f"i{number}", time, session(number, NOON + HOUR), used=OWN, holder=ROOT)


def leading(*steps: int, holder: Principal = ADA) -> Fact:
    """A path of so many steps leads to her key, each at so many seconds before noon."""
    walked = tuple(
        Step("eve", holder.uid, "AssumeRole", NOON - n * SECOND, f"w{n}", novel=True) for n in steps
    )
    return Fact("path", f"principal:acme:{ADA.uid}", "s", walked[-1].time, credential=OWN,
                principal=holder, path=walked)  # fmt: skip


def given(who: PrincipalState, *events: ActivityEvent) -> list[Fact]:
    """The facts that these events make, with a new operation in each."""
    return [fact for each in events for fact in share.facts_of(who, each, ("operation",), HOPS)]


def paths(facts: list[Fact]) -> list[tuple[str, tuple[str, ...]]]:
    """The kind of each fact with a path, and the events on it."""
    return [(fact.kind, fact.evidence) for fact in facts if fact.path]


def test_what_was_issued_before_its_path_is_known_goes_on_with_it():
    """A path may arrive after what was issued at its end: it is told once more, longer."""
    who = ada()
    first = paths(given(who, handing(1)))
    later = paths(share.told(who, leading(30, 20), HOPS))

    assert [("path", ("i1",)), ("issued", ("i1",))] == first
    assert [("path", ("w30", "w20", "i1")), ("issued", ("w30", "w20", "i1"))] == later


def test_a_path_to_another_credential_goes_no_further():
    """What was issued with one key is not at the end of a path to another."""
    who = ada()
    given(who, handing(1))
    other = structs.replace(leading(20), credential=key(2))

    assert [] == share.told(who, other, HOPS)
    assert {"f002": other.path} == who.paths


def test_of_two_paths_to_one_credential_the_better_counts():
    """The one walked earlier, then the longer, whichever is told first; a repeat says nothing."""
    facts = [leading(20), leading(30, 20), leading(40, 10)]
    kept = set()
    for order in permutations(facts):
        who = ada()
        for fact in order:
            share.told(who, fact, HOPS)
        kept.add(who.paths["f001"])

    assert {facts[1].path} == kept
    assert [] == share.told(who, facts[1], HOPS)


def test_of_much_that_was_issued_in_a_quarter_a_hash_chooses_what_is_remembered():
    """The same events are kept in any order; those of another quarter have their own room."""
    count = 2 * share._MOST_HANDED
    events = [handing(n, NOON + n) for n in range(count)]
    shuffled = Random(1).sample(events, count)
    kept = []
    for order in (events, shuffled, [*shuffled, *events]):
        who = ada()
        given(who, *order)
        kept.append([each.uid for each, _ in who.handed])

    assert [kept[0]] * 3 == kept
    assert share._MOST_HANDED == len(kept[0])

    given(who, handing(count, NOON + QUARTER))

    assert share._MOST_HANDED + 1 == len(who.handed)


def test_a_task_is_told_at_its_start_and_its_end():
    """While it lasts it has limits and no status; when it ends it is over."""
    job = Task("t1", plane="retrieval")
    rows = [
        event(f"e{n}", NOON + n, "broker:Task:write", used=OWN, kind="task", task=task)
        for n, task in enumerate((job, structs.replace(job, ended=True)))
    ]

    assert [(None, job), ("task_over", None)] == [
        (fact.status, fact.task) for fact in given(ada(), *rows)
    ]


def test_a_use_under_a_task_tells_no_status():
    """The task that an event names is checked there, and nobody else's to know."""
    used = event("e", NOON, "s3:GetObject:read", used=OWN, task=Task("t1"))

    assert ["context"] == [fact.kind for fact in given(ada(), used)]
