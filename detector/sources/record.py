"""One raw JSON record, and reading its fields whatever stands in them.

A field that is missing, or of another type than its log documents, reads as empty: what a log does
not carry stays empty. Only what an event cannot be without (a time, who acted) is an error.

Examples:
    >>> from detector.sources.fingerprint import Fingerprints
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> record = opened(b'{"actor": {"id": 7, "tags": ["a", 1]}}', "example", context, 3)
    >>> record.text("actor", "id"), record.text("actor", "name"), record.texts("actor", "tags")
    ('7', '', ('a', '1'))
    >>> record.time("when")
    Traceback (most recent call last):
    ...
    detector.sources.base.DecodeError: when: expected a time, got nothing
"""

from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Raw, Struct

from detector.sources.base import Context, DecodeError
from detector.sources.contract import read
from detector.sources.text import kept, kept_id
from detector.sources.times import in_range, to_ms
from schemas.event import RawRef

Fields = dict[str, Any]
_NOTHING: Fields = {}
_DECODER = msgspec.json.Decoder(dict[str, Any])
_DIGITS = 18
# Panther's standard field, which holds an event's own time on every row of every log.
_STORED_TIME = "p_event_time"
_PATHS = 4_096
# Numbers from here on are no seconds: they are milliseconds, microseconds or nanoseconds.
_UNITS = ((10**17, 10**6), (10**14, 10**3), (10**11, 1))


