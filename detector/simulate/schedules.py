"""When things happen: schedules that give the start times inside one slice of the simulation.

A schedule is asked for one slice after the other, so that nothing about the far future is held in
memory.

Examples:
    >>> from detector.simulate.clock import DAY
    >>> nightly(2, 0)(Random(1), 0, DAY)[0] // HOUR
    2
    >>> len(every(15 * MINUTE)(Random(1), 0, HOUR))
    4
"""

import math
from collections.abc import Callable
from random import Random

from detector.simulate.clock import DAY, HOUR, MINUTE, SECOND, hour_of, weekday

Schedule = Callable[[Random, int, int], list[int]]

# How busy people are, by local hour: they arrive, have lunch, and mostly go home.
OFFICE_HOURS = {
    7: 0.2, 8: 0.6, 9: 1.0, 10: 1.2, 11: 1.1, 12: 0.5, 13: 0.7,
    14: 1.1, 15: 1.1, 16: 1.0, 17: 0.7, 18: 0.3, 19: 0.1, 21: 0.1,
}  # fmt: skip
_OFFICE_TOTAL = sum(OFFICE_HOURS.values())


def drawn(rng: Random, expected: float) -> int:
    """A Poisson count with this expectation (normal from 30 on): independent happenings."""
    if expected > 30:
        return max(0, round(rng.gauss(expected, math.sqrt(expected))))
    count, product, floor = 0, rng.random(), math.exp(-expected)
    while product > floor:
        count += 1
        product *= rng.random()
    return count


def scattered(rng: Random, begin: int, end: int, count: int) -> list[int]:
    """That many times, anywhere in a slice."""
    return sorted(begin + int(rng.random() * (end - begin)) for _ in range(count))


def every(period: int, jitter: float = 0.05) -> Schedule:
    """Steadily, as machines do; `jitter` is the share of the period by which a start may slip."""

    def times(rng: Random, begin: int, end: int) -> list[int]:
        first = -(-begin // period) * period
        slip = jitter * period
        return [min(end - 1, t + int(rng.random() * slip)) for t in range(first, end, period)]

    return times


def steadily(per_day: float) -> Schedule:
    """At any hour, independently of each other."""

    def times(rng: Random, begin: int, end: int) -> list[int]:
        return scattered(rng, begin, end, drawn(rng, per_day * (end - begin) / DAY))

    return times


def office(per_day: float, zone: int = 0) -> Schedule:
    """In the working hours of a time zone, hardly ever on weekends."""

    def times(rng: Random, begin: int, end: int) -> list[int]:
        share = OFFICE_HOURS.get(hour_of(begin, zone), 0.0) / _OFFICE_TOTAL
        if weekday(begin, zone) >= 5:
            share *= 0.04
        if share == 0:
            return []
        return scattered(rng, begin, end, drawn(rng, per_day * share))

    return times


def nightly(hour: int, spread_minutes: int = 10, *, weekdays: bool = False) -> Schedule:
    """Once a day at an hour (UTC), give or take some minutes."""

    def times(rng: Random, begin: int, end: int) -> list[int]:
        first = begin // DAY * DAY + hour * HOUR
        starts = [t for t in range(first, end, DAY) if t >= begin]
        if weekdays:
            starts = [t for t in starts if weekday(t) < 5]
        return [t + int(rng.random() * spread_minutes * MINUTE) for t in starts]

    return times


def habitually(per_day: float, zone: int = 0, *, weekends: bool = False) -> Schedule:
    """At the same few hours of every working day, give or take half an hour, seldom left out."""
    count = max(1, round(per_day))
    first, span = (1, 22) if weekends else (9, 8)
    hours = [first + (number + 0.5) * span / count - zone for number in range(count)]

    def times(rng: Random, begin: int, end: int) -> list[int]:
        starts = []
        for hour in hours:
            at = begin // DAY * DAY + int(hour % 24 * HOUR)
            at += DAY if at < begin else 0
            if at < end and (weekends or weekday(at, zone) < 5) and rng.random() < 0.92:
                starts.append(min(end - 1, at + int(rng.random() * HOUR / 2)))
        return starts

    return times


def once(at: int) -> Schedule:
    """At one time only."""
    return lambda _, begin, end: [at] if begin <= at < end else []


def from_then_on(start: int, schedule: Schedule) -> Schedule:
    """A schedule that begins somewhere in the middle: somebody's first day."""
    return lambda rng, begin, end: [t for t in schedule(rng, begin, end) if t >= start]


def apart(rng: Random, low: float, high: float) -> int:
    """A gap between two steps, in ms; `low` and `high` are seconds."""
    return int((low + rng.random() * (high - low)) * SECOND)
