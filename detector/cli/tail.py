"""`detector tail`: alerts and commands as they are published."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from detector.cli.options import Config

if TYPE_CHECKING:
    from detector.worker import WorkerConfig


def tail(
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the messages themselves, one a line.")
    ] = False,
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="Begin with what is there already.")
    ] = False,
    until_quiet: Annotated[
        float | None,
        typer.Option(
            min=0.1,
            metavar="SECONDS",
            help="End when nothing has come for so long; without it, go on until interrupted.",
            show_default=False,
        ),
    ] = None,
    config: Config = None,
) -> None:
    """Show alerts and revoke commands live, one line each.

    It reads outside any consumer group, so it takes nothing from other readers.

    For example:

    - `detector tail`
    - `detector tail --from-beginning --until-quiet 5`
    - `detector tail --json | jq .finding_info.title`
    """
    from detector.cli.kafka import awaited, configured

    _, made = configured(config)
    awaited(made, lambda: _show(made, as_json=as_json, beginning=from_beginning, quiet=until_quiet))


async def _show(
    config: "WorkerConfig", *, as_json: bool, beginning: bool, quiet: float | None
) -> None:
    from detector.report.live import alert_line, command_line
    from detector.runtime.live import messages
    from schemas.alert import Alert

    async for message, value in messages(config, beginning=beginning, quiet=quiet):
        if as_json:
            typer.echo(value)
        else:
            line = alert_line(message) if isinstance(message, Alert) else command_line(message)
            typer.echo(line)
        sys.stdout.flush()
