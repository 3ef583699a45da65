"""`detector demo`: a small simulated day, from raw logs to findings, commands and report."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

MARK = "scenarios.json"
"""The file by which a folder of an earlier demo is known, before it is replaced."""


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
    from detector.cli.console import out as console
    from detector.cli.folder import ALERTS, Folder
    from detector.cli.reading import reading
    from detector.cli.run import drive, print_run
    from detector.config import EngineConfig
    from detector.evaluate.labels import read_labels
    from detector.evaluate.outcome import Watch
    from detector.evaluate.printing import pairs_table
    from detector.settings import Settings
    from detector.simulate import DEMO, write

    logs_in = out / "logs"
    _make_room(logs_in)
    made = write(logs_in, DEMO)
    typer.echo(
        f"Simulated {DEMO.days:g} days of {DEMO.identities} identities: {made.events:,} events in "
        f"{logs_in}/, with {made.incidents} attacks and {made.twins} benign twins of them."
    )
    watch = Watch(read_labels(logs_in / "labels.csv"), logs_in)
    shipped = Settings.model_construct()
    with reading([str(logs_in)], "auto", shipped) as logs, Folder(out) as folder:
        tally = drive(watch.over(logs.events()), EngineConfig(), folder, None)
        summary = {**tally.summary(), "commands": folder.commands, **logs.counts()}
        folder.conclude(summary)
    print_run(folder, summary)
    told = watch.tally(folder.messages())
    planted = watch.outcome(told, watch.score(told, tally.budget)).pairs
    console().print("What was planted, and what became of it:", pairs_table(planted), sep="\n")
    typer.echo(f"Next: detector explain {out / ALERTS}, then detector replay your/own/logs")
    logs.check()


def _make_room(logs: Path) -> None:
    from detector.cli.guard import WrongUseError

    if not logs.exists():
        return
    if not (logs / MARK).is_file():
        raise WrongUseError(f"--out: {logs} is there and was not made by detector demo")
    shutil.rmtree(logs)
