r"""A mapping: any JSON log to `ActivityEvent` by paths, constants and tables of values.

    source = "portal"                     # the name in events and in --source
    recognise = ["portalVersion"]         # field names that all stand in each record

    [fields]                              # a field of ActivityEvent = where its value stands
    "time" = "when"
    "principal.uid" = { path = "user.id", prefix = "portal:user/" }
    "action.service" = { constant = "portal" }
    "action.operation" = "event"
    "action.access" = { path = "event", table = { login = "read", "*" = "write" } }

`credential.secret` is a path to a secret and `credential.sha256` to its SHA-256: both are only
fingerprinted. `origin.user_agent` gives the client. What is left out stays empty; access and plane
follow from the operation.

Examples:
    >>> source = load('source = "portal"\nrecognise = ["when"]\n[fields]\ntime = "when"\n'
    ...     '"principal.uid" = "who"\n', "portal.toml")
    >>> source.name, source.sniff(b'{"when": 1}')
    ('portal', True)
    >>> load('source = "portal"\nrecognise = ["w"]\n[fields]\ntime = "w"\n"principal.iud" = "x"\n', "p.toml")
    Traceback (most recent call last):
    ...
    detector.sources.mapped.mapping.MappingError: p.toml:5: there is no field "principal.iud"; did you mean "principal.uid"?
"""

import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, get_args

from msgspec import Struct

from detector.sources.base import Context, DecodeError
from detector.sources.mapped.built import built
from detector.sources.record import opened
from schemas.event import (
    Access,
    ActivityEvent,
    Effect,
    Kind,
    Lifetime,
    Plane,
    PrincipalType,
    Profile,
    Status,
)  # fmt: skip

_TEXTS = (
    "uid", "principal.uid", "principal.name", "principal.account", "principal.owner",
    "principal.role", "principal.session", "principal.known_by", "credential.uid",
    "credential.uid_kind", "credential.type", "credential.secret", "credential.sha256",
    "credential.bound_to", "action.service", "action.operation", "action.foreign", "target.uid",
    "target.type", "target.account", "origin.address", "origin.user_agent", "origin.client",
    "origin.region", "origin.country", "outcome.code", "workload.uid", "workload.kind", "task.uid",
    "task.intent", "task.approver", "child.credential.uid", "child.credential.uid_kind",
    "child.principal.uid", "child.principal.name", "note",
)  # fmt: skip
_TIMES = ("time", "credential.issued", "credential.expires", "task.ends")
_FLAGS = ("principal.mfa", "origin.console", "posture.canary", "posture.protected")
_CHOICES: dict[str, tuple[str, ...]] = {
    "kind": get_args(Kind), "principal.type": get_args(PrincipalType),
    "principal.profile": get_args(Profile), "credential.lifetime": get_args(Lifetime),
    "action.access": get_args(Access), "action.plane": get_args(Plane),
    "action.effect": get_args(Effect), "outcome.status": get_args(Status),
}  # fmt: skip
FIELDS = (*_TEXTS, *_TIMES, *_FLAGS, *_CHOICES)
_NEEDED = ("time", "principal.uid")
_KEYS = ("source", "about", "recognise", "fields")
_WAYS = ("path", "constant", "table", "prefix")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_ANY = "*"
_LOOKED_AT = 65_536


class MappingError(ValueError):
    """A mapping that cannot be used: file, line, what was expected."""


class Value(Struct, frozen=True):
    """Where a field's value comes from. `time` and `flag` say how it is read."""

    path: tuple[str, ...] = ()
    constant: str = ""
    prefix: str = ""
    table: Mapping[str, str] | None = None
    time: bool = False
    flag: bool = False


class Mapped:
    """A source that a mapping describes."""

    def __init__(
        self,
        name: str,
        marks: tuple[bytes, ...],
        values: Mapping[str, Value],
        text: str,
        place: str,
    ) -> None:
        self.name = name
        self._marks = marks
        self._values = values
        self._text = text
        self._place = place

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        """For a process that decodes beside this one."""
        return load, (self._text, self._place)

    def sniff(self, raw: bytes) -> bool:
        """Whether all field names to recognise it by stand in the bytes."""
        head = raw[:_LOOKED_AT]
        return all(mark in head for mark in self._marks)

    def decode(self, raw: bytes, context: Context, position: int) -> tuple[ActivityEvent, ...]:
        """The event of one record.

        Raises:
            DecodeError: not JSON, or without a time or an actor.
        """
        record = opened(raw, self.name, context, position)
        found: dict[str, Any] = {}
        for name, value in self._values.items():
            made = _value(record, value, name)
            if made is not None and made != "":
                found[name] = made
        for name in _NEEDED:
            if name not in found:
                raise DecodeError(f"{self.name}: expected a value for {name}, got none")
        return (built(record, found),)


