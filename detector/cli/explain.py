"""`detector explain`: one alert's story."""

from pathlib import Path
from typing import Annotated

import typer

from detector.cli.console import out
from detector.cli.guard import WrongUseError


def explain(
    alerts: Annotated[
        Path,
        typer.Argument(metavar="ALERTS.jsonl", help="What detector replay wrote, or its folder."),
    ],
    finding: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]",
            help="A finding's id, its beginning, or a campaign's id; without it, the gravest.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Tell one alert's story: timeline, evidence, normal against now, path, the command.

    Example: **detector explain detector-out/alerts.jsonl 4f2a**
    """
    from detector.cli.folder import ALERTS, read_alerts
    from detector.report.story import explain as told

    path = alerts / ALERTS if alerts.is_dir() else alerts
    try:
        story = told(read_alerts(path), finding)
    except LookupError as error:
        raise WrongUseError(str(error)) from None
    out().print(story)
