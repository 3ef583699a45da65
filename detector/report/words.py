r"""Values in plain words: times, spans, counts, and text that nobody can hide anything in.

Examples:
    >>> plain("ada\x1b[31m\u202etxt.exe")
    'ada\\x1b[31m\\u202etxt.exe'
    >>> moment(1_700_000_000_000)
    '2023-11-14 22:13:20'
    >>> span(95_000), span(3 * 86_400_000)
    ('95 s', '3 days')
    >>> several(1, "finding"), several(2_900, "event")
    ('1 finding', '2,900 events')
"""

from datetime import UTC, datetime

LONGEST = 400
"""No single log value takes more room than this many characters."""

_SECOND = 1_000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_LAST_YEAR = 253_402_300_800_000
_STEPS = ((_DAY, "day"), (_HOUR, "h"), (_MINUTE, "min"), (_SECOND, "s"), (1, "ms"))


def plain(text: str, longest: int = LONGEST) -> str:
    """The text with everything invisible or active made visible, and cut to `longest`.

    Control characters, bidirectional overrides and zero-width marks become escapes, so a terminal
    obeys none of them and no name can pose as another.
    """
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() else _escaped(c) for c in cut)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def moment(time: int | None) -> str:
    """UTC to the second; a time outside the calendar is shown as the number that it is."""
    if time is None:
        return ""
    if not 0 <= time < _LAST_YEAR:
        return f"{time} ms"
    return datetime.fromtimestamp(time / _SECOND, UTC).strftime("%Y-%m-%d %H:%M:%S")


def clock(time: int) -> str:
    """The time of day with milliseconds, for events that follow each other closely."""
    if not 0 <= time < _LAST_YEAR:
        return f"{time} ms"
    whole = datetime.fromtimestamp(time // _SECOND, UTC).strftime("%H:%M:%S")
    rest = time % _SECOND
    return f"{whole}.{rest:03d}" if rest else whole


def span(length: int) -> str:
    """A length of time in its largest unit that leaves at least two, rounded down."""
    for size, name in _STEPS:
        if abs(length) >= 2 * size:
            number = f"{abs(length) // size:,}"
            return f"{number} days" if name == "day" else f"{number} {name}"
    return f"{length} ms"


def several(number: int, noun: str) -> str:
    """The number with its noun, which takes an s unless there is exactly one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
