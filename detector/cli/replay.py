"""`detector replay`: logs in, findings out."""

from pathlib import Path
from typing import Annotated

import typer

from detector.cli.options import Baseline, Budget, Config, Paths, Source, Workers

Out = Annotated[
    Path,
    typer.Option(metavar="DIR", help="Where the files go; made if absent, its old run replaced."),
]


def replay(
    paths: Paths,
    *,
    source: Source = "auto",
    config: Config = None,
    budget: Budget = None,
    out: Out = Path("detector-out"),
    baseline: Baseline = None,
    workers: Workers = None,
) -> None:
    """Replay logs and say which credentials are being abused.

    Prints the findings and a summary, and writes into the output folder: **alerts.jsonl** (OCSF
    Detection Finding, every message in order), **commands.jsonl** (revoke commands; nothing is
    sent), **dead-letters.jsonl** (records that could not be read), **summary.json** and
    **report.html**.

    For example:

    - `detector replay path/to/AWSLogs`
    - `detector replay 'logs/*.json.gz' --budget 1 --out monday`
    - `zcat trail.json.gz | detector replay -`
    - `detector replay new/ --baseline baseline.bin`, after `detector learn old/`
    """
    from detector.cli.folder import Folder
    from detector.cli.reading import reading
    from detector.cli.run import drive, print_run
    from detector.cli.setup import engine_config, processes, read_baseline, warn_of_development_key
    from detector.settings import load_settings

    settings = load_settings(config)
    learned = read_baseline(baseline)
    count = processes(workers)
    with reading(paths, source, settings, count) as logs, Folder(out) as folder:
        warn_of_development_key(settings)
        logs.on_dead_letter = folder.dead_letter
        made = engine_config(settings, budget)
        tally = drive(logs.events(), made, folder, learned, kin=logs.kin, workers=count)
        summary = {**tally.summary(), "commands": folder.commands, **logs.counts()}
        folder.conclude(summary)
    logs.check_any()
    print_run(folder, summary)
    logs.check()