def _value(record: Any, value: Value, name: str) -> Any:
    if value.time:
        return record.time(*value.path) if name == "time" else record.when(*value.path)
    if value.flag:
        return value.constant == "true" if not value.path else record.flag(*value.path)
    if name in {"credential.secret", "credential.sha256"}:
        raw = record.get(*value.path)
        return raw if isinstance(raw, str) else None
    text = record.text(*value.path) if value.path else value.constant
    if value.table is not None:
        text = (
            value.table.get(text, value.table.get(_ANY, "")) if text or _ANY in value.table else ""
        )
    return f"{value.prefix}{text}" if text else ""


def load(text: str, place: str) -> Mapped:
    """The source that the TOML in `text` describes; `place` names the file in errors.

    Raises:
        MappingError: anything that is missing, unknown or of the wrong kind, with its line.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"{place}: not TOML: {error}") from None
    check = _Check(text, place)
    for key in document:
        check.known(key, _KEYS, "key")
    name = document.get("source")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise check.error(
            "source", "expected a name in small letters, digits and _, such as portal"
        )
    marks = document.get("recognise")
    if not isinstance(marks, list) or not marks or not all(isinstance(m, str) and m for m in marks):
        raise check.error("recognise", "expected a list of field names that every record has")
    fields = document.get("fields")
    if not isinstance(fields, dict):
        raise check.error("fields", "expected a table [fields]")
    values = {key: check.value(key, given) for key, given in _flat(fields, "")}
    for needed in _NEEDED:
        if needed not in values:
            raise check.error("fields", f'expected a value for "{needed}", got none')
    return Mapped(name, tuple(f'"{mark}"'.encode() for mark in marks), values, text, place)


def _flat(fields: Mapping[str, Any], before: str) -> list[tuple[str, Any]]:
    """`[fields.principal]` with `uid` is the same as `"principal.uid"`."""
    found: list[tuple[str, Any]] = []
    for key, value in fields.items():
        name = f"{before}{key}"
        nested = isinstance(value, dict) and name not in FIELDS
        found += _flat(value, f"{name}.") if nested else [(name, value)]
    return found


class _Check:
    def __init__(self, text: str, place: str) -> None:
        self._lines = text.splitlines()
        self._place = place

    def error(self, key: str, what: str) -> MappingError:
        last = key.rpartition(".")[2]
        for number, line in enumerate(self._lines, 1):
            head = line.split("=")[0]
            if f'"{key}"' in head or head.strip().strip("[]") in {key, last, f"fields.{key}"}:
                return MappingError(f"{self._place}:{number}: {what}")
        return MappingError(f"{self._place}: {what}")

    def known(self, name: str, names: tuple[str, ...], what: str) -> None:
        if name not in names:
            near = get_close_matches(name, names, 1)
            hint = f'; did you mean "{near[0]}"?' if near else ""
            raise self.error(name, f'there is no {what} "{name}"{hint}')

    def value(self, key: str, given: Any) -> Value:
        self.known(key, FIELDS, "field")
        if isinstance(given, str):
            given = {"path": given}
        if not isinstance(given, dict) or not given:
            raise self.error(key, f"expected a path or a table with {', '.join(_WAYS)}")
        for way in given:
            self.known(way, _WAYS, f'way to fill "{key}":')
        path, constant = given.get("path", ""), given.get("constant", "")
        if bool(path) == (constant != ""):
            raise self.error(key, f'"{key}": expected either a path or a constant')
        if isinstance(constant, bool):
            constant = str(constant).lower()
        table = given.get("table")
        if table is not None and not isinstance(table, dict):
            raise self.error(key, f'"{key}": expected a table of values')
        self._chosen(key, [*(table or {}).values(), *([constant] if constant else [])], table, path)
        return Value(
            tuple(str(path).split(".")) if path else (), str(constant), str(given.get("prefix", "")),
            table, key in _TIMES, key in _FLAGS,
        )  # fmt: skip

    def _chosen(self, key: str, values: list[Any], table: Any, path: str) -> None:
        allowed = _CHOICES.get(key)
        if allowed is None:
            return
        if path and table is None:
            raise self.error(key, f'"{key}": expected a table that leads to {", ".join(allowed)}')
        for value in values:
            if value not in allowed:
                raise self.error(
                    key, f'"{key}": expected one of {", ".join(allowed)}, got {value!r}'
                )
