"""What a score means: its tail probability, and the threshold that keeps an alert budget.

`Quantiles` is a histogram over logarithmic buckets: fixed memory, mergeable in any order, every
quantile within 2.5 % of a true score. Beyond what has been seen often, the tail is taken for
exponential: with u the score that `_TAIL` observed ones exceed, and b their mean excess over it,
P(S > s) = P(S > u) exp(-(s - u) / b). That is right for scores in nats and log scale; a heavier tail
is underestimated by it, which the daily step of the threshold then corrects.

`next_threshold` turns an alert budget into a threshold. Nobody can see online which alerts are
false, so it is set once a day from settled scores that no finding covers, and moves in small steps
from the shipped prior: neither a quiet day nor a poisoned one moves it far.

Examples:
    >>> scores = Quantiles()
    >>> for n in range(1, 1001):
    ...     scores.add(n / 100)
    >>> round(scores.quantile(0.5), 1), round(scores.tail(9.0), 2)
    (5.0, 0.1)
    >>> 0 < scores.tail(30.0) < 1e-3
    True

References:
    C. Masson, J. Rim, H. Lee: DDSketch. VLDB 2019 (logarithmic buckets). J. Pickands 1975 (excesses
    over a threshold).
"""

from math import ceil, exp, log
from typing import Self

from msgspec import Struct

from models.base import pack, unpack

_GROWTH = log(1.05)
# Scores from 1e-6 (as good as 0) to 8e19 (what is over it counts as that).
_LOWEST, _HIGHEST = -280, 940
_TAIL = 20
# Scores that are all alike say little of what lies beyond: the mean excess is at least a bucket's.
_RESOLUTION = 0.05


class _State(Struct, array_like=True, forbid_unknown_fields=True):
    zeros: int
    buckets: list[tuple[int, int]]


class Quantiles:
    """A histogram of scores in at most 1,222 buckets, each 5 % wider than the one below."""

    def __init__(self) -> None:
        self.zeros = 0
        self.buckets: dict[int, int] = {}

    @property
    def count(self) -> int:
        """How many scores were added."""
        return self.zeros + sum(self.buckets.values())

    def add(self, score: float, times: int = 1) -> None:
        """Count a score.

        Raises:
            ValueError: it is negative or NaN.
        """
        if not score >= 0.0:
            raise ValueError(f"score: expected 0 or more, got {score}")
        bucket = _LOWEST if score <= 0.0 else _bucket(score)
        if bucket == _LOWEST:
            self.zeros += times
        else:
            self.buckets[bucket] = self.buckets.get(bucket, 0) + times

    def merge(self, other: "Quantiles") -> None:
        """Count all that another one counted."""
        self.zeros += other.zeros
        for bucket, times in other.buckets.items():
            self.buckets[bucket] = self.buckets.get(bucket, 0) + times

    def over(self, score: float) -> float:
        """How many counted scores exceed this one, a bucket being evenly filled."""
        if score <= 0.0:
            return float(sum(self.buckets.values()))
        bucket = _bucket(score)
        whole = sum(times for at, times in self.buckets.items() if at > bucket)
        low, high = _edge(bucket - 1), _edge(bucket)
        part = min(1.0, max(0.0, (high - score) / (high - low)))
        return whole + part * self.buckets.get(bucket, 0)

    def tail(self, score: float) -> float:
        """The probability that a usual score exceeds this one; 1 while nothing was counted."""
        count = self.count
        if not count:
            return 1.0
        start, mass, excess = self._tail()
        if score <= start:
            return self.over(score) / count
        return mass * exp(-(score - start) / excess)

    def quantile(self, q: float) -> float:
        """The score under which this share of usual scores lies; 0 while nothing was counted."""
        return self.exceeded_by(1.0 - q)

    def exceeded_by(self, share: float) -> float:
        """The score that this share of usual scores exceeds, extrapolated when it is rarer than
        what was counted.

        Raises:
            ValueError: the share is not over 0.
        """
        if not share > 0.0:
            raise ValueError(f"share of scores: expected more than 0, got {share}")
        count = self.count
        if not count:
            return 0.0
        start, mass, excess = self._tail()
        if share < mass:
            return start + excess * log(mass / share)
        return self._counted(share * count)

    def _counted(self, wanted: float) -> float:
        """The score that this many counted ones exceed."""
        above = 0
        for bucket in sorted(self.buckets, reverse=True):
            here = self.buckets[bucket]
            if above + here >= wanted:
                low, high = _edge(bucket - 1), _edge(bucket)
                return high - (high - low) * (wanted - above) / here
            above += here
        return 0.0

    def _tail(self) -> tuple[float, float, float]:
        """Where the fitted tail starts, the share of scores beyond, and their mean excess."""
        held = min(_TAIL, sum(self.buckets.values()) / 2)
        if not held:
            return 0.0, 0.0, 1.0
        start = self._counted(held)
        excess = above = 0.0
        for bucket, times in self.buckets.items():
            low, high = max(start, _edge(bucket - 1)), _edge(bucket)
            if high > start:
                share = times * (high - low) / (high - _edge(bucket - 1))
                above += share
                excess += share * ((low + high) / 2 - start)
        return start, held / self.count, max(excess / above, start * _RESOLUTION)

    def snapshot(self) -> bytes:
        """The whole state; equal counts give equal bytes."""
        return pack(_State(self.zeros, sorted(self.buckets.items())))

    @classmethod
    def restore(cls, state: bytes) -> Self:
        """The histogram that gave this snapshot.

        Raises:
            ValueError: these bytes are no snapshot of one.
        """
        held = unpack(_State, state, cls.__name__)
        scores = cls()
        scores.zeros, scores.buckets = held.zeros, dict(held.buckets)
        return scores


def next_threshold(
    current: float,
    scores: Quantiles,
    *,
    budget: float,
    identity_days: float,
    shipped: float,
    step: float = 1.25,
    reach: float = 8.0,
    least: int = 200,
) -> float:
    """The threshold for the next day, over which a score may become a finding.

    `budget`: false findings per day per 1,000 identities. `scores`: one per possible finding (the
    highest of a window, not every look at it) over `identity_days` identities times days. The
    threshold moves by at most the factor `step`, never leaves `shipped` by more than the factor
    `reach`, and stays where it is until `least` scores were counted.

    Raises:
        ValueError: budget, identity-days or thresholds are not over 0.

    Examples:
        >>> scores = Quantiles()
        >>> for n in range(1, 1001):
        ...     scores.add(n / 100)
        >>> next_threshold(
        ...     10.0, scores, budget=100.0, identity_days=100.0, shipped=10.0, least=2_000
        ... )
        10.0
        >>> round(
        ...     next_threshold(10.0, scores, budget=2_000.0, identity_days=50.0, shipped=10.0), 1
        ... )
        9.0
    """
    if not min(current, shipped, budget, identity_days) > 0.0:
        raise ValueError(
            "threshold: expected current, shipped, budget and identity_days over 0, got "
            f"{current}, {shipped}, {budget}, {identity_days}"
        )
    count = scores.count
    if count < least:
        return current
    allowed = budget / 1_000.0 * identity_days
    wanted = scores.exceeded_by(min(1.0, allowed / count))
    stepped = min(max(wanted, current / step), current * step)
    return min(max(stepped, shipped / reach), shipped * reach)


def _bucket(score: float) -> int:
    """The bucket whose upper edge is the first at or over the score."""
    if score >= _edge(_HIGHEST):
        return _HIGHEST
    return max(_LOWEST, ceil(log(score) / _GROWTH - 1e-9))


def _edge(bucket: int) -> float:
    return exp(bucket * _GROWTH)
