"""`detector inventory`: which credentials there are, and what is wrong with them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detector.cli.options import Config, Paths, Source, Workers

if TYPE_CHECKING:
    from detector.census import Counted, Weakness

_SHOWN = 3


def inventory(
    paths: Paths,
    *,
    source: Source = "auto",
    config: Config = None,
    workers: Workers = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where to write inventory.csv and inventory.json, which the setting `inventory` reads "
            "back, credentials.json with all that was seen, and posture.json.",
            show_default=False,
        ),
    ] = None,
    static: Annotated[bool, typer.Option("--static", help="Only credentials that stay.")] = False,
    posture: Annotated[
        bool, typer.Option("--posture", help="Show what should be put right, instead.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Rows to show.")] = 40,
) -> None:
    """Build a first inventory from logs: every credential seen, by whom, from where, how old.

    It holds ids and fingerprints, never a secret. Complete it by hand (owner, rotation, where it may
    be used, where it is stored, which ones are canaries) and name it in the settings: then the ids of
    one credential are one, and use outside its limits is a finding.

    For example:

    - `detector inventory last-month/ --static`
    - `detector inventory last-month/ --out inventory/`
    - `detector inventory last-month/ --posture`
    """
    from detector.census import Census, Posture
    from detector.cli.console import warn
    from detector.cli.reading import reading
    from detector.cli.setup import processes
    from detector.report.words import several
    from detector.settings import load_settings

    census, seen = Census(), Posture()
    with reading(paths, source, load_settings(config), processes(workers)) as logs:
        for event in logs.events():
            census.add(event)
            seen.add(event)
    logs.check()
    rows = census.rows()
    weaknesses = seen.weaknesses(rows)
    if out is not None:
        _write(out, rows, weaknesses)
    if posture:
        _show_posture(weaknesses, limit)
    else:
        _show([row for row in rows if row.lifetime == "static"] if static else rows, limit)
    told = f"{several(len(rows), 'credential')}, {several(len(weaknesses), 'thing')} to put right"
    typer.echo(told if out is None else f"{told}; written to {out}")
    if census.forgotten:
        warn(f"{census.forgotten:,} credentials of sessions were given up for want of room")


def _show(rows: "list[Counted]", limit: int) -> None:
    from detector.cli.listings import show
    from detector.report.words import moment

    table = [
        (
            _name(row), row.type or "?", row.lifetime or "?", _few(row.principals), _few(row.networks),
            _few(row.sources), str(row.uses), "" if row.age_days is None else str(row.age_days),
            moment(row.last), _notes(row),
        )
        for row in rows[:limit]
    ]  # fmt: skip
    head = (
        "credential",
        "type",
        "lifetime",
        "used by",
        "from",
        "seen in",
        "uses",
        "days",
        "last",
        "notes",
    )
    show(head, table)
    if len(rows) > limit:
        typer.echo(f"and {len(rows) - limit:,} more (--limit)")


def _show_posture(weaknesses: "list[Weakness]", limit: int) -> None:
    from detector.cli.listings import show

    rows = [(one.what, one.subject, one.detail) for one in weaknesses[:limit]]
    show(("to put right", "where", "why"), rows)
    if len(weaknesses) > limit:
        typer.echo(f"and {len(weaknesses) - limit:,} more (--limit)")


def _name(row: "Counted") -> str:
    return min(row.ids) if row.ids else row.mark


def _few(values: set[str]) -> str:
    shown = sorted(values)[:_SHOWN]
    more = len(values) - len(shown)
    return ", ".join(shown) + (f" +{more}" if more else "")


def _notes(row: "Counted") -> str:
    notes = []
    if row.canary:
        notes.append("canary")
    if row.exposed is not None:
        notes.append("exposed")
    if row.ended is not None:
        notes.append("ended")
    if row.unused:
        notes.append(f"unused: {', '.join(row.unused[:_SHOWN])}")
    return "; ".join(notes)


def _write(out: Path, rows: "list[Counted]", weaknesses: "list[Weakness]") -> None:
    import msgspec

    from detector.census.written import as_csv, as_rows
    from detector.cli.folder import whole
    from detector.cli.guard import WrongUseError

    try:
        out.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise WrongUseError(f"--out {out}: this is a file, not a folder") from None
    kept = [row for row in rows if row.lifetime != "ephemeral" and row.ids]
    whole(out / "inventory.csv", as_csv(kept).encode())
    encode = msgspec.json.Encoder(order="sorted").encode
    for name, value in (
        ("inventory.json", {"credentials": as_rows(kept)}),
        ("credentials.json", rows),
        ("posture.json", weaknesses),
    ):
        whole(out / name, msgspec.json.format(encode(value), indent=2) + b"\n")
