"""`detector inventory`: every credential that logs show, and a first inventory of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detector.cli.options import Config, Paths, Source

if TYPE_CHECKING:
    from detector.survey.lines import Line
    from detector.survey.posture import Concern

CSV, JSON, POSTURE = "inventory.csv", "inventory.json", "posture.json"

Out = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help=f"Write {CSV} and {JSON} there, and {POSTURE} with --posture; made if absent.",
        show_default=False,
    ),
]
MaxAge = Annotated[
    int,
    typer.Option(
        min=1,
        metavar="DAYS",
        help="How old a static credential may be that has no rotation period.",
    ),
]


def inventory(
    paths: Paths,
    *,
    source: Source = "auto",
    config: Config = None,
    static: Annotated[bool, typer.Option("--static", help="Only long-lived credentials.")] = False,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Rows to print.")] = 50,
    out: Out = None,
    posture: Annotated[
        bool, typer.Option("--posture", help="Also tell what is amiss before any misuse.")
    ] = False,
    max_age: MaxAge = 90,
) -> None:
    """List every credential that logs show: who uses it, from where, how old it is, what it never used.

    What it writes with `--out` is an inventory: complete it (owner, rotation, allowed origins, where the
    secret is kept, canaries) and name it in the setting `inventory`. An inventory that the settings name
    already is kept and added to. `--posture` alerts nobody.

    For example:

    - `detector inventory logs/ --static`
    - `detector inventory logs/ --out inventory`
    - `detector inventory logs/ --posture --max-age 30`
    """
    from detector.cli.reading import reading
    from detector.cli.setup import decoding_context, warn_of_development_key
    from detector.settings import load_settings
    from detector.survey import Posture, Sightings
    from detector.survey.lines import lines

    settings = load_settings(config)
    seen, concerns = Sightings(), Posture(max_age)
    with reading(paths, source, settings) as logs:
        warn_of_development_key(settings)
        for event in logs.events():
            seen.add(event)
            if posture:
                concerns.add(event)
    logs.check_any()
    context = decoding_context(settings)
    rows = seen.rows(static=static)
    found = lines(rows, context.inventory, context.fingerprints)
    told = concerns.concerns(seen, found) if posture else []
    _print(found, limit, seen.latest, seen.dropped)
    if posture:
        _print_concerns(told, limit)
    if out is not None:
        _write(out, found, told if posture else None)
    logs.check()


def _print(found: Sequence["Line"], limit: int, now: int, dropped: int) -> None:
    from detector.cli.console import out
    from detector.report.words import several
    from detector.survey.table import credentials_table

    console = out()
    console.print(credentials_table(found[:limit], now))
    lasting = sum(line.entry.lifetime == "static" for line in found)
    more = f", {len(found) - limit:,} more not shown" if len(found) > limit else ""
    gone = f"; {several(dropped, 'old session')} let go" if dropped else ""
    console.print(f"{several(len(found), 'credential')}, {lasting:,} static{more}{gone}")


def _print_concerns(told: Sequence["Concern"], limit: int) -> None:
    from detector.cli.console import out
    from detector.report.words import several
    from detector.survey.table import concerns_table

    console = out()
    if told:
        console.print(concerns_table(told[:limit]))
    more = f", {len(told) - limit:,} more not shown" if len(told) > limit else ""
    console.print(f"{several(len(told), 'concern')}{more}; none of them is an alert")


def _write(place: Path, found: Sequence["Line"], told: Sequence["Concern"] | None) -> None:
    from detector.cli.folder import whole
    from detector.cli.guard import WrongUseError
    from detector.survey.files import as_csv, as_json, concerns_json

    try:
        place.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise WrongUseError(f"--out {place}: this is a file, not a folder") from None
    files = {CSV: as_csv(found), JSON: as_json(found)}
    if told is not None:
        files[POSTURE] = concerns_json(told)
    for name, content in files.items():
        whole(place / name, content)
    typer.echo(f"Written to {place}/: {', '.join(files)}")
