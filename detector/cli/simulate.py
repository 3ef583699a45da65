"""`detector simulate`: logs to try it on, with the answers beside them."""

from pathlib import Path
from typing import Annotated

import typer


def simulate(
    *,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="A new or empty folder.", show_default=False)
    ],
    seed: Annotated[int, typer.Option(help="Another seed is another organisation.")] = 1,
    days: Annotated[float, typer.Option(min=0.01, max=3_660, help="How many days.")] = 7.0,
    identities: Annotated[
        int, typer.Option(min=1, max=1_000_000, help="People, pipelines, agents and the like.")
    ] = 200,
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Play only this attack scenario; may be given several times.",
            show_default=False,
        ),
    ] = None,
    across: Annotated[
        bool,
        typer.Option(
            "--across",
            help="The other systems instead: every log format, and secrets that travel between them.",
        ),
    ] = False,
) -> None:
    """Write simulated raw logs with attacks, their benign twins, and labels.

    The same options give the same bytes. `labels.csv`, `twins.csv`, `lookalikes.csv`, `pairs.csv`
    and `scenarios.json` say what is what.

    For example:

    - `detector simulate --out logs --seed 7 --days 10 --identities 500`
    - `detector evaluate --labels logs/labels.csv logs`
    - `detector simulate --out logs --across`, then
      `detector evaluate --labels logs/labels.csv --config logs/detector.toml logs`
    """
    from detector.cli.guard import WrongUseError
    from detector.simulate import Options, write

    if across:
        _across(out, seed, days, identities)
        return
    try:
        made = write(
            out,
            Options(seed=seed, days=days, identities=identities, scenarios=tuple(scenario or ())),
        )
    except (ValueError, FileExistsError) as error:
        raise WrongUseError(str(error)) from None
    typer.echo(
        f"{made.events:,} events in {made.files:,} files in {out}/: {made.incidents} attacks "
        f"({made.attack_events} events) and {made.twins} benign twins.\n"
        f"Next: detector evaluate --labels {out / 'labels.csv'} {out}"
    )
    if made.unplayed:
        typer.echo(f"No room for: {', '.join(made.unplayed)}. More identities or days make room.")


def _across(out: Path, seed: int, days: float, actors: int) -> None:
    from detector.cli.guard import WrongUseError
    from detector.simulate.across import write_across

    try:
        made = write_across(out, seed=seed, days=max(2, round(days)), actors=actors)
    except FileExistsError as error:
        raise WrongUseError(str(error)) from None
    typer.echo(
        f"{made.events:,} events of {made.files} sources in {out}/: {made.incidents} attacks and as many "
        f"benign twins.\nNext: detector evaluate --labels {out / 'labels.csv'} "
        f"--config {out / 'detector.toml'} {out}"
    )
