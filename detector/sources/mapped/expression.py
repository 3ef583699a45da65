r"""Where the value of one field comes from, as a mapping writes it.

- `"actor.id"`: what stands at that path; a number is a place in a list, `*` every place of one
- `"portal:user/{actor.id}"`: a text with paths in braces; nothing if one of them leads to nothing
- `{ first = ["actor.mail", "actor.id"] }`: the first of several that holds something
- `{ path = ["labels", "app.kubernetes.io/name"] }`: names that have dots in them
- `{ const = "portal" }`: always the same

and beside `path` or `first`:

- `values`, a table from the log's words to ours: `"token.*"` fits whatever begins so, the longest
  decides, and of several words the one that comes first in the table
- `otherwise`, for words that are not in it, or where there is nothing
- `split`, what separates the texts of a list that is written as one text

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> from detector.sources.record import opened
    >>> raw = b'{"who": {"id": 7, "tags": ["a", "b"]}, "what": "token.created"}'
    >>> record = opened(raw, "portal", Context(Fingerprints("a key of at least sixteen characters")), 1)
    >>> def read(value, name):
    ...     return compiled(value, FIELDS[name], Spot(Places("", "portal.toml"), ("event",)))(record)
    >>> read("portal:user/{who.id}", "principal.uid"), read("who.tags", "credential.scopes")
    ('portal:user/7', ('a', 'b'))
    >>> read({"path": "what", "values": {"token.*": "issue"}, "otherwise": "use"}, "kind")
    'issue'
    >>> read({"path": "what", "valuez": {}}, "kind")
    Traceback (most recent call last):
    ...
    detector.sources.mapped.places.MappingError: portal.toml: there is no "valuez" here; did you mean "values"?
"""

from collections.abc import Callable, Mapping
from typing import Any

from detector.sources.base import DecodeError
from detector.sources.mapped.fields import FIELDS, Field
from detector.sources.mapped.paths import (
    Spot,
    Values,
    at_path,
    kind_of,
    separated,
    source_at,
    spelled,
    text_of,
)
from detector.sources.mapped.places import Places
from detector.sources.nearest import nearest
from detector.sources.record import Record

__all__ = ["FIELDS", "Places", "Read", "compiled", "words_at"]

Read = Callable[[Record], Any]
_KEYS = ("path", "first", "const", "values", "otherwise", "split")
_FROM = ("path", "first", "const")
_ANY = "*"
_DIGITS = 18
_FLAGS = {"true": True, "false": False}


def compiled(value: Any, field: Field, spot: Spot) -> Read:
    """What reads a field's value from a record; None where that has none.

    Raises:
        MappingError: the expression cannot be understood, or its words are not the field's.
    """
    if isinstance(value, str):
        return _typed(source_at(value, spot), field, {})
    if not isinstance(value, Mapping):
        raise spot.error(
            f'{field.name}: expected a path such as "actor.id", or a table, got {kind_of(value)}'
        )
    for key in value:
        if key not in _KEYS:
            raise spot.error(f'there is no "{key}" here{nearest(key, _KEYS)}', key)
    given = [key for key in _FROM if key in value]
    if len(given) != 1:
        raise spot.error(f"{field.name}: expected one of {', '.join(_FROM)}, got {len(given)}")
    if given == ["const"]:
        constant = _word(value["const"], field, spot)
        return lambda _record: constant
    return _looked_up(value, field, spot)


def words_at(path: str, spot: Spot) -> Callable[[Record], list[str]]:
    """What reads the words at a path: texts, numbers and truth values, spelled out."""
    raw = source_at(path, spot)
    return lambda record: [word for one in raw(record) if (word := spelled(one))]


def _looked_up(value: Mapping[str, Any], field: Field, spot: Spot) -> Read:
    raw = _sources(value, spot)
    split = value.get("split")
    if split is not None:
        if not isinstance(split, str) or not split or field.kind != "texts":
            raise spot.error(f"{field.name}: split is a text, for fields that are lists", "split")
        raw = separated(raw, split)
    read = _typed(raw, field, _values(value, field, spot))
    if "otherwise" not in value:
        return read
    other = _word(value["otherwise"], field, spot)

    def or_else(record: Record) -> Any:
        found = read(record)
        return other if found is None else found

    return or_else


