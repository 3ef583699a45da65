"""Normal against now, as a pair of bars where both are numbers of one unit.

Examples:
    >>> amount("12 services in 10 s"), amount("never before"), amount("192.0.2.0/24")
    ((12.0, 'services in 10 s'), (0.0, ''), None)
"""

import re

from detector.report.markup import Markup, element
from schemas.story import Line

_NUMBER = re.compile(r"(?:about |at most |up to |under |over |[<>≤≥~] ?)?"
                     r"(\d{1,9}(?:,\d{3})*(?:\.\d{1,3})?)\s*(%|[^\W\d_].*)?", re.DOTALL)  # fmt: skip
_NONE = ("never", "none", "no ")
_LEAST = 1.5


def amount(words: str) -> tuple[float, str] | None:
    """The number that the words begin with, and its unit; None when they are no amount."""
    if words.casefold().startswith(_NONE):
        return 0.0, ""
    match = _NUMBER.fullmatch(words.strip())
    if match is None:
        return None
    return float(match[1].replace(",", "")), match[2] or ""


def row(line: Line) -> Markup:
    """What is compared, then usual over now; bars only when the two can be compared."""
    usual, now = amount(line.usual), amount(line.now)
    bars = usual is not None and now is not None and _same_unit(usual[1], now[1])
    most = max(usual[0], now[0]) if usual and now and bars else 0.0
    return element(
        "div",
        element("div", line.what, cls="what"),
        _side("usual", line.usual, usual[0] / most if usual and most else None),
        _side("now", line.now, now[0] / most if now and most else None),
        cls="normal",
    )


def _same_unit(one: str, other: str) -> bool:
    """A missing unit fits any; a plural is its singular."""
    return not one or not other or _unit(one) == _unit(other)


def _unit(words: str) -> str:
    first = words.split(maxsplit=1)[0]
    return first.removesuffix("s") if len(first) > len("ms") else first


def _side(kind: str, words: str, share: float | None) -> Markup:
    bar = None
    if share is not None:
        width = max(_LEAST, 100 * share)
        bar = element(
            "svg",
            element("rect", x=0, y=0, width=width, height=8),
            viewBox="0 0 100 8",
            preserveAspectRatio="none",
            aria_hidden="true",
        )
    label = element("span", kind, cls="label")
    return element("div", label, bar, element("span", words, cls="value"), cls=f"side {kind}")
