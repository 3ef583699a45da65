"""Calibration: quantiles, tails and the threshold that follows a budget in small steps."""

from functools import partial
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.calibration import Quantiles, next_threshold

scores = st.lists(st.floats(0.0, 1e6), min_size=1, max_size=80)


def _of(values: list[float]) -> Quantiles:
    made = Quantiles()
    for value in values:
        made.add(value)
    return made


def _exponential(count: int, seed: int = 1) -> Quantiles:
    random = Random(seed)
    return _of([random.expovariate(0.5) for _ in range(count)])


@given(scores, scores)
def test_merging_equals_counting_both(one: list[float], other: list[float]) -> None:
    """Merged histograms are that of all scores, whatever the order."""
    merged, turned = _of(one), _of(other)
    merged.merge(_of(other))
    turned.merge(_of(one))

    assert _of(one + other).snapshot() == merged.snapshot() == turned.snapshot()


@given(scores, st.floats(0.0, 1e7), st.floats(0.0, 1e7))
def test_a_higher_score_is_never_likelier(past: list[float], one: float, other: float) -> None:
    """Tail probabilities fall with the score and stay in 0..1."""
    low, high = sorted((one, other))
    made = _of(past)

    assert 1.0 + 1e-9 >= made.tail(low) >= made.tail(high) - 1e-9 >= -1e-9


@given(scores, st.floats(1e-6, 1.0), st.floats(1e-6, 1.0))
def test_a_rarer_share_never_has_a_lower_threshold(
    past: list[float], one: float, other: float
) -> None:
    """The threshold rises as the share it may be exceeded by falls."""
    rare, common = sorted((one, other))
    made = _of(past)

    assert made.exceeded_by(rare) >= made.exceeded_by(common) * (1 - 1e-9)


def test_a_restored_histogram_goes_on_as_before() -> None:
    """Its bytes say all there is to know, and nothing of the order in which scores came."""
    made = _of([0.0, 3.0, 0.5, 3.0])
    restored = Quantiles.restore(made.snapshot())
    for each in (made, restored):
        each.add(7.0)

    assert made.snapshot() == restored.snapshot() == _of([7.0, 3.0, 3.0, 0.5, 0.0]).snapshot()


@pytest.mark.parametrize("q", [0.1, 0.5, 0.9, 0.99])
def test_quantiles_are_near_the_true_ones(q: float) -> None:
    """Quantiles lie within a bucket of the true ones."""
    made = _of([float(n) for n in range(1, 10_001)])

    assert pytest.approx(10_000 * q, rel=0.05) == made.quantile(q)
    assert pytest.approx(1 - q, abs=0.01) == made.tail(10_000 * q)


def test_the_tail_goes_on_exponentially() -> None:
    """From 2,000 exponential scores the score of one in 200,000 is found within a quarter."""
    made = _exponential(2_000)

    assert pytest.approx(24.4, rel=0.25) == made.exceeded_by(1 / 200_000)
    assert pytest.approx(1 / 200_000, rel=0.1) == made.tail(made.exceeded_by(1 / 200_000))


def test_nothing_counted_says_nothing() -> None:
    """Without scores every tail is 1 and every quantile 0."""
    assert (1.0, 0.0) == (Quantiles().tail(5.0), Quantiles().quantile(0.99))


def test_scores_of_nothing_have_no_tail() -> None:
    """When all scores were 0, any other one is as rare as can be."""
    made = _of([0.0] * 50)

    assert (0.0, 0.0) == (made.quantile(0.99), made.tail(1.0))
    assert 0.0 == made.tail(0.0)


def test_most_scores_may_be_nothing() -> None:
    """Zeros count as scores that nothing exceeds."""
    made = _of([0.0] * 90 + [2.0] * 10)

    assert 0.1 == made.tail(0.0)
    assert 0.0 == made.exceeded_by(0.5)


def test_huge_scores_share_a_bucket() -> None:
    """Scores beyond the last bucket are counted in it; the histogram does not grow."""
    made = _of([1e30, float("inf"), 1e25, 1e-12])

    assert (1, 1, 4) == (len(made.buckets), made.zeros, made.count)
    assert made.tail(1e30) <= 0.75


@pytest.mark.parametrize("score", [-1.0, float("nan")])
def test_no_score_is_negative(score: float) -> None:
    """A negative score or NaN is an error."""
    with pytest.raises(ValueError, match="expected 0 or more"):
        Quantiles().add(score)


def test_nothing_is_exceeded_by_nobody() -> None:
    """No score is exceeded by a share of 0."""
    with pytest.raises(ValueError, match="expected more than 0"):
        _of([1.0]).exceeded_by(0.0)


@given(scores)
def test_a_snapshot_restores(past: list[float]) -> None:
    """A restored histogram is the same one."""
    made = _of(past)

    assert made.snapshot() == Quantiles.restore(made.snapshot()).snapshot()


def test_foreign_bytes_are_no_histogram() -> None:
    """Bytes that hold no histogram are a ValueError."""
    with pytest.raises(ValueError, match="Quantiles"):
        Quantiles.restore(b"\x01")


def _settled(budget: float, days: int = 60) -> float:
    """The threshold after some days of 100 identities with 20 scores each."""
    threshold, seen = 8.0, Quantiles()
    for day in range(days):
        seen.merge(_exponential(2_000, seed=day))
        threshold = next_threshold(
            threshold, seen, budget=budget, identity_days=100.0 * (day + 1), shipped=8.0
        )
    return threshold


@pytest.mark.parametrize("budget", [0.2, 1.0, 12.5, 200.0])
def test_the_threshold_keeps_the_budget(budget: float) -> None:
    """Fresh usual scores exceed the settled threshold about as often as the budget allows."""
    random, threshold = Random(99), _settled(budget)
    tries = 2_000_000 if budget < 5 else 200_000
    false = sum(random.expovariate(0.5) > threshold for _ in range(tries))
    per_day_per_thousand = false / (tries / 20) * 1_000

    assert 0.4 * budget <= per_day_per_thousand <= 2.5 * budget


def test_a_smaller_budget_has_a_higher_threshold() -> None:
    """Fewer false findings cost a higher threshold."""
    assert _settled(0.2) > _settled(1.0) > _settled(12.5)


def test_a_day_moves_the_threshold_one_step() -> None:
    """A day of poisoned or of silent scores moves the threshold by one step only."""
    loud, quiet = _of([1e6] * 1_000), _of([0.0] * 1_000)
    after = partial(next_threshold, budget=1.0, identity_days=100.0, shipped=10.0)

    assert 12.5 == after(10.0, loud)
    assert 8.0 == after(10.0, quiet)


def test_the_threshold_stays_in_reach_of_the_shipped_one() -> None:
    """However many poisoned days, the threshold stays within its reach."""
    threshold, loud = 10.0, _of([1e6] * 1_000)
    for _ in range(50):
        threshold = next_threshold(
            threshold, loud, budget=1.0, identity_days=100.0, shipped=10.0, reach=3.0
        )

    assert 30.0 == threshold


def test_few_scores_move_nothing() -> None:
    """Under the least number of scores the threshold stays."""
    assert 10.0 == next_threshold(
        10.0, _of([1.0] * 20), budget=1.0, identity_days=5.0, shipped=10.0
    )


def test_a_budget_of_nothing_is_an_error() -> None:
    """A budget of 0 has no threshold."""
    with pytest.raises(ValueError, match="over 0"):
        next_threshold(10.0, Quantiles(), budget=0.0, identity_days=5.0, shipped=10.0)
