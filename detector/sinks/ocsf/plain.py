"""Numbers, times and counts as an analyst reads them.

Examples:
    >>> utc(1_700_000_000_000)
    '2023-11-14 22:13:20 UTC'
    >>> span(90_000), span(5 * 3_600_000)
    ('90 s', '5 h')
    >>> many(1, "event"), many(1200, "event"), many(2, "child", "children")
    ('1 event', '1,200 events', '2 children')
    >>> listed(("a", "b", "c"), most=2)
    'a, b, 1 more'
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = ((86_400_000, "days"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"))


def moment(ms: int) -> datetime:
    """Epoch ms as a UTC time; what lies outside the calendar is moved to its edge."""
    try:
        return _EPOCH + timedelta(milliseconds=ms)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if ms > 0 else datetime.min.replace(tzinfo=UTC)


def utc(ms: int) -> str:
    """Epoch ms to the second, in UTC."""
    return moment(ms).isoformat(sep=" ", timespec="seconds").removesuffix("+00:00") + " UTC"


def span(ms: int) -> str:
    """A duration in the largest unit of which it holds at least two."""
    for size, unit in _UNITS:
        if ms >= 2 * size:
            return f"{ms // size:,} {unit}"
    return "1 s" if ms >= 1_000 else "less than 1 s"


def many(count: int, noun: str, plural: str = "") -> str:
    """A count with its noun, in the plural where English wants it."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def listed(names: Sequence[str], most: int = 5, by: str = ", ") -> str:
    """Names in a row, the ones past `most` counted."""
    rest = [f"{len(names) - most:,} more"] if len(names) > most else []
    return by.join((*names[:most], *rest))


def measured(usual: str) -> bool:
    """Whether there is anything usual: a dash or nothing stands for "never seen"."""
    return usual.strip(" -–—") != ""


def sentence(text: str) -> str:
    """The text with a capital at its start and a full stop at its end, or "".

    A first word that is a name, such as `iam:CreateUser`, keeps its letters.
    """
    text = text.strip()
    if not text:
        return ""
    ended = text if text.endswith((".", "!", "?")) else f"{text}."
    return ended[0].upper() + ended[1:] if text.split()[0].isalpha() else ended