def _sources(value: Mapping[str, Any], spot: Spot) -> Values:
    if "path" in value:
        path = value["path"]
        if isinstance(path, list) and path and all(isinstance(name, str) for name in path):
            return at_path(tuple(path))
        if not isinstance(path, str):
            raise spot.error(
                f"path: expected a text or a list of names, got {kind_of(path)}", "path"
            )
        return source_at(path, spot)
    several = value["first"]
    if not isinstance(several, list) or not several:
        raise spot.error(f"first: expected a list of paths, got {kind_of(several)}", "first")
    reads = [source_at(one, spot) for one in several]
    return lambda record: next((found for read in reads if (found := read(record))), ())


def _typed(raw: Values, field: Field, values: Mapping[str, Any]) -> Read:
    """What makes of raw values one of the field's kind, by the table if there is one."""
    if values:
        return _by_table(raw, field, values)
    if field.kind == "texts":
        return lambda record: tuple(w for one in raw(record) if (w := text_of(one))) or None
    if field.kind == "time":
        return _time(raw, field)
    convert = {"number": _number, "flag": _flag}.get(field.kind, text_of)
    choices = frozenset(field.choices)

    if field.kind == "text":
        return _first_text(raw)

    def first(record: Record) -> Any:
        for one in raw(record):
            found = convert(one)
            if found is not None:
                return found if not choices or found in choices else None
        return None

    return first


def _first_text(raw: Values) -> Read:
    def first(record: Record) -> str | None:
        for one in raw(record):
            found = one if isinstance(one, str) else text_of(one)
            if found is not None:
                return found
        return None

    return first


def _by_table(raw: Values, field: Field, values: Mapping[str, Any]) -> Read:
    rank = {name: place for place, name in enumerate(values)}
    exact = {name for name in values if not name.endswith(_ANY)}
    begun = sorted((name[:-1] for name in values if name.endswith(_ANY)), key=len, reverse=True)

    def name_of(word: str) -> str | None:
        for one in (word, word.lower()):
            if one in exact:
                return one
            for name in begun:
                if one.startswith(name):
                    return name + _ANY
        return None

    def read(record: Record) -> Any:
        names = []
        for one in raw(record):
            word = one if isinstance(one, str) else spelled(one)
            name = word if word in exact else name_of(word)
            if name is not None:
                names.append(name)
        if not names:
            return None
        if field.kind == "texts":
            return tuple(one for name in names for one in values[name])
        return values[names[0] if len(names) == 1 else min(names, key=rank.__getitem__)]

    return read


def _time(raw: Values, field: Field) -> Read:
    def read(record: Record) -> Any:
        for one in raw(record):
            holder = Record({field.name: one}, record.what, record.context, record.position, b"")
            return holder.time(field.name)
        if field.name == "time":
            raise DecodeError("time: expected one where the mapping looks for it, got nothing")
        return None

    return read


def _values(value: Mapping[str, Any], field: Field, spot: Spot) -> dict[str, Any]:
    table = value.get("values", {})
    if not isinstance(table, Mapping) or ("values" in value and not table):
        raise spot.error(f"values: expected a table of words, got {kind_of(table)}", "values")
    return {
        str(name): _word(word, field, Spot(spot.places, (*spot.path, "values", str(name))))
        for name, word in table.items()
    }


def _word(value: Any, field: Field, spot: Spot) -> Any:
    """A constant, which must be the field's: errors in a mapping are found before it runs."""
    if field.kind == "flag":
        fits, expected = isinstance(value, bool), "true or false"
    elif field.kind in {"number", "time"}:
        fits, expected = isinstance(value, int) and not isinstance(value, bool), "a number"
    else:
        fits, expected = isinstance(value, str), "a text"
    if not fits:
        raise spot.error(f"{field.name}: expected {expected}, got {kind_of(value)}")
    if field.choices and value and value not in field.choices:
        known = f" (one of {', '.join(field.choices)})"
        raise spot.error(f"{field.name} is never {value!r}{nearest(value, field.choices) or known}")
    return (value,) if field.kind == "texts" else value


def _number(value: Any) -> int | None:
    text = text_of(value)
    plain = text is not None and text.isascii() and text.isdigit() and len(text) <= _DIGITS
    return int(text) if plain and text is not None else None


def _flag(value: Any) -> bool | None:
    if isinstance(value, str):
        return _FLAGS.get(value.lower())
    return value if isinstance(value, bool) else None
