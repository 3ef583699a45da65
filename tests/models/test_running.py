"""Running statistics: merging, forgetting, leaning on a group, naming what made a score."""

from functools import reduce
from statistics import fmean, pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.running import Running, Usual, learn, merge, surprise

numbers = st.floats(-1e3, 1e3)
values = st.lists(numbers, min_size=1, max_size=40)


def _learned(xs: list[float]) -> Usual:
    return reduce(learn, xs, Usual())


@given(values)
def test_learning_one_by_one_gives_mean_and_variance(xs: list[float]) -> None:
    """Statistics learned one by one are those of the whole list."""
    usual = _learned(xs)

    assert pytest.approx(fmean(xs), abs=1e-6) == usual.mean
    assert pytest.approx(pvariance(xs), abs=1e-4) == usual.variance
    assert len(xs) == usual.weight


@given(values, values)
def test_merging_equals_learning_both(one: list[float], other: list[float]) -> None:
    """Merged statistics are those of both lists, in either order."""
    both, turned = (merge(_learned(a), _learned(b)) for a, b in ((one, other), (other, one)))

    assert pytest.approx(tuple(_learned(one + other)), abs=1e-4) == tuple(both)
    assert pytest.approx(tuple(both), abs=1e-6) == tuple(turned)


def test_merging_nothing_is_nothing() -> None:
    """Two empty pasts are an empty past."""
    assert Usual() == merge(Usual(), Usual())


def test_forgetting_follows_a_change() -> None:
    """With a half-life the usual value moves to the new level; without one it keeps the mean."""
    short, never = Running(half_life=5), Running(half_life=0)
    for value in [0.0] * 100 + [10.0] * 100:
        short.learn_one({"a": value})
        never.learn_one({"a": value})

    assert pytest.approx(10.0, abs=0.01) == short.usual("a").mean
    assert pytest.approx(5.0) == never.usual("a").mean


@given(st.integers(1, 200), st.floats(0.0, 50.0), st.floats(0.0, 50.0))
def test_surprise_grows_with_distance(count: int, one: float, other: float) -> None:
    """What lies farther from the mean is never less surprising."""
    near, far = sorted((one, other))
    usual = Usual(3.0, 2.0, float(count))

    assert surprise(usual, 3.0 + near) <= surprise(usual, 3.0 + far)


def test_a_short_past_is_gentle() -> None:
    """The same deviation says less after three windows than after a hundred."""
    assert surprise(Usual(1.0, 0.1, 3.0), 4.0) < surprise(Usual(1.0, 0.1, 100.0), 4.0)


def test_a_cold_identity_leans_on_its_group() -> None:
    """Without a past of its own, what is usual for the peers is usual, and what is not is not."""
    group, cold = Running(), Running()
    for n in range(100):
        group.learn_one({"writes": n % 3})

    assert 0.0 == cold.score_one({"writes": 9.0})
    assert 0.0 == cold.score_one({"writes": 1.0}, group)
    assert cold.score_one({"writes": 9.0}, group) > 5.0


def test_an_old_identity_goes_by_itself() -> None:
    """What a group finds unusual is usual for who has always done it."""
    group, old = Running(), Running()
    for n in range(100):
        group.learn_one({"writes": n % 3})
        old.learn_one({"writes": 9.0 + n % 3})

    assert old.score_one({"writes": 10.0}, group) < 1.0 < group.score_one({"writes": 10.0})


@given(st.dictionaries(st.sampled_from("abcd"), numbers), st.lists(numbers, min_size=2))
def test_reasons_add_up_to_the_score(x: dict[str, float], past: list[float]) -> None:
    """The shares of the named features add up to the score, the strongest first."""
    model = Running()
    for value in past:
        model.learn_one({"a": value, "b": -value, "c": 1.0})
    shares = [reason.contribution for reason in model.explain_one(x)]

    assert model.score_one(x) == pytest.approx(sum(shares))
    assert sorted(shares, reverse=True) == shares


def test_a_reason_names_now_and_usual() -> None:
    """A reason holds the feature, its value now and its usual value."""
    model = Running()
    for _ in range(30):
        model.learn_one({"reads": 2.0, "writes": 1.0})
    (reason,) = model.explain_one({"reads": 8.0, "writes": 1.0})

    assert ("reads", 8.0, 2.0) == reason[:3]


def test_falling_can_be_usual() -> None:
    """With `rising_only`, less than usual is nothing unusual, and more still is."""
    model = Running(rising_only=True)
    for _ in range(50):
        model.learn_one({"events": 8.0})

    assert 0.0 == model.score_one({"events": 0.0})
    assert model.score_one({"events": 16.0}) > 5.0


def test_a_flood_of_names_displaces_itself() -> None:
    """What was learned often survives any number of new names."""
    model = Running(max_features=4)
    for _ in range(10):
        model.learn_one({"a": 1.0, "b": 1.0, "c": 1.0})
    for n in range(50):
        model.learn_one({f"flood-{n}": 1.0})

    assert {"a", "b", "c", "flood-49"} == set(model.features)


def test_members_merge_into_a_group() -> None:
    """A group that took in its members knows the mean of all, and keeps the best known."""
    group = Running(max_features=2)
    for level in (1.0, 3.0):
        member = Running(half_life=0)
        member.learn_one({"a": level, "b": level})
        member.learn_one({"a": level, f"rare-{level}": 1.0})
        group.merge(member)

    assert {"a", "b"} == set(group.features)
    assert Usual(2.0, 1.0, 4.0) == group.usual("a")
