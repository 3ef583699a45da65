"""Recall against false findings a day: one point for each alert budget.

Examples:
    >>> budgets_of("0.2, 1,12.5")
    [0.2, 1.0, 12.5]
    >>> budgets_of("0.2,x")
    Traceback (most recent call last):
    ...
    ValueError: --curve 0.2,x: expected budgets above 0, separated by commas
"""

from collections.abc import Iterable
from math import isfinite

from msgspec import Struct

from detector.evaluate.score import Score


class Point(Struct, frozen=True):
    """What one budget gives. `kinds` holds the recall of each kind of incident."""

    budget: float
    false_per_day: float
    false_per_day_per_1000: float
    false_campaigns_per_day: float
    precision: float | None
    recall: float | None
    median_delay: float | None
    kinds: dict[str, float]


def curve(scores: Iterable[Score]) -> tuple[Point, ...]:
    """The points in the order of their budgets."""
    return tuple(sorted(map(_point, scores), key=lambda point: point.budget))


def _point(score: Score) -> Point:
    whole = score.parts[0]
    return Point(
        budget=score.budget,
        false_per_day=whole.per_day,
        false_per_day_per_1000=whole.per_day_per_1000,
        false_campaigns_per_day=whole.campaigns_per_day,
        precision=score.precision,
        recall=score.recall,
        median_delay=score.median_delay,
        kinds={each.kind: each.recall for each in score.kinds},
    )


def budgets_of(text: str) -> list[float]:
    """The budgets in a list such as `0.2,1,5`.

    Raises:
        ValueError: when it is no such list.
    """
    try:
        budgets = [float(part) for part in text.split(",")]
    except ValueError:
        budgets = []
    if not budgets or not all(isfinite(budget) and budget > 0 for budget in budgets):
        raise ValueError(f"--curve {text}: expected budgets above 0, separated by commas")
    return sorted(set(budgets))
