"""`detector tail`: alerts and commands as they are published."""

import sys
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from detector.cli.options import Config

if TYPE_CHECKING:
    from detector.runtime.live import Message
    from detector.worker import WorkerConfig

_CREATE = 1


def tail(
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the messages themselves, one a line.")
    ] = False,
    new: Annotated[
        bool, typer.Option("--new", help="Leave out updates and ends of findings shown before.")
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

    - `detector tail --new`
    - `detector tail --from-beginning --until-quiet 5`
    - `detector tail --json | jq .finding_info.title`
    """
    from detector.cli.kafka import awaited, configured

    _, made = configured(config)
    view = View(as_json=as_json, new=new)
    awaited(made, lambda: _show(made, view, beginning=from_beginning, quiet=until_quiet))


class View(NamedTuple):
    """How messages are shown: as they are, and only the first of each finding."""

    as_json: bool
    new: bool


async def _show(
    config: "WorkerConfig", view: View, *, beginning: bool, quiet: float | None
) -> None:
    from detector.runtime.live import messages

    # Closed in order, also when whoever reads our lines goes away.
    async with aclosing(messages(config, beginning=beginning, quiet=quiet)) as found:
        async for message, value in found:
            _print(message, value, view)


def _print(message: "Message", value: bytes, view: View) -> None:
    from detector.report.live import alert_line, command_line
    from schemas.alert import Alert

    if isinstance(message, Alert):
        if view.new and message.activity_id != _CREATE:
            return
        line = alert_line(message)
    else:
        line = command_line(message)
    typer.echo(value if view.as_json else line)
    sys.stdout.flush()
