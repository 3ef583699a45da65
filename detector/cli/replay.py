"""`detector replay`: logs in, findings out."""

from pathlib import Path
from typing import Annotated

import typer

from detector.cli.options import Baseline, Budget, Config, Paths, Source, Workers

Out = Annotated[
    Path,
    typer.Option(metavar="DIR", help="Where the files go; made if absent, its old run replaced."),
]
ToKafka = Annotated[
    bool,
    typer.Option(
        "--to-kafka",
        help="Send the raw records to the raw topics of their sources instead, by event time; "
        "workers find what is in them. See detector worker.",
    ),
]
NoEnd = Annotated[
    bool,
    typer.Option(
        "--no-end",
        help="With --to-kafka: more logs of that time will follow. Without it, the end of the input "
        "is declared, so that everything settles; older logs are late from then on.",
    ),
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
    to_kafka: ToKafka = False,
    no_end: NoEnd = False,
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
    - `detector replay --to-kafka path/to/AWSLogs`, for workers that run on Kafka
    """
    if to_kafka or no_end:
        from detector.cli.to_kafka import send

        send(paths, source, config, end=not no_end)
        return
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
