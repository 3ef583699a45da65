"""The survey as files: CSV and JSON that read back as an inventory, and the concerns as JSON.

Examples:
    >>> from detector.sources.inventory_file import parsed
    >>> line = Line(Entry("ci", ("jti:7",), created=1_767_225_600_000), "acme")
    >>> parsed(as_csv([line]), "i.csv") == parsed(as_json([line]), "i.json") == (line.entry,)
    True
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from detector.sources.inventory import Entry
from detector.sources.inventory_columns import COLUMNS, SEEN, refuse_secret
from detector.survey.lines import Line
from detector.survey.posture import SAYS, Concern
from detector.survey.sightings import Sighting

_TIMES = frozenset({"created", "rotated", "first_used", "last_used"})


def as_csv(found: Iterable[Line]) -> bytes:
    """One row for each entry; lists are separated by semicolons."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, (*COLUMNS, *SEEN), restval="", lineterminator="\n")
    writer.writeheader()
    for row in _rows(found):
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return file.getvalue().encode()


def as_json(found: Iterable[Line]) -> bytes:
    """A list of objects, one line each."""
    rows = (json.dumps(row, ensure_ascii=False) for row in _rows(found))
    return ("[\n" + ",\n".join(rows) + "\n]\n").encode()


def concerns_json(found: Iterable[Concern]) -> bytes:
    """What concerns people, in words and as data."""
    rows = [
        msgspec.to_builtins(one) | {"title": SAYS[one.kind], "since": iso(one.since)}
        for one in found
    ]
    return (json.dumps(rows, indent=2, ensure_ascii=False) + "\n").encode()


def iso(time: int | None) -> str:
    """A time as the files hold it: ISO 8601, UTC.

    Examples:
        >>> iso(1_767_225_600_000), iso(None)
        ('2026-01-01T00:00:00Z', '')
    """
    if time is None:
        return ""
    text = datetime.fromtimestamp(time / 1_000, UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00").removesuffix(".000") + "Z"


def _rows(found: Iterable[Line]) -> Iterator[Mapping[str, Any]]:
    """Each entry once, without what is empty."""
    written: set[tuple[str, str]] = set()
    for line in found:
        key = line.entry.tenant, line.entry.name
        if key not in written:
            written.add(key)
            row = _entry(line.entry) | (_seen(line.seen) if line.seen is not None else {})
            yield {name: value for name, value in row.items() if value not in ("", None, [], False)}


def _entry(entry: Entry) -> dict[str, Any]:
    row = {name: getattr(entry, name) for name in COLUMNS}
    return {name: _plain(name, value) for name, value in row.items()}


def _seen(row: Sighting) -> dict[str, Any]:
    seen: dict[str, Any] = {
        "principals": row.principals, "networks": row.networks, "sources": row.sources,
        "first_used": row.first, "last_used": row.last, "uses": row.uses,
        "issued_by": row.issued_by, "scopes": row.scopes, "unused_scopes": row.unused_scopes(),
    }  # fmt: skip
    return {name: _harmless(_plain(name, value)) for name, value in seen.items()}


def _plain(name: str, value: Any) -> Any:
    if name in _TIMES:
        return iso(value)
    return [str(one) for one in value] if isinstance(value, tuple | dict) else value


def _harmless(value: Any) -> Any:
    """What was seen, without what an inventory would not be read with."""
    if isinstance(value, list):
        return [one for one in value if _harmless(one) == one]
    try:
        refuse_secret(value)
    except ValueError:
        return ""
    return value


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(value)
    return "true" if value is True else str(value)
