"""`detector demo`: a small simulated day, from raw logs to findings, commands and report."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from detector.evaluate.outcome import Outcome

MARK = "scenarios.json"
"""The file by which the logs of an earlier demo are known, before they are replaced."""


def demo(
    *,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Where it goes; an earlier demo there is replaced.")
    ] = Path("detector-demo"),
) -> None:
    """Show it at work: simulate a small organisation, attack it, and find the attacks.

    It writes raw logs, replays them and compares what was found with what was planted. Nothing
    leaves this machine.

    For example:

    - `detector demo`
    - `detector explain detector-demo/alerts.jsonl`
    """
    from detector.simulate import DEMO, write

    logs = out / "logs"
    _make_room(logs)
    made = write(logs, DEMO)
    typer.echo(
        f"Simulated {DEMO.days:g} days of {DEMO.identities} identities: {made.events:,} events in "
        f"{logs}/, with {made.incidents} attacks and {made.twins} benign twins of them."
    )
    _find(logs, out)


def _find(logs: Path, out: Path) -> None:
    """Replay the logs as `detector replay` would, and compare with what was planted."""
    from detector.cli.folder import ALERTS, Folder
    from detector.cli.reading import reading
    from detector.cli.run import drive, print_run
    from detector.config import EngineConfig
    from detector.evaluate.labels import read_labels
    from detector.evaluate.outcome import Watch
    from detector.settings import Settings

    watch = Watch(read_labels(logs / "labels.csv"), logs)
    with reading([str(logs)], "auto", Settings.model_construct()) as read, Folder(out) as folder:
        tally = drive(watch.over(read.events()), EngineConfig(), folder, None)
        summary = {**tally.summary(), "commands": folder.commands, **read.counts()}
        folder.conclude(summary)
    print_run(folder, summary)
    told = watch.tally(folder.messages())
    _compare(watch.outcome(told, watch.score(told, tally.budget)))
    typer.echo(f"Next: detector explain {out / ALERTS}, then detector replay your/own/logs")
    read.check()


def _compare(made: "Outcome") -> None:
    from detector.cli.console import out as console
    from detector.evaluate.printing import pairs_table
    from detector.report.words import several

    console().print("\nWhat was planted, and what became of it:", pairs_table(made.pairs), sep="\n")
    score = made.score
    typer.echo(f"{several(score.findings, 'finding')}, {score.false} of them without an attack.")


def _make_room(logs: Path) -> None:
    from detector.cli.guard import WrongUseError

    if not logs.exists():
        return
    if not (logs / MARK).is_file():
        raise WrongUseError(f"--out: {logs} is there and was not made by detector demo")
    shutil.rmtree(logs)
