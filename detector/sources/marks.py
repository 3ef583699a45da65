"""Marks: the fields by which a format is told from every other one.

A mark is a name at a record's top level. A slash goes into an object or, with a number, into a list;
`=` asks for a value, in which an asterisk at either end stands for anything. So free text of a
record, whatever somebody wrote there, never makes it another format's.

Examples:
    >>> marks = Marks((("category=*SignInLogs", "properties/id"), ("signIns",)), never=("class_uid",))
    >>> marks.match({"category": "NonInteractiveUserSignInLogs", "properties": {"id": "7"}})
    True
    >>> marks.match({"signIns": [], "class_uid": 3002})
    False
    >>> sorted(marks.names)
    ['category', 'signIns']
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

Fields = dict[str, Any]


Test = Callable[[Fields], bool]

_NOWHERE = object()


class Marks:
    """Alternatives, of one of which all marks must stand in a record; and marks that must `never`."""

    __slots__ = ("_never", "_never_deep", "_ways", "names")

    def __init__(
        self, alternatives: tuple[tuple[str, ...], ...], never: tuple[str, ...] = ()
    ) -> None:
        """`names` becomes one field at the top level of each alternative."""
        # What is deep stands in no record that lacks its field, so only the others are looked for.
        self._ways = tuple(
            (tuple(name for name in way if not _further(name)), tuple(_deep(way)))
            for way in alternatives
        )
        plain = tuple(name for name in never if not _further(name))
        self._never = plain
        self._never_deep = tuple(_deep(name for name in never if name not in plain))
        self.names = frozenset(_field(way[0]) for way in alternatives)

    def match(self, fields: Fields) -> bool:
        """Whether a record shows them."""
        # Loops in loops, for a generator costs more than what it asks.
        for names, deep in self._ways:
            for name in names:
                if name not in fields:
                    break
            else:
                for stands in deep:
                    if not stands(fields):
                        break
                else:
                    break
        else:
            return False
        for name in self._never:
            if name in fields:
                return False
        for stands in self._never_deep:  # noqa: SIM110 - see above
            if stands(fields):
                return False
        return True


def _further(name: str) -> bool:
    return "/" in name or "=" in name


def _field(name: str) -> str:
    """The field at the top level that a mark is, or is within."""
    return name.partition("=")[0].partition("/")[0]


def _deep(names: Iterable[str]) -> Iterator[Test]:
    for name in names:
        if _further(name):
            path, asked, value = name.partition("=")
            yield _test(path.split("/"), value if asked else "")


def _test(path: list[str], value: str) -> Test:
    """What looks for one mark. Every record is asked, so each kind has a function of its own."""
    first, *rest = path
    fits = _fits(value) if value else None
    if not rest and value:
        return _test_field(first, value)
    if len(rest) != 1:
        return lambda fields: _stands(fields.get(first, _NOWHERE), rest, fits)
    second = rest[0]
    if fits is None:
        return lambda fields: (
            second in found
            if (found := fields.get(first)).__class__ is dict
            else found is not None and _stands(found, rest, None)
        )
    return lambda fields: (
        fits(found.get(second))
        if (found := fields.get(first)).__class__ is dict
        else found is not None and _stands(found, rest, fits)
    )


def _test_field(first: str, value: str) -> Test:
    """What looks for a value at the top level."""
    bare = value.strip("*")
    if value == bare:
        return lambda fields: bool(fields.get(first) == bare)
    if value == f"*{bare}":
        return lambda fields: (text := fields.get(first)).__class__ is str and text.endswith(bare)
    fits = _fits(value)
    return lambda fields: first in fields and fits(fields[first])


def _stands(found: Any, path: list[str], fits: Callable[[Any], bool] | None) -> bool:
    for name in path:
        if isinstance(found, dict):
            found = found.get(name, _NOWHERE)
        elif isinstance(found, list) and name.isdigit() and int(name) < len(found):
            found = found[int(name)]
        else:
            return False
    return found is not _NOWHERE if fits is None else fits(found)


def _fits(value: str) -> Callable[[Any], bool]:
    bare = value.strip("*")
    if value.startswith("*") and value.endswith("*"):
        return lambda text: text.__class__ is str and bare in text
    if value.startswith("*"):
        return lambda text: text.__class__ is str and text.endswith(bare)
    if value.endswith("*"):
        return lambda text: text.__class__ is str and text.startswith(bare)
    return lambda text: bool(text == bare)
