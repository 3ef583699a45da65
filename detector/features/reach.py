"""Reach: what a credential can touch, as seen in use, reads apart from changes.

Only what settled quarters without a finding have shown counts: neither the abuse itself nor a
sweep of refused calls makes a credential look more powerful than it is.

Examples:
    >>> seen = reach_of({"o:s3:ListBuckets": 5, "o:s3:GetObject": 5, "w:iam:CreateUser": 9})
    >>> words(seen)
    ('reads s3 (2 operations)', 'changes iam (1 operation)')
    >>> weighed(80, None), weighed(80, seen)
    (80, 80)
"""

from collections import Counter
from collections.abc import Iterable
from math import log1p

from schemas.fact import Reach

_NAMED = 4
_MOST_SERVICES = 12
_LEAST, _SPAN = 0.95, 0.10
_WIDE = 20.0


def reach_of(values: Iterable[str]) -> Reach | None:
    """The reach that known operations show: `o:` reads, `w:` changes; None when none is known."""
    reads: Counter[str] = Counter()
    changes: Counter[str] = Counter()
    for value in values:
        if value[0] == "o":
            reads[value.split(":", 2)[1]] += 1
        elif value[0] == "w":
            changes[value.split(":", 2)[1]] += 1
    reads.pop("", None)  # an event without an action, such as a task's end
    changes.pop("", None)
    if not reads and not changes:
        return None
    return Reach(_ranked(reads), reads.total(), _ranked(changes), changes.total())


def _ranked(services: Counter[str]) -> tuple[str, ...]:
    """The services of which the most is used come first."""
    return tuple(sorted(services, key=lambda name: (-services[name], name))[:_MOST_SERVICES])


def wider(one: Reach | None, other: Reach | None) -> Reach | None:
    """The wider of two, whichever came first."""
    return max(one, other, key=_width) if one is not None and other is not None else one or other


def _width(reach: Reach) -> tuple[float, Reach]:
    return _points(reach), reach


def _points(reach: Reach) -> float:
    """A service that is changed counts as much as three that are read."""
    return len(reach.reads) + 3.0 * len(reach.changes)


def words(reach: Reach | None) -> tuple[str, ...]:
    """The reach in plain words with numbers."""
    if reach is None:
        return ()
    rows = (
        ("reads", reach.reads, reach.read_operations),
        ("changes", reach.changes, reach.change_operations),
    )
    return tuple(_line(verb, services, count) for verb, services, count in rows if services)


def _line(verb: str, services: tuple[str, ...], count: int) -> str:
    rest = len(services) - _NAMED
    named = ", ".join(services[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")
    return f"{verb} {named} ({count} operation{'' if count == 1 else 's'})"


def weighed(risk: int, reach: Reach | None) -> int:
    """A risk of 0-100, times reach: from 0.95 for a credential that is known to read one service
    to 1.05 for one that changes half a dozen. What is not known does not weigh."""
    if reach is None:
        return risk
    width = min(1.0, log1p(_points(reach)) / log1p(_WIDE))
    return min(100, round(risk * (_LEAST + _SPAN * width)))
