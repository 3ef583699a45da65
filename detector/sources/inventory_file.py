r"""An inventory as a file, CSV or JSON: read with every mistake at its place, written to be read back.

The first row of a CSV names its columns; a JSON file is a list of objects with the same names.

Examples:
    >>> [entry] = parsed(b"name,ids,origins\nci,github_token_id:7,192.0.2.0/24\n", "i.csv")
    >>> entry.ids
    ('github_token_id:7',)
    >>> parsed(b"name,ids\nci,7\n", "i.csv")
    Traceback (most recent call last):
    ...
    detector.sources.inventory_file.InventoryError: i.csv: line 2, column ids: expected kind:uid, got '7'
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from io import StringIO
from typing import Any

from detector.sources.inventory import Entry
from detector.sources.inventory_columns import COLUMNS, SEEN, refuse_secret, shown

MOST_BYTES = 64 * 1024 * 1024
_NEEDED = ("name", "ids")
_KNOWN = (*COLUMNS, *SEEN)

# The line of a column of a row, and the row
Row = tuple[Callable[[str], int], Mapping[str, Any]]


class InventoryError(ValueError):
    """An inventory that cannot be used. Its text names file, line and column, and shows no secret."""


def parsed(raw: bytes, place: str) -> tuple[Entry, ...]:
    """The entries of a file; `place` names it in errors.

    Raises:
        InventoryError: the first mistake in it.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InventoryError(f"{place}: expected UTF-8, got other bytes") from None
    rows = _json_rows(text, place) if text.lstrip()[:1] in ("[", "{") else _csv_rows(text, place)
    once, out = _Once(), []
    for line_of, row in rows:
        entry = _entry(row, line_of, place)
        kept = (entry.stored_at,) if entry.stored_at else ()
        for column, values in (("name", (entry.name,)), ("ids", entry.ids), ("stored_at", kept)):
            line = line_of(column)
            for value in values:
                before = once.before(column, value, entry.tenant, line)
                if before:
                    raise InventoryError(
                        f"{place}: line {line}, column {column}: expected what no other row has, "
                        f"got {shown(value)} of line {before} again"
                    )
        out.append(entry)
    return tuple(out)


class _Once:
    """Every name, id and place belongs to one entry; that of no tenant is in all of them."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], list[tuple[str, int]]] = {}

    def before(self, column: str, value: str, tenant: str, line: int) -> int:
        """The line on which it stood before; 0 if on none."""
        rows = self._known.setdefault((column, value), [])
        found = next((at for other, at in rows if not other or not tenant or other == tenant), 0)
        rows.append((tenant, line))
        return found


def _entry(row: Mapping[str, Any], line_of: Callable[[str], int], place: str) -> Entry:
    made: dict[str, Any] = {}
    for column, value in row.items():
        where = f"{place}: line {line_of(column)}, column {column}"
        try:
            refuse_secret(value)
            if column in COLUMNS and value is not None:
                made[column] = COLUMNS[column](value)
        except ValueError as error:
            raise InventoryError(f"{where}: {error}") from None
    for column in _NEEDED:
        if not made.get(column):
            what = "a name" if column == "name" else "at least one kind:uid"
            raise InventoryError(
                f"{place}: line {line_of(column)}, column {column}: expected {what}, got nothing"
            )
    return Entry(**made)


def _unknown(column: str, where: str) -> InventoryError:
    near = get_close_matches(column, _KNOWN, n=1, cutoff=0.5)
    hint = f'; did you mean "{near[0]}"?' if near else ""
    return InventoryError(
        f"{where}: expected one of {', '.join(COLUMNS)}, got {shown(column)}{hint}"
    )


# ---------------------------------------------------------------------------------------- CSV


def _csv_rows(text: str, place: str) -> Iterator[Row]:
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        for column in header:
            if column not in _KNOWN:
                raise _unknown(column, f"{place}: line 1")
        for column in _NEEDED:
            if column not in header:
                raise InventoryError(f"{place}: line 1: expected a column {column}, got none")
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(header):
                    raise InventoryError(
                        f"{place}: line {line}: expected {len(header)} columns, got {len(cells)}"
                    )
                filled = {c: v for c, v in zip(header, cells, strict=True) if v.strip()}
                yield _at(line), filled
            line = reader.line_num + 1
    except csv.Error as error:
        raise InventoryError(f"{place}: line {reader.line_num}: not CSV: {error}") from None


def _at(line: int) -> Callable[[str], int]:
    return lambda _column: line


# --------------------------------------------------------------------------------------- JSON


def _json_rows(text: str, place: str) -> Iterator[Row]:
    """The objects of a list, one by one, so that each is known by its line."""
    decoder, at = json.JSONDecoder(), _Line(text)
    end = text.find("[")
    if text.lstrip()[:1] != "[":
        raise InventoryError(f"{place}: line 1: expected a list of objects, got one object")
    try:
        begin = _skip(text, end + 1)
        while text[begin : begin + 1] != "]":
            value, end = decoder.raw_decode(text, begin)
            yield _object(value, text[begin:end], at(begin), place)
            begin = _skip(text, end)
            if text[begin : begin + 1] == ",":
                begin = _skip(text, begin + 1)
            elif text[begin : begin + 1] != "]":
                raise InventoryError(f"{place}: line {at(begin)}: not JSON: expected ',' or ']'")
    except json.JSONDecodeError as error:
        raise InventoryError(f"{place}: line {error.lineno}: not JSON: {error.msg}") from None
    if text[begin + 1 :].strip():
        raise InventoryError(
            f"{place}: line {at(begin)}: expected the end, got more after the list"
        )


def _object(value: Any, text: str, line: int, place: str) -> Row:
    if not isinstance(value, dict):
        raise InventoryError(f"{place}: line {line}: expected an object, got {shown(value)}")

    def line_of(column: str) -> int:
        return line + text[: max(0, text.find(f'"{column}"'))].count("\n")

    for column in value:
        if column not in _KNOWN:
            raise _unknown(column, f"{place}: line {line_of(column)}")
    return line_of, value


def _skip(text: str, at: int) -> int:
    while text[at : at + 1].isspace():
        at += 1
    return at


class _Line:
    """The line of a place in a text; places are asked for in order."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._line = text, 0, 1

    def __call__(self, at: int) -> int:
        self._line += self._text.count("\n", self._at, at)
        self._at = at
        return self._line
