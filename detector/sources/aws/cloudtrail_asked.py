"""Reading a request without keeping anything of it: bounded walks, flags, and a changed action.

Examples:
    >>> sorted(leaves({"a": [{"b": 1}, {"b": 2}]}))
    [('b', 1), ('b', 2)]
"""

from collections.abc import Callable, Iterator
from typing import Any

from schemas.event import Access, Action, Effect

Request = dict[str, Any]
Rule = Callable[[Action, Request, str], Action]

_MOST = 4_096
_DEEPEST = 24


class TooLargeError(Exception):
    """A request is too large to be looked through. Its operation's name decides then, so nobody can
    hide an open port behind thousands of harmless ones."""


def changed(
    action: Action, *, access: Access | None = None, effect: Effect | None = None, foreign: str = ""
) -> Action:
    """`action` with what a rule found; what is left out stays."""
    return Action(
        action.service, action.operation, action.access if access is None else access,
        action.plane, action.effect if effect is None else effect, foreign or action.foreign,
    )  # fmt: skip


def leaves(value: Any) -> Iterator[tuple[str, Any]]:
    """Every (key, leaf) below a request, breadth first.

    Raises:
        TooLargeError: the request holds more than is looked at, or lies deeper.
    """
    return ((key, one) for key, one in _nodes(value) if not isinstance(one, dict | list))


def names(request: Request) -> set[str]:
    """Every field name in a request.

    Raises:
        TooLargeError: as `leaves`.
    """
    return {str(name) for _, one in _nodes(request) if isinstance(one, dict) for name in one}


def _nodes(value: Any) -> Iterator[tuple[str, Any]]:
    queue: list[tuple[str, Any, int]] = [("", value, 0)]
    for key, one, depth in queue:
        if isinstance(one, dict):
            queue += [(str(k), v, depth + 1) for k, v in one.items()]
        elif isinstance(one, list):
            queue += [(key, v, depth + 1) for v in one]
        if len(queue) > _MOST or depth > _DEEPEST:
            raise TooLargeError
        yield key, one


def is_true(value: Any) -> bool:
    """A flag that is on, written as a boolean or a word."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def is_false(value: Any) -> bool:
    """A flag that is off, written as a boolean or a word."""
    return value is False or (isinstance(value, str) and value.lower() == "false")


def has(request: Request, names: frozenset[str], test: Callable[[Any], bool]) -> bool:
    """Whether a field of one of these names, anywhere in the request, passes the test."""
    return any(key in names and test(value) for key, value in leaves(request))


def given(request: Request, names: frozenset[str]) -> bool:
    """Whether a field of one of these names, anywhere in the request, holds anything."""
    return any(
        key in names and any(leaf not in {None, ""} for _, leaf in leaves(one))
        for key, one in _nodes(request)
    )


def texts(value: Any) -> Iterator[str]:
    """A text, or the texts of a list."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (one for one in value if isinstance(one, str))
