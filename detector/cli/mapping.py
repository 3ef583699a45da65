"""`detector mapping`: sources for logs that there is none for, made by files."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from detector.sources.base import Source

app = typer.Typer(
    help="Try mapping files, which make sources of JSON logs that there is none for.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


@app.callback()
def root() -> None:
    """Keep `check` a word of the command line, though there is no other yet."""


@app.command()
def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Mapping files.", show_default=False)
    ],
    *,
    write: Annotated[
        bool,
        typer.Option("--write", help="Write what the raw records become now; read it before you "
                     "keep it."),
    ] = False,
) -> None:  # fmt: skip
    """Check mapping files and run their cases.

    The cases of `portal.toml` stand beside it in `portal.cases`: `NAME.raw.json` is a record as the
    log has it, `NAME.event.json` what it must become. Use invented names and addresses in them.

    For example:

    - `detector mapping check deploy/mappings/*.toml`
    - `detector mapping check portal.toml --write`
    - then name the files in the setting `mappings`
    """
    from detector.cli.guard import FailedError
    from detector.cli.setup import mappings_of
    from detector.report.words import several

    sources = mappings_of(files)
    failed = count = 0
    for path, source in zip(files, sources, strict=True):
        folder = path.with_suffix(_folder())
        raws = sorted(folder.glob(f"*{_raw()}")) if folder.is_dir() else []
        typer.echo(f"{path}: source {source.name}, {several(len(raws), 'case')}")
        if write:
            _write(source, raws)
        failed += sum(_failed(source, raw) for raw in raws)
        count += len(raws)
        _tell_of_fields(source, raws)
        if not raws:
            failed += 1
            typer.echo(f"  no case: put a record into {folder}/NAME{_raw()}")
    if failed:
        raise FailedError(f"{failed} of {several(max(count, failed), 'case')} failed")


def _folder() -> str:
    from detector.sources.mapping_cases import FOLDER

    return FOLDER


def _raw() -> str:
    from detector.sources.mapping_cases import RAW

    return RAW


def _failed(source: "Source", raw: Path) -> bool:
    from detector.sources.mapping_cases import wrong

    event = _event(raw)
    problem = wrong(source, raw.read_bytes(), event.read_bytes() if event.exists() else None)
    name = raw.name.removesuffix(_raw())
    typer.echo(f"  ok    {name}" if not problem else f"  WRONG {name}: {problem}")
    return bool(problem)


def _event(raw: Path) -> Path:
    from detector.sources.mapping_cases import EVENT, RAW

    return raw.with_name(raw.name.removesuffix(RAW) + EVENT)


def _write(source: "Source", raws: Sequence[Path]) -> None:
    from detector.cli.folder import whole
    from detector.sources.base import DecodeError
    from detector.sources.mapping_cases import events_of, written

    for raw in raws:
        try:
            whole(_event(raw), written(events_of(source, raw.read_bytes())).encode())
        except DecodeError:
            continue  # the check says why


def _tell_of_fields(source: "Source", raws: Sequence[Path]) -> None:
    """Which detections can find something in what the cases become, as `detector sources` tells."""
    from detector.detections import DETECTIONS
    from detector.sources.base import DecodeError
    from detector.sources.filled import fed, fields_of
    from detector.sources.mapping_cases import events_of

    events = []
    for raw in raws:
        try:
            events += events_of(source, raw.read_bytes())
        except DecodeError:
            continue
    needs = {name: unit.META.needs for name, unit in DETECTIONS.items()}
    fields = fields_of(*events)
    there = fed(fields, needs)
    if events:
        typer.echo(f"  feeds {len(there)} of {len(needs)} detections")
    for name in (name for name in needs if name not in there):
        lacking = ", ".join(sorted({*needs[name]} - {*fields}))
        if events:
            typer.echo(f"        not {name}: no case has {lacking}")
