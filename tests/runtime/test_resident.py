"""Entities in memory, and the rows that a checkpoint writes of them."""

from hypothesis import given
from hypothesis import strategies as st

from detector.pipeline import State, step
from detector.pipeline.entity import Entity, read
from detector.runtime.resident import Entities, Everything
from schemas.event import Action, ActivityEvent, Principal

KEYS = [f"principal:t:p{n}" for n in range(5)]


def event(key: str, number: int) -> ActivityEvent:
    """One event of an identity."""
    who = key.rsplit(":", 1)[1]
    action = Action("s3", f"Get{number}", "read")
    return ActivityEvent(
        f"e{number}", "cloudtrail", "t", 1_000 * number, Principal(who), action=action
    )


def take(entities: Entities, key: str, number: int) -> None:
    """An event comes."""
    entities.touch(key)
    step(entities.state, event(key, number))


def rows(entities: Entities) -> dict[str, bytes | None]:
    """A checkpoint at once."""
    entities.freeze()
    while entities.thaw(2):
        pass
    return dict(entities.taken())


def meant(rows: dict[str, bytes | None]) -> dict[str, Entity]:
    """What rows say, whether what was collected has been entered or not."""
    return {key: read(key, row) for key, row in rows.items() if row is not None}


keys = st.lists(st.sampled_from(KEYS), max_size=12)


@given(before=keys, meanwhile=keys, most=st.integers(1, 3))
def test_rows_are_those_of_one_moment(before: list[str], meanwhile: list[str], most: int):
    """However many events come while a checkpoint is written, it holds what was when it began; what
    came meanwhile stands in the next one."""
    slow, quick = (Entities(State(), Everything()) for _ in range(2))
    for number, key in enumerate(before):
        take(slow, key, number)
        take(quick, key, number)
    at_once = rows(quick)
    slow.freeze()
    for number, key in enumerate(meanwhile, 100):
        take(slow, key, number)
        take(quick, key, number)
        slow.thaw(most)
    while slow.thaw(most):
        pass

    assert at_once == dict(slow.taken())
    assert rows(quick) == rows(slow)


@given(first=keys, second=keys)
def test_who_leaves_memory_comes_back_the_same(first: list[str], second: list[str]):
    """An identity that was evicted goes on as one that stayed."""
    kept = Everything()
    evicting, staying = Entities(State(), kept), Entities(State(), Everything())
    for number, key in enumerate(first):
        take(evicting, key, number)
        take(staying, key, number)
    staying_rows = rows(staying)
    kept.update({key: row for key, row in rows(evicting).items() if row is not None})
    gone = evicting.evict(0)
    there = len(evicting.state.principals)
    for number, key in enumerate(second, 100):
        take(evicting, key, number)
        take(staying, key, number)

    assert (len(set(first)), 0) == (gone, there)
    assert kept == staying_rows
    assert meant(rows(staying)) == meant(rows(evicting))


def test_what_changed_since_stays_in_memory():
    """Only what has been written can go."""
    entities = Entities(State(), Everything())
    take(entities, KEYS[0], 1)
    rows(entities)
    take(entities, KEYS[1], 2)

    assert 1 == entities.evict(0)
    assert [KEYS[1]] == list(entities.state.principals)


def test_who_was_quiet_for_longest_goes_first():
    """A few leave at a time, in the order in which they were last touched."""
    kept = Everything()
    entities = Entities(State(), kept)
    for number, key in enumerate([*KEYS[:4], KEYS[0]]):
        take(entities, key, number)
        kept.update({key: row for key, row in rows(entities).items() if row is not None})
    gone = entities.evict(1, most=2)
    stay = list(entities.state.principals)
    gone += entities.evict(1, most=2)

    assert 3 == gone
    assert [KEYS[0], KEYS[3]] == stay
    assert [KEYS[0]] == list(entities.state.principals)


def test_who_comes_back_after_it_was_forgotten_is_here_until_it_is_written():
    """It is not read again from what an older checkpoint says of it."""
    kept = Everything()
    entities = Entities(State(), kept)
    take(entities, KEYS[0], 1)
    kept.update({key: row for key, row in rows(entities).items() if row is not None})
    del entities.state.principals[KEYS[0]]
    entities.forget(KEYS[0])
    take(entities, KEYS[0], 9)
    rows(entities)
    take(entities, KEYS[0], 10)

    assert 9_000 == entities.state.principals[KEYS[0]].first


def test_who_is_forgotten_leaves_a_tombstone():
    """Its row is deleted, and if it comes back it is new."""
    entities = Entities(State(), Everything())
    take(entities, KEYS[0], 1)
    row = rows(entities)[KEYS[0]]
    del entities.state.principals[KEYS[0]]
    entities.forget(KEYS[0])
    after = rows(entities)
    take(entities, KEYS[0], 9)

    assert row is not None
    assert "p0" == read(KEYS[0], row).who.uid  # type: ignore[union-attr]
    assert {KEYS[0]: None} == after
    assert 9_000 == entities.state.principals[KEYS[0]].first
