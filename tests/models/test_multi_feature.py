"""Features together: what is usual alone and wrong in combination."""

from random import Random

import pytest

from models.base import pack
from models.multi_feature import Together


def _moving_together() -> Together:
    model, random = Together(), Random(3)
    for _ in range(400):
        level = random.gauss(0, 1)
        model.learn_one({"calls": level, "denied": level + random.gauss(0, 0.1), "x": 1.0})
    return model


def test_a_broken_pair_is_unusual() -> None:
    """Two features that always moved together score high apart, though each alone is usual."""
    model = _moving_together()

    assert model.score_one({"calls": 1.5, "denied": 1.5}) < 1.0
    assert model.score_one({"calls": 1.5}) < 2.0
    assert model.score_one({"calls": 1.5, "denied": -1.5}) > 30.0


def test_reasons_add_up_to_the_score() -> None:
    """The shares of the named features add up to the score, with value and usual value."""
    model = _moving_together()
    x = {"calls": 1.5, "denied": -1.5, "x": 1.0}
    reasons = model.explain_one(x)

    assert model.score_one(x) == pytest.approx(sum(reason.contribution for reason in reasons))
    assert {"calls", "denied"} == {reason.name for reason in reasons}
    assert ("x", 1.0) not in {reason[:2] for reason in reasons}


def test_nothing_unusual_has_no_reasons() -> None:
    """A usual window has score 0 and no reasons."""
    assert () == _moving_together().explain_one({"calls": 0.0, "denied": 0.0, "x": 1.0})


def test_features_that_never_met_are_taken_apart() -> None:
    """Features learned in different windows are scored as if they had nothing to do with each
    other."""
    model = Together()
    for n in range(50):
        model.learn_one({"a": n % 3})
        model.learn_one({"b": n % 3})

    assert model.score_one({"a": 1.0, "b": 1.0}) == 0.0
    assert model.score_one({"a": 9.0, "b": 1.0}) == model.score_one({"a": 1.0, "b": 9.0}) > 5.0


def test_contradicting_correlations_stay_finite() -> None:
    """Correlations that cannot hold at once, from pairs learned apart, still give a score."""
    model = Together(caution=0.1)
    for n in range(200):
        level = 10.0 * (n % 2)
        model.learn_one({"a": level, "b": level})
        model.learn_one({"b": level, "c": level})
        model.learn_one({"a": level, "c": -level})

    assert 0.0 <= model.score_one({"a": 10.0, "b": 10.0, "c": 10.0}) < float("inf")


def test_later_names_are_ignored_when_full() -> None:
    """Names beyond the bound change neither the state nor the score."""
    model = Together(max_features=2)
    model.learn_one({"a": 1.0, "b": 1.0, "c": 1.0})

    assert b"c" not in model.snapshot()


def test_memory_follows_a_change() -> None:
    """With a short memory a new level becomes usual; with a long one it stays unusual for longer."""
    short, long = Together(memory=10), Together(memory=10_000)
    for level in [0.0] * 200 + [5.0] * 40:
        short.learn_one({"a": level})
        long.learn_one({"a": level})

    assert short.score_one({"a": 5.0}) < long.score_one({"a": 5.0})


def test_a_young_model_is_cautious() -> None:
    """The same deviation says less after three windows than after three hundred."""
    young, old = Together(), Together()
    for n in range(300):
        old.learn_one({"a": n % 2})
        if n < 3:
            young.learn_one({"a": n % 2})

    assert young.score_one({"a": 6.0}) < old.score_one({"a": 6.0})


def test_a_pair_without_windows_is_unknown() -> None:
    """A restored feature that was never learned says nothing."""
    model = Together.restore(pack((100, 10.0, 16, 0.05, [("a", "a", 0.0, 0.0, 0.0, 0.0)])))

    assert 0.0 == model.score_one({"a": 50.0})
