r"""Reading an inventory from CSV or JSON, every mistake named with its place.

CSV has a line of column names, those of `Row`; lists are separated by blanks. JSON is a list of
objects with the same names, or `{"credentials": [...]}`. `detector inventory --out` writes both.

Examples:
    >>> made = read_inventory("name,ids,owner\ndeploy,access_key_id:AKIAIOSFODNN7EXAMPLE,ada\n", "i.csv")
    >>> made.rows[0].owner
    'ada'
    >>> read_inventory("name,idz\n", "i.csv")
    Traceback (most recent call last):
    ...
    detector.sources.inventory_file.InventoryError: i.csv:1: there is no column 'idz'; did you mean "ids"?
"""

import csv
import io
import re
from collections.abc import Iterator
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

import msgspec

from detector.sources.inventory import SHA256, Inventory, Row
from detector.sources.text import kept
from detector.sources.times import to_ms

_COLUMNS = Row.__struct_fields__
_LISTS = ("ids", "workloads", "origins", "tasks", "stored_at")
_TIMES = ("created", "rotated")
_FLAGS = ("protected", "canary")
_LIFETIMES = ("", "static", "ephemeral")
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")
_TRUE, _FALSE = {"true", "yes", "1"}, {"false", "no", "0", ""}
_MOST_DAYS = 36_500


class InventoryError(ValueError):
    """An inventory that cannot be used: where, what was expected, what came. Quotes no id."""


def read_inventory(text: str, place: str) -> Inventory:
    """The inventory in `text`; `place` names the file in errors.

    Raises:
        InventoryError: anything that cannot be read, or an id of two credentials.
    """
    rows: list[Row] = []
    owner: dict[str, str] = {}
    for where, values in _rows(text, place):
        row = _row(values, where)
        for uid in row.ids:
            if uid in owner:
                raise InventoryError(f"{where}: an id of {owner[uid]!r} stands here again")
            owner[uid] = row.name
        rows.append(row)
    return Inventory(tuple(rows))


def _rows(text: str, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if text.lstrip()[:1] in {"{", "["}:
        yield from _objects(text, place)
        return
    reader = csv.reader(io.StringIO(text))
    columns = [name.strip() for name in next(reader, [])]
    if not columns:
        raise InventoryError(f"{place}: expected a line of column names, got an empty file")
    for name in columns:
        _known(name, f"{place}:1", "column")
    for values in reader:
        where = f"{place}:{reader.line_num}"
        if not any(value.strip() for value in values):
            continue
        if len(values) != len(columns):
            raise InventoryError(
                f"{where}: expected {len(columns)} values, one a column, got {len(values)}"
            )
        yield where, dict(zip(columns, values, strict=True))


def _objects(text: str, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        document = msgspec.json.decode(text.encode())
    except msgspec.DecodeError as error:
        raise InventoryError(f"{place}: not JSON: {error}") from None
    found = document.get("credentials") if isinstance(document, dict) else document
    if not isinstance(found, list):
        raise InventoryError(f'{place}: expected a list, or an object with a list "credentials"')
    for number, values in enumerate(found, 1):
        where = f"{place}: credential {number}"
        if not isinstance(values, dict):
            raise InventoryError(f"{where}: expected an object, got something else")
        for name in values:
            _known(name, where, "field")
        yield where, values


def _known(name: str, where: str, what: str) -> None:
    if name not in _COLUMNS:
        near = get_close_matches(name, _COLUMNS, 1)
        hint = f'; did you mean "{near[0]}"?' if near else f" ({', '.join(_COLUMNS)})"
        raise InventoryError(f"{where}: there is no {what} {name[:32]!r}{hint}")


def _row(values: dict[str, Any], where: str) -> Row:
    made: dict[str, Any] = {}
    for name, value in values.items():
        if value is None or value == "":
            continue
        at = f"{where}, {name}"
        if name in _LISTS:
            made[name] = _list(value, at)
        elif name in _TIMES:
            made[name] = _time(value, at)
        elif name in _FLAGS:
            made[name] = _flag(value, at)
        elif name == "rotation_days":
            made[name] = _days(value, at)
        else:
            made[name] = _harmless(str(value), at)
    if made.get("lifetime", "") not in _LIFETIMES:
        raise InventoryError(f"{where}, lifetime: expected static or ephemeral, got something else")
    if not made.get("ids"):
        raise InventoryError(f"{where}, ids: expected at least one kind:id, got none")
    made["ids"] = tuple(_uid(uid, f"{where}, ids") for uid in made["ids"])
    made.setdefault("name", made["ids"][0])
    made["origins"] = tuple(_network(one, f"{where}, origins") for one in made.get("origins", ()))
    return Row(**made)


def _list(value: Any, at: str) -> tuple[str, ...]:
    parts = value.split() if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(one, str) for one in parts):
        raise InventoryError(f"{at}: expected texts separated by blanks, got something else")
    return tuple(_harmless(one, at) for one in parts)


def _harmless(text: str, at: str) -> str:
    if kept(text) != text:
        raise InventoryError(
            f"{at}: looks like a secret; an inventory holds public ids, or sha256:<hex> of a secret"
        )
    return text


def _uid(uid: str, at: str) -> str:
    kind, colon, value = uid.partition(":")
    if not colon or not kind or not value:
        raise InventoryError(f"{at}: expected kind:id, such as access_key_id:AKIA..., got no kind")
    if kind == SHA256 and not _DIGEST.fullmatch(value):
        raise InventoryError(f"{at}: expected sha256: and 64 hex digits, got something else")
    return f"{kind}:{value.lower()}" if kind == SHA256 else uid


def _network(text: str, at: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise InventoryError(
            f"{at}: expected a network such as 192.0.2.0/24, got {text!r}"
        ) from None


def _time(value: Any, at: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = str(value)
    try:
        return to_ms(f"{text}T00:00:00Z" if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else text)
    except ValueError:
        raise InventoryError(
            f"{at}: expected a day such as 2026-01-05, got something else"
        ) from None


def _flag(value: Any, at: str) -> bool:
    text = str(value).strip().lower()
    if text not in _TRUE | _FALSE:
        raise InventoryError(f"{at}: expected yes or no, got something else")
    return text in _TRUE


def _days(value: Any, at: str) -> int:
    text = str(value).strip()
    if not text.isdigit() or not 0 < int(text) <= _MOST_DAYS:
        raise InventoryError(f"{at}: expected a number of days, got something else")
    return int(text)
