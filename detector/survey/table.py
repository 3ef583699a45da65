"""The survey as tables for a terminal; what logs say is plain text in them.

Examples:
    >>> credentials_table([], 0).row_count
    0
"""

from collections.abc import Iterable

from rich import box
from rich.table import Table
from rich.text import Text

from detector.report.words import moment, plain, span
from detector.survey.lines import Line, few
from detector.survey.posture import SAYS, Concern

_LONGEST = 90
_DAY = 10


def credentials_table(found: Iterable[Line], now: int) -> Table:
    """One row for each credential; its age is as of `now`, the latest event."""
    table = _table(
        Credential=3, Kind=2, Owner=1, Used_by=3, From=3, In=2, Age=0, Last_used=0, Uses=0, Note=3
    )
    for line in found:
        entry, row = line.entry, line.seen
        born = entry.renewed
        table.add_row(
            *map(_text, (
                _name(line),
                " ".join(part for part in (entry.lifetime, entry.type) if part) or "unknown",
                entry.owner,
                few(row.principals) if row is not None and row.principals else "",
                few(row.networks) if row is not None and row.networks else "",
                few(row.sources) if row is not None and row.sources else "",
                span(now - born) if born is not None and born <= now else "",
                moment(row.last)[:_DAY] if row is not None else "never seen",
                f"{row.uses:,}" if row is not None else "",
                "; ".join(_notes(line)),
            ))
        )  # fmt: skip
    return table


def _notes(line: Line) -> Iterable[str]:
    entry, row = line.entry, line.seen
    if entry.canary:
        yield "canary"
    if entry.protected:
        yield "protected"
    if row is None:
        return
    if row.ended is not None:
        yield f"ended {moment(row.ended)[:_DAY]}"
    if row.issued_by:
        yield f"issued by {row.issued_by}"
    unused = row.unused_scopes()
    if unused:
        yield f"never used: {few(unused)}"
    if row.cut:
        yield "lists cut"


def concerns_table(found: Iterable[Concern]) -> Table:
    """One row for each concern."""
    table = _table(Concern=3, Whose=3, What=4, Since=0)
    for one in found:
        table.add_row(
            *map(_text, (SAYS[one.kind], one.subject, one.says, moment(one.since)[:_DAY]))
        )
    return table


def _name(line: Line) -> str:
    """The name; where it is an id, without its kind, which stands beside it."""
    name = line.entry.name
    return name.partition(":")[2] if line.drafted and name in line.entry.ids else name


def _table(**shares: int) -> Table:
    """A table over the whole width; a column of no share takes what it needs."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=True)
    for head, share in shares.items():
        table.add_column(
            head.replace("_", " "),
            overflow="fold",
            no_wrap=not share,
            ratio=share or None,
            min_width=20 if head == "Credential" else None,
            justify="right" if head == "Uses" else "left",
        )
    return table


def _text(value: str) -> Text:
    return Text(plain(value, _LONGEST))
