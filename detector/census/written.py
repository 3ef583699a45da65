"""A census as an inventory: the columns that an inventory is read back from.

Examples:
    >>> row = Counted("f", {"access_key_id:AKIAIOSFODNN7EXAMPLE"}, lifetime="static", owner="ada")
    >>> as_csv([row]).splitlines()[1].split(",")[:3]
    ['AKIAIOSFODNN7EXAMPLE', 'access_key_id:AKIAIOSFODNN7EXAMPLE', 'ada']
"""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from detector.census.census import Counted

_COLUMNS = (
    "name", "ids", "owner", "type", "lifetime", "created", "rotated", "rotation_days", "workloads",
    "origins", "tasks", "protected", "canary", "stored_at",
)  # fmt: skip
_LISTS = ("ids", "workloads", "origins", "tasks", "stored_at")


def as_rows(rows: Sequence[Counted]) -> list[dict[str, Any]]:
    """One object a credential. What only people know (where it may be used) is left open: what was
    seen is no limit."""
    return [_row(row) for row in rows]


def as_csv(rows: Sequence[Counted]) -> str:
    """The same as CSV, lists separated by blanks."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for one in as_rows(rows):
        writer.writerow([_cell(name, one.get(name)) for name in _COLUMNS])
    return out.getvalue()


def _row(row: Counted) -> dict[str, Any]:
    ids = sorted(uid for uid in row.ids if " " not in uid)
    made: dict[str, Any] = {
        "name": ids[0].partition(":")[2] if ids else row.mark,
        "ids": ids,
        "owner": row.owner,
        "type": row.type,
        "lifetime": row.lifetime,
        "created": _day(row.issued),
        "rotated": _day(row.rotated),
        "rotation_days": row.rotation_days,
        "protected": row.protected,
        "canary": row.canary,
    }
    return {name: value for name, value in made.items() if value not in ("", None, [], False)}


def _day(time: int | None) -> str:
    return "" if time is None else datetime.fromtimestamp(time / 1_000, UTC).date().isoformat()


def _cell(name: str, value: Any) -> str:
    if name in _LISTS:
        return " ".join(value or ())
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value)
