"""Sightings and the inventory, line by line: what becomes the next inventory.

A credential that the inventory knows keeps its entry, with what was empty filled in; of another a first
entry is drafted. Entries that no log shows stay.

Examples:
    >>> from detector.sources.fingerprint import Fingerprints
    >>> prints = Fingerprints("a key of at least sixteen characters")
    >>> row = Sighting("acme", prints.of_public("acme", "jti", "7"), {"jti:7": None}, "oidc_token")
    >>> [line] = lines([row], None, prints)
    >>> line.entry.name, line.entry.ids
    ('jti:7', ('jti:7',))
"""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from detector.sources.fingerprint import Fingerprints
from detector.sources.inventory import FINGERPRINT, Entry, Inventory, marks_of
from detector.sources.inventory_columns import COLUMNS, refuse_secret
from detector.survey.sightings import Sighting

_FEW = 2


class Line(Struct, frozen=True):
    """One credential: its entry, and what logs show of it, if anything."""

    entry: Entry
    tenant: str
    seen: Sighting | None = None
    drafted: bool = False


def lines(
    rows: Iterable[Sighting], inventory: Inventory | None, prints: Fingerprints
) -> list[Line]:
    """One line for each sighting, in order, then one for each entry that was not seen."""
    out, met = [], set()
    for row in rows:
        entry = inventory.entry_of(row.tenant, row.fingerprint) if inventory is not None else None
        if entry is None:
            out.append(Line(_drafted(row, prints), row.tenant, row, drafted=True))
        else:
            met.add(id(entry))
            out.append(Line(_filled(entry, row), row.tenant, row))
    unseen = inventory.entries if inventory is not None else ()
    out += [Line(entry, entry.tenant) for entry in unseen if id(entry) not in met]
    return out


def few(names: Iterable[str]) -> str:
    """The first two names, and how many more there are.

    Examples:
        >>> few(["a", "b", "c"]), few([])
        ('a, b and 1 more', 'nobody')
    """
    listed = list(names)
    more = f" and {len(listed) - _FEW} more" if len(listed) > _FEW else ""
    return ", ".join(listed[:_FEW]) + more if listed else "nobody"


def fit(column: str, value: str) -> bool:
    """Whether an inventory file may hold a value in a column."""
    try:
        refuse_secret(value)
        COLUMNS[column](value)
    except ValueError:
        return False
    return ";" not in value


def _filled(entry: Entry, row: Sighting) -> Entry:
    return replace(
        entry,
        owner=entry.owner or row.owner,
        type=entry.type or row.type,
        lifetime=entry.lifetime or row.lifetime,
        created=row.issued if entry.created is None else entry.created,
    )


def _drafted(row: Sighting, prints: Fingerprints) -> Entry:
    """An entry that leads back to the same fingerprint: where no id does, by the fingerprint itself."""
    ids = [one for one in row.ids if fit("ids", one)]
    known = [one for one in ids if row.fingerprint in marks_of(prints, row.tenant, one)]
    first = known or [f"{FINGERPRINT}:{row.fingerprint}"]
    return Entry(
        name=(ids or first)[0],
        ids=tuple(dict.fromkeys([*first, *ids])),
        tenant=row.tenant,
        owner=row.owner if fit("owner", row.owner) else "",
        type=row.type if fit("type", row.type) else "",
        lifetime=row.lifetime,
        created=row.issued,
        rotated=row.rotated,
        rotation_days=row.rotation_days,
        workloads=tuple(one for one in row.workloads if fit("workloads", one)),
        protected=row.protected,
        canary=row.canary,
    )
