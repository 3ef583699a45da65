"""Labels: which events are attack, and to which incident they belong.

CSV with a header. The columns are found by name: `event_id` (or `eventID`), `label`, and `incident`
(or `detonation`). An event that is not listed is benign, and so is a row without an incident. The
kind of an incident is what follows `:` in its name.

Examples:
    >>> rows = ["event_id,label,incident", "e1,role_chain,i1:campaign", "e2,aws_service,"]
    >>> labels = parse_labels(rows)
    >>> labels.attacks, kind_of("i1:campaign"), kind_of("39f95f43")
    ({'e1': 'i1:campaign'}, 'campaign', 'incident')
"""

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct

IDS = ("event_id", "eventid", "uid")
INCIDENTS = ("incident", "detonation")
BENIGN = frozenset({"benign", "normal"})
"""Labels of rows that are benign even where they name an incident: a scenario's benign twin."""


class LabelsError(ValueError):
    """The labels cannot be used: wrong use, exit code 2."""


class Labels(Struct, frozen=True):
    """`attacks` gives an attack event its incident; `ignored` events count for neither class."""

    attacks: Mapping[str, str]
    ignored: frozenset[str] = frozenset()

    @property
    def incidents(self) -> tuple[str, ...]:
        """Every incident once, sorted."""
        return tuple(sorted(set(self.attacks.values())))


_ROLES = frozenset({"attack", "twin"})
_NUMBERED = re.compile(r"[-_]\d+$")


def kind_of(incident: str) -> str:
    """What sort of incident it is, by its name: `i7:campaign` is a campaign.

    A simulation names the scenario first, as in `role_chain-3:attack`.
    """
    before, _, after = incident.partition(":")
    if after in _ROLES:
        return _NUMBERED.sub("", before)
    return after or "incident"


def read_labels(path: Path, ignore: Collection[str] = ()) -> Labels:
    """The labels in a file.

    Raises:
        LabelsError: the file cannot be read or lacks a column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return parse_labels(lines, ignore, str(path))
    except OSError as error:
        raise LabelsError(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise LabelsError(f"{path}: not CSV: {error}") from None


def read_events(path: Path) -> dict[str, str]:
    """Which incident each event of a file of the same form belongs to, whatever its label.

    Raises:
        LabelsError: the file cannot be read or lacks a column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return {uid: incident for uid, _, incident in _rows(lines, str(path)) if incident}
    except OSError as error:
        raise LabelsError(f"{path}: {error.strerror}") from None


def parse_labels(
    lines: Iterable[str], ignore: Collection[str] = (), place: str = "labels"
) -> Labels:
    """The labels in CSV `lines`; rows whose label is in `ignore` count for neither class.

    Raises:
        LabelsError: a column is missing, or no row carries a label that `ignore` names.
    """
    attacks: dict[str, str] = {}
    ignored: set[str] = set()
    met: set[str] = set()
    for uid, label, incident in _rows(lines, place):
        met.add(label)
        if label in ignore:
            ignored.add(uid)
        elif incident and label.lower() not in BENIGN:
            attacks[uid] = incident
    _refuse_unused(ignore, met, place)
    return Labels(attacks, frozenset(ignored))


def _rows(lines: Iterable[str], place: str) -> Iterator[tuple[str, str, str]]:
    """Event id, label and incident of every row."""
    rows = csv.reader(lines)
    header = [name.strip().lower() for name in next(rows, [])]
    uid, label = _column(header, IDS, place), _column(header, ("label",), place)
    incident = _column(header, INCIDENTS, place)
    for row in rows:
        if len(row) > max(uid, label, incident):
            yield row[uid], row[label], row[incident]
        elif any(row):
            raise LabelsError(f"{place}: line {rows.line_num}: expected {len(header)} columns")


def _column(header: list[str], names: tuple[str, ...], place: str) -> int:
    for name in names:
        if name in header:
            return header.index(name)
    raise LabelsError(
        f"{place}: expected a column {names[0]!r}, the header is {','.join(header)!r}"
    )


def _refuse_unused(ignore: Collection[str], met: set[str], place: str) -> None:
    unused = sorted(set(ignore) - met)
    if unused:
        raise LabelsError(f"{place}: no row has the label to ignore {unused[0]!r}")
