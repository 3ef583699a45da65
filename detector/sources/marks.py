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
        self._ways = tuple((frozenset(map(_field, way)), tuple(_deep(way))) for way in alternatives)
        # Whatever is at the top level is settled by one comparison.
        plain = frozenset(name for name in never if not _further(name))
        self._never = plain
        self._never_deep = tuple(_deep(name for name in never if name not in plain))
        self.names = frozenset(_field(way[0]) for way in alternatives)

    def match(self, fields: Fields) -> bool:
        """Whether a record shows them."""
        keys = fields.keys()
        for top, deep in self._ways:
            if keys >= top:
                for stands in deep:
                    if not stands(fields):
                        break
                else:
                    return self._clear(fields)
        return False

    def _clear(self, fields: Fields) -> bool:
        """Whether nothing stands in a record that must not."""
        if self._never and not self._never.isdisjoint(fields):
            return False
        for stands in self._never_deep:  # noqa: SIM110 - a generator costs more than what it asks
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
    if not rest and fits is not None:
        return lambda fields: fits(fields.get(first))
    if len(rest) == 1 and fits is None:
        second = rest[0]
        return lambda fields: (
            ((found := fields.get(first)).__class__ is dict and second in found)
            or _stands(found, rest, None)
        )
    return lambda fields: _stands(fields.get(first, _NOWHERE), rest, fits)


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
