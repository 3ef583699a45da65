"""Paths into a record, and texts that are put together from what stands there.

Examples:
    >>> spot = Spot(Places("", "portal.toml"), ("event", "uid"))
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> from detector.sources.record import opened
    >>> raw = b'{"who": [{"id": 7}, {"id": 9}], "where": {"ip": "192.0.2.9"}}'
    >>> record = opened(raw, "portal", Context(Fingerprints("a key of at least sixteen characters")), 1)
    >>> [source_at(path, spot)(record) for path in ("where.ip", "who.1.id", "who.*.id", "{who.0.id}/x")]
    [('192.0.2.9',), [9], [7, 9], ('7/x',)]
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from detector.sources.mapped.places import MappingError, Path, Places
from detector.sources.record import Record
from detector.sources.text import kept

Values = Callable[[Record], Sequence[Any]]
_EVERY = "*"
_BRACES = re.compile(r"\{([^{}]*)\}")
_MOST, _DIGITS, _SHORT = 256, 18, 2


class Spot(NamedTuple):
    """Where in the file an expression stands."""

    places: Places
    path: Path

    def error(self, message: str, *more: str) -> MappingError:
        """An error about it, or about a key in it."""
        return self.places.error((*self.path, *more), message)


def source_at(text: Any, spot: Spot) -> Values:
    """What reads a path, or a text with paths in it."""
    if not isinstance(text, str) or not text.strip():
        raise spot.error(f'expected a path such as "actor.id", got {kind_of(text)}')
    if "{" not in text and "}" not in text:
        return at_path(_steps(text, spot))
    inner = [at_path(_steps(name, spot)) for name in _BRACES.findall(text)]
    around = _BRACES.split(text)[::2]
    if not inner or any("{" in one or "}" in one for one in around):
        raise spot.error(f'expected paths in braces such as "user/{{actor.id}}", got {text!r}')

    def composed(record: Record) -> Sequence[Any]:
        out = around[0]
        for read, rest in zip(inner, around[1:], strict=True):
            word = ""
            for found in read(record):
                word = spelled(found)
                if word:
                    break
            if not word:
                return ()
            out += kept(word) + rest
        return (out,)

    return composed


def _steps(path: str, spot: Spot) -> Path:
    names = tuple(name.strip() for name in path.split("."))
    if not all(names):
        raise spot.error(f'expected a path such as "actor.id", got {path!r}')
    return names


def at_path(steps: Path) -> Values:
    """What stands at a path: of a list in a record all values, of nothing none."""
    if any(step == _EVERY or step.isdigit() for step in steps):
        return lambda record: _several(_reached(record.fields, steps))
    if len(steps) == _SHORT:
        return _pair(*steps)

    def read(record: Record) -> Sequence[Any]:
        value: Any = record.fields
        for step in steps:
            if not isinstance(value, dict):
                return ()
            value = value.get(step)
        if value is None or value == "":
            return ()
        return _several(value) if isinstance(value, list) else (value,)

    return read


def _pair(outer: str, inner: str) -> Values:
    """The same for most paths, in half the time."""

    def read(record: Record) -> Sequence[Any]:
        holder = record.fields.get(outer)
        if not isinstance(holder, dict):
            return ()
        value = holder.get(inner)
        if isinstance(value, str):
            return (value,) if value else ()
        if value is None:
            return ()
        return _several(value) if isinstance(value, list) else (value,)

    return read


def _several(found: list[Any]) -> Sequence[Any]:
    if len(found) == 1 and isinstance(found[0], list):
        found = found[0]
    return [one for one in found[:_MOST] if one is not None and one != ""]


def _reached(root: Any, steps: Path) -> list[Any]:
    found = [root]
    for step in steps:
        after: list[Any] = []
        for one in found:
            if isinstance(one, dict):
                after += list(one.values()) if step == _EVERY else [one.get(step)]
            elif isinstance(one, list):
                if step == _EVERY:
                    after += one[:_MOST]
                elif step.isdigit() and len(step) < _DIGITS and int(step) < len(one):
                    after.append(one[int(step)])
        found = after[:_MOST]
    return found


def separated(raw: Values, split: str) -> Values:
    """The texts that several stand in, each by itself."""

    def read(record: Record) -> Sequence[Any]:
        words = [
            word for one in raw(record) if isinstance(one, str) for word in one.split(split, _MOST)
        ]
        return [word.strip() for word in words[:_MOST] if word.strip()]

    return read


def text_of(value: Any) -> str | None:
    """A text as it stands: what reads the contract masks it, and makes of secrets what is kept."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**_DIGITS:
        return str(value)
    return None


def spelled(value: Any) -> str:
    """A value as a word of the log: a truth value is one, too."""
    if isinstance(value, bool):
        return str(value).lower()
    return text_of(value) or ""


def kind_of(value: Any) -> str:
    """What a value in a mapping is, in words."""
    names: Iterable[tuple[type, str]] = (
        (bool, "true or false"), (str, "an empty text"), (int, "a number"), (float, "a number"),
        (list, "a list"), (Mapping, "a table"),
    )  # fmt: skip
    if isinstance(value, str) and value.strip():
        return "a text"
    return next((name for kind, name in names if isinstance(value, kind)), "something else")
