"""Times as logs write them, to epoch milliseconds (UTC).

Examples:
    >>> to_ms("2023-07-10T11:45:00Z")
    1688989500000
    >>> to_ms("Jul 10, 2023, 12:45:00 PM")
    1688993100000
    >>> to_ms("2023-07-10 04:45:00.000 -0700")
    1688989500000
"""

import re
from datetime import UTC, datetime
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400_000
_LONGER = "expected an ISO 8601 time, got a longer text"
_OTHER = "expected an ISO 8601 time such as 2023-07-10T11:45:00Z, got something else"
_LONGEST = 40
_CACHED = 8_192
# Inside these bounds every calculation with times and windows is exact.
LATEST = 7_258_118_400_000  # 2200-01-01
_SPOKEN = ("%b %d, %Y, %I:%M:%S %p", "%b %d, %Y %I:%M:%S %p")


# The same as most producers write it: `strptime` costs ten times as much.
_MONTHS = {name: n for n, name in enumerate(
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1)}  # fmt: skip
_SPOKEN_PLAINLY = re.compile(
    rf"({'|'.join(_MONTHS)}) ([0-9]{{1,2}}), ([0-9]{{4}}),? (0?[1-9]|1[0-2]):([0-9]{{2}}):([0-9]{{2}}) ([AP]M)"
)

# ISO 8601, but with a space before the zone: how Snowflake prints a time.
_SPACED = re.compile(r"(.*[0-9]) ([+-][0-9]{2}:?[0-9]{2})")

# What most logs write: a plain minute, and what follows it.
_MINUTE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")
_SECONDS = {f":{second:02}Z": second * 1_000 for second in range(60)}
_SPLIT = 16
# A part of a minute, which Python takes for one of a second.
_PART = frozenset(".,")


def to_ms(text: str) -> int:
    """Epoch ms of an ISO 8601 time or of the spoken form in some response elements. A time without
    zone is UTC, as in all logs we read.

    Raises:
        ValueError: no time, or one before 1970 or after 2199.
    """
    # A log goes on minute by minute, so most minutes have been worked out.
    second = _SECONDS.get(text[_SPLIT:])
    minute = None if second is None else _minute(text[:_SPLIT])
    if second is not None and minute is not None:
        return minute + second
    # What has no space is ISO 8601 or nothing. With a fraction it hardly comes twice, and it is read
    # in less time than a cache takes to let another go.
    return _to_ms(text) if " " in text else _since_epoch(_iso(text))


@lru_cache(_CACHED)
def _minute(text: str) -> int | None:
    # Anything but the plain form may mean something else together with what follows it.
    return _to_ms(f"{text}:00Z") if _MINUTE.fullmatch(text) else None


@lru_cache(_CACHED)
def _to_ms(text: str) -> int:
    return _since_epoch(_parse(text))


def _since_epoch(moment: datetime) -> int:
    passed = (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)) - _EPOCH
    return in_range(passed.days * _DAY + passed.seconds * 1_000 + passed.microseconds // 1_000)


def in_range(ms: int) -> int:
    """`ms` itself, if it lies in 1970 to 2199.

    Raises:
        ValueError: it does not.
    """
    if not 0 <= ms < LATEST:
        raise ValueError("expected a time in the years 1970 to 2199, got one outside")
    return ms


def _iso(text: str) -> datetime:
    if len(text) > _LONGEST:
        raise ValueError(_LONGER)
    if text[_SPLIT : _SPLIT + 1] in _PART:
        raise ValueError(_OTHER)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(_OTHER) from None


def _parse(text: str) -> datetime:
    if len(text) > _LONGEST:
        raise ValueError(_LONGER)
    spoken = _SPOKEN_PLAINLY.fullmatch(text)
    if spoken:
        month, day, year, hour, minute, second = spoken.group(1, 2, 3, 4, 5, 6)
        later = 12 if spoken[7] == "PM" else 0
        return datetime(
            int(year), _MONTHS[month], int(day), int(hour) % 12 + later, int(minute), int(second),
            tzinfo=UTC,
        )  # fmt: skip
    spaced = _SPACED.fullmatch(text)
    try:
        return _iso(f"{spaced[1]}{spaced[2]}" if spaced else text)
    except ValueError:
        pass
    for form in _SPOKEN:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise ValueError(_OTHER)