class Record(Struct, eq=False, gc=False):
    """A record and, by `part`, the objects within it. `fields` are raw: nothing of them may be kept
    that did not come through `text`, `texts` or a fingerprint. `what` is the source's name, for
    errors."""

    fields: Fields
    what: str
    context: Context
    position: int
    raw: bytes | Raw

    def __repr__(self) -> str:
        """Nothing of what is in it: a trace of an error may show this."""
        return f"Record({self.what!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """The same, for terminals."""
        return [("what", self.what)]

    @property
    def tenant(self) -> str:
        """Whose log it is: the tenant that the operator named."""
        return self.context.tenant_or()

    @property
    def ref(self) -> RawRef:
        """Where the record stands."""
        return RawRef(self.context.place, self.position)

    def get(self, first: str, *further: str) -> Any:
        """Whatever stands at a path; None if nothing does. Not to be kept: see the class."""
        value = self.fields.get(first)
        for name in further:
            if value.__class__ is not dict:
                return None
            value = value.get(name)
        return value

    def text(self, first: str, *further: str) -> str:
        """The text (or whole number) at a path as it may be kept, or an empty one."""
        value = self.fields.get(first)
        for name in further:
            if value.__class__ is not dict:
                return ""
            value = value.get(name)
        if value is None:
            return ""
        return kept(value) if value.__class__ is str else _text(value)  # most are

    def first(self, *names: str) -> str:
        """The first of several fields that holds a text; a dot goes into an object."""
        for name in names:
            value = self._at(name) if "." in name else self.fields.get(name)
            if value is not None and (found := _text(value)):
                return found
        return ""

    def texts(self, *path: str) -> tuple[str, ...]:
        """The texts of a list; a single text is a list of one."""
        value = self.get(*path)
        return () if value is None else texts_of(value)

    def flag(self, *path: str) -> bool | None:
        """A truth value, also one that is spelled out; None where there is none."""
        value = self.get(*path)
        if isinstance(value, str):
            return {"true": True, "false": False}.get(value.lower())
        return value if isinstance(value, bool) else None

    def number(self, *path: str) -> int | None:
        """A whole number of at most 18 digits, also one that is spelled out."""
        value = self.get(*path)
        if value is None:
            return None
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value) if len(value) <= _DIGITS else None
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**_DIGITS:
            return value
        return None

    def part(self, first: str, *further: str) -> "Record":
        """The object at a path, an empty one if there is none. Also one that stands there as text,
        as some shippers write it."""
        value = self.fields.get(first)
        for name in further:
            value = value.get(name) if value.__class__ is dict else None
        if value.__class__ is str and value.startswith("{"):
            value = self._embedded(value)
        return self._of(value)

    def parts(self, *path: str) -> Iterator["Record"]:
        """The objects of a list; a single object is a list of one."""
        value = self.get(*path)
        if value.__class__ is dict:
            return iter((self._of(value),))
        if value.__class__ is not list:
            return iter(())
        return (self._of(one) for one in value if one.__class__ is dict)

    def time(self, *path: str) -> int:
        """The time at `path` in epoch ms, from ISO 8601 or an epoch number in any usual unit. Where
        the record has none, the time that a store has worked out for it.

        Raises:
            DecodeError: there is none, or none that can be read.
        """
        value = self.get(*path)
        name = ".".join(path)
        if value is None or value == "":
            value = self.fields.get(_STORED_TIME)
            if value is None or value == "":
                raise DecodeError(f"{name}: expected a time, got nothing")
            name = _STORED_TIME
        try:
            return _time(value)
        except ValueError as error:
            raise DecodeError(f"{name}: {error}") from None

    def when(self, *path: str) -> int | None:
        """The same where a time may be missing; one that cannot be read is missing too."""
        value = self.get(*path)
        if value is None:
            return None
        try:
            return _time(value)
        except ValueError:
            return None

    def uid(self, *names: str) -> str:
        """The record's own id: the first of `names` that holds one. One without is known by its
        content, so that a second delivery is a duplicate all the same."""
        for name in names:
            value = self._at(name) if "." in name else self.fields.get(name)
            if value is None:
                continue
            if value.__class__ is str and value:
                return kept_id(value)
            if isinstance(value, int) and not isinstance(value, bool):
                return _text(value)
        return f"sha256:{sha256(self.raw).hexdigest()[:32]}"

    def need(self, value: str, name: str, what: str = "a text") -> str:
        """`value`, which an event cannot be without.

        Raises:
            DecodeError: it is empty.
        """
        if not value.strip():
            raise DecodeError(f"{name}: expected {what}, got nothing")
        return value

    def _at(self, name: str) -> Any:
        """Whatever stands at a name with dots."""
        return self.get(*path_of(name))

    def _of(self, value: Any) -> "Record":
        fields = value if value.__class__ is dict else _NOTHING
        return Record(fields, self.what, self.context, self.position, self.raw)

    def _embedded(self, text: str) -> Any:
        try:
            return read(_DECODER, text.encode("utf-8", "surrogatepass"), self.what)
        except DecodeError:
            return None


@lru_cache(_PATHS)
def path_of(name: str) -> tuple[str, ...]:
    """The path that a dotted name stands for: of names in code, never of those in records.

    Examples:
        >>> path_of("user.name")
        ('user', 'name')
    """
    return tuple(name.split("."))


def opened(raw: bytes | Raw, what: str, context: Context, position: int) -> Record:
    """The record that `raw` is; `what` names its source in errors.

    Raises:
        DecodeError: not a JSON object.
    """
    return Record(fields_of(raw, what), what, context, position, raw)


def fields_of(raw: bytes | Raw, what: str) -> Fields:
    """The fields of the record that `raw` is.

    Raises:
        DecodeError: not a JSON object.
    """
    return read(_DECODER, raw, what)


def texts_of(value: Any) -> tuple[str, ...]:
    """The texts of a list, as they may be kept; a single text is a list of one.

    Examples:
        >>> texts_of(["a", {}, 7]), texts_of("a"), texts_of(None)
        (('a', '7'), ('a',), ())
    """
    if value.__class__ is list:
        return tuple([one for one in map(_text, value) if one])
    one = _text(value)
    return (one,) if one else ()


def _text(value: Any) -> str:
    if value.__class__ is str:
        return kept(value)
    if value.__class__ is int and abs(value) < 10**_DIGITS:  # a truth value is none
        return str(value)
    return ""


def _time(value: Any) -> int:
    """Epoch ms of what a log writes as a time.

    Raises:
        ValueError: that is none, or out of range.
    """
    if isinstance(value, str):
        if value.isdigit() and value.isascii() and len(value) <= _DIGITS + 1:
            value = int(value)
        else:
            return to_ms(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("expected a time, got something else")  # noqa: TRY004 - one kind of error
    for least, unit in _UNITS:
        if abs(value) >= least:
            return in_range(int(value // unit))
    return in_range(int(value * 1_000))
