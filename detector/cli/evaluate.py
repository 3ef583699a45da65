"""`detector evaluate`: how good it is on labelled logs."""

from pathlib import Path
from typing import Annotated

import typer

from detector.cli.options import Baseline, Budget, Config, Paths, Source, Workers

LabelsFile = Annotated[
    Path,
    typer.Option(
        metavar="FILE",
        help="CSV with the columns event_id, label and incident; an event not listed is benign.",
        show_default=False,
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option(
        metavar="LABEL",
        help="Rows with this label count for neither class; may be given several times.",
        show_default=False,
    ),
]
Curve = Annotated[
    str | None,
    typer.Option(
        metavar="BUDGETS",
        help="Also score these alert budgets, separated by commas, in the same pass.",
        show_default=False,
    ),
]
Identities = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="How many identities there are; without it, the principals seen.",
        show_default=False,
    ),
]


def evaluate(
    paths: Paths,
    *,
    labels: LabelsFile,
    source: Source = "auto",
    config: Config = None,
    budget: Budget = None,
    baseline: Baseline = None,
    ignore_label: Ignore = None,
    curve: Curve = None,
    identities: Identities = None,
    workers: Workers = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole score as JSON.")] = False,
) -> None:
    """Replay labelled logs and score the alerts: incidents found, precision, delay, false alarms.

    A finding is **true** when its decisive event is an attack event or more than half of the events
    it lists are. An incident is **found** when a true finding lists one of its events. The **delay**
    runs from the incident's first event to the alert. Findings with one `correlation_uid` are one
    **campaign** for the analyst; both are counted. Rates are over the span of the input.

    Logs made by `detector simulate` are scored in pairs as well: each scenario found, its benign
    twin quiet.

    For example:

    - `detector evaluate --labels labels.csv logs/`
    - `detector evaluate --labels labels.csv logs/ --budget 12.5 --curve 0.2,1,5,12.5,50`
    - `detector evaluate --labels labels.csv logs/ --ignore-label tool_preflight --json`
    """
    from detector.cli.console import out
    from detector.cli.guard import WrongUseError
    from detector.cli.reading import reading
    from detector.cli.setup import engine_config, processes, read_baseline
    from detector.evaluate.curve import budgets_of
    from detector.evaluate.labels import read_labels
    from detector.evaluate.outcome import outcome, printed
    from detector.settings import load_settings

    settings = load_settings(config)
    given = read_labels(labels, ignore_label or ())
    try:
        budgets = budgets_of(curve) if curve is not None else []
    except ValueError as error:
        raise WrongUseError(str(error)) from None
    count = processes(workers)
    with reading(paths, source, settings, count) as logs:
        made = outcome(
            logs.events(),
            given,
            engine_config(settings, budget),
            budgets,
            baseline=read_baseline(baseline),
            identities=identities,
            beside=labels.parent,
            kin=logs.kin,
            workers=count,
        )
    logs.check_any()
    if as_json:
        typer.echo(made.json())
    else:
        console = out()
        for part in printed(made):
            console.print(part)
    logs.check()
