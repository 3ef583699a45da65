"""Dates without a clock: epoch milliseconds to the spellings that the logs use.

Examples:
    >>> stamp(1_767_571_199_999)
    '2026-01-04T23:59:59Z'
    >>> worded(1_767_571_200_000)
    'Jan 5, 2026, 12:00:00 AM'
    >>> weekday(1_767_571_200_000)
    0
"""

from datetime import UTC, datetime
from functools import lru_cache

from detector.config import DAY, HOUR, MINUTE, SECOND

__all__ = ["DAY", "HOUR", "MINUTE", "SECOND", "day_of", "hour_of", "stamp", "weekday", "worded"]

_EPOCH_WEEKDAY = 3  # 1 January 1970 was a Thursday


@lru_cache(maxsize=64)
def _date(day: int) -> str:
    return datetime.fromtimestamp(day * 86_400, tz=UTC).strftime("%Y-%m-%dT")


@lru_cache(maxsize=4096)
def _time(second: int) -> str:
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"


def stamp(at: int) -> str:
    """ISO 8601 in whole seconds, as CloudTrail writes `eventTime`."""
    day, second = divmod(at // SECOND, 86_400)
    return _date(day) + _time(second)


def worded(at: int) -> str:
    """As AWS writes an expiry inside `responseElements`."""
    moment = datetime.fromtimestamp(at // SECOND, tz=UTC)
    hour = moment.hour % 12 or 12
    return f"{moment:%b} {moment.day}, {moment.year}, {hour}:{moment:%M:%S %p}"


def day_of(at: int, zone: int = 0) -> int:
    """The number of the day, in a time zone `zone` hours ahead of UTC."""
    return (at + zone * HOUR) // DAY


def hour_of(at: int, zone: int = 0) -> int:
    """The hour of the day, 0-23, in a time zone `zone` hours ahead of UTC."""
    return (at + zone * HOUR) // HOUR % 24


def weekday(at: int, zone: int = 0) -> int:
    """The day of the week: Monday is 0."""
    return (day_of(at, zone) + _EPOCH_WEEKDAY) % 7
