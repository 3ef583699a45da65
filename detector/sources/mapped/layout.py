r"""The tables of a mapping file, checked: each name must be one that there is, each part say something.

Examples:
    >>> text = '[event]\ntime = "at"\n[principle]\nuid = "who"\n'
    >>> read_layout(text, "portal.toml")
    Traceback (most recent call last):
    ...
    detector.sources.mapped.places.MappingError: portal.toml:3: there is no "principle"; did you mean "principal"?
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from detector.sources.mapped.expression import Read, compiled, words_at
from detector.sources.mapped.fields import FIELDS, NEEDED, PARTS, is_in
from detector.sources.mapped.paths import Spot
from detector.sources.mapped.places import MappingError, Path, Places
from detector.sources.nearest import nearest
from detector.sources.record import Record

SUFFIX = ".toml"
_NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
_OWN = tuple(name for name in FIELDS if "." not in name)
_OTHERS = ("about", "recognise", "only", "skip", "event", "child")
_TABLES = (*_OTHERS, *(part for part in PARTS if "." not in part))
_RECOGNISE = ("fields", "never")
Table = Mapping[str, Any]
Reads = tuple[tuple[str, Read], ...]
Test = tuple[Callable[[Record], list[str]], frozenset[str]]


class Layout(Struct, frozen=True):
    """What a file says: by what a record is recognised, which ones are taken, what each field
    of ours is read by, part by part; the event's own part has no name."""

    name: str
    about: str
    marks: tuple[bytes, ...]
    never: tuple[bytes, ...]
    only: tuple[Test, ...]
    skip: tuple[Test, ...]
    parts: tuple[tuple[str, Reads], ...]


def read_layout(text: str, place: str) -> Layout:
    """The layout in a file's text; `place` is its path.

    Raises:
        MappingError: anything in it that cannot be used, with its line.
    """
    name, places = name_of(place), Places(text, place)
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise MappingError(f"{place}: not TOML: {error}") from None
    _known(document, _TABLES, (), places)
    about = document.get("about", "")
    if not isinstance(about, str):
        raise places.error(("about",), "about: expected a sentence, got something else")
    parts = tuple((part, reads) for part, reads in _parts(document, places) if reads)
    _check_needed(dict(parts), places)
    recognise = _table(document, "recognise", places)
    _known(recognise, _RECOGNISE, ("recognise",), places)
    marks, never = (_names(recognise, each, places) for each in _RECOGNISE)
    if not marks:
        raise places.error(
            ("recognise",), 'recognise.fields: expected names such as ["portal", "who"], got none'
        )
    return Layout(
        name, about, marks, never, tuple(_tests(document, "only", places)),
        tuple(_tests(document, "skip", places)), parts,
    )  # fmt: skip


def name_of(place: str) -> str:
    """The name of the source that a file makes: the file's own.

    Raises:
        MappingError: it is none that a source or a topic may have.

    Examples:
        >>> name_of("deploy/mappings/portal.toml")
        'portal'
    """
    last = re.split(r"[/\\]", place)[-1]
    name = last.removesuffix(SUFFIX)
    if name == last or not _NAME.fullmatch(name):
        raise MappingError(
            f"{place}: expected small letters, digits and `_`, then {SUFFIX}: a source is called"
            " after its file"
        )
    return name


def _known(table: Table, names: tuple[str, ...], path: Path, places: Places) -> None:
    for name in table:
        if name not in names:
            whole = ".".join((*path, name))
            raise places.error((*path, name), f'there is no "{whole}"{nearest(name, names)}')


def _table(document: Table, name: str, places: Places, path: Path = ()) -> Table:
    table = document.get(name, {})
    if not isinstance(table, Mapping):
        raise places.error((*path, name), f"{name}: expected a table, got something else")
    return table


def _parts(document: Table, places: Places) -> Iterator[tuple[str, Reads]]:
    event = _table(document, "event", places)
    _known(event, _OWN, ("event",), places)
    yield (
        "",
        tuple(
            (name, compiled(value, FIELDS[name], Spot(places, ("event", name))))
            for name, value in event.items()
        ),
    )
    child = _table(document, "child", places)
    _known(child, ("credential", "principal"), ("child",), places)
    for part in PARTS:
        path = tuple(part.split("."))
        table = _table(child if len(path) > 1 else document, path[-1], places, path[:-1])
        _known(table, tuple(_short(name) for name in FIELDS if is_in(name, part)), path, places)
        yield (
            part,
            tuple(
                (name, compiled(value, FIELDS[f"{part}.{name}"], Spot(places, (*path, name))))
                for name, value in table.items()
            ),
        )


def _short(name: str) -> str:
    return name.rpartition(".")[2]


def _check_needed(parts: Mapping[str, Reads], places: Places) -> None:
    """A target without a name says nothing, nor does an event without a time."""
    if "time" not in dict(parts.get("", ())):
        raise places.error(("event",), "event.time: every event needs one, got none")
    if "principal" not in parts:
        raise places.error(("principal",), "principal.uid: every event needs one, got none")
    for part, needed in NEEDED.items():
        filled = dict(parts.get(part, ()))
        if filled and not any(name in filled for name in needed):
            raise places.error(
                tuple(part.split(".")), f"{part}: expected {' or '.join(needed)} as well, got none"
            )


def _names(table: Table, name: str, places: Places) -> tuple[bytes, ...]:
    found = table.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) and one for one in found):
        raise places.error(
            ("recognise", name), f"recognise.{name}: expected a list of names of fields"
        )
    return tuple(msgspec.json.encode(one) for one in found)


def _tests(document: Table, name: str, places: Places) -> Iterator[Test]:
    for path, words in _flat(_table(document, name, places)):
        found = words if isinstance(words, list) else [words]
        if not found or not all(isinstance(one, str | bool | int) for one in found):
            raise places.error((name, path), f"{name}.{path}: expected a word, or a list of words")
        spelled = (str(one).lower() if isinstance(one, bool) else str(one) for one in found)
        yield words_at(path, Spot(places, (name, path))), frozenset(spelled)


def _flat(table: Table, before: str = "") -> Iterator[tuple[str, Any]]:
    """Paths and their words, whether a path is quoted or not."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value
