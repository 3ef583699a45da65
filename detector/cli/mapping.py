"""`detector mapping`: is a mapping of a log format right?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from detector.sources.base import Context
    from detector.sources.mapped.mapping import Mapped


def mapping(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Mappings, as TOML.")],
    *,
    write: Annotated[
        bool, typer.Option("--write", help="Write the events that are expected, to be read.")
    ] = False,
) -> None:
    """Check files that map other JSON logs to events, and run their cases.

    Beside `portal.toml` a folder `portal.cases` holds raw records, `login.raw.json`, and the events
    that they must become, `login.event.json`. Name the file in the setting `mappings` to use it.

    For example:

    - `detector mapping deploy/mappings/portal.toml`
    - `detector mapping portal.toml --write`, then read what was written
    """
    from detector.cli.guard import FailedError
    from detector.cli.setup import DEVELOPMENT_KEY
    from detector.cli.setup import mapping as described
    from detector.report.words import several
    from detector.sources.base import Context
    from detector.sources.fingerprint import Fingerprints

    context = Context(Fingerprints(DEVELOPMENT_KEY), place="case")
    wrong: list[str] = []
    for file in files:
        source = described(file)
        cases = sorted(file.with_suffix(".cases").glob("*.raw.json"))
        for case in cases:
            told = _checked(source, case, context, write=write)
            wrong += [f"{case}: {told}"] if told else []
        typer.echo(f"{file}: source {source.name}, {several(len(cases), 'case')}")
    if wrong:
        raise FailedError("\n".join(wrong))


def _checked(source: "Mapped", case: Path, context: "Context", *, write: bool) -> str:
    """What is wrong with a case; empty if nothing."""
    import msgspec

    from detector.sources.base import DecodeError

    raw = case.read_bytes()
    if not source.sniff(raw):
        return "not recognised: not all of the names in `recognise` stand in it"
    try:
        made = list(source.decode(raw, context, 1))
    except DecodeError as error:
        return str(error)
    actual = msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n"
    golden = case.with_name(case.name.replace(".raw.json", ".event.json"))
    if write:
        golden.write_bytes(actual)
        return ""
    if not golden.exists():
        return f"expected the event in {golden.name}, which is not there; --write makes it"
    return "" if golden.read_bytes() == actual else f"the event differs from {golden.name}"
