"""`detector doctor`: what is wrong, and what to do."""

import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated

import typer

from detector.cli.options import Config
from detector.cli.worker import Part

if TYPE_CHECKING:
    from detector.worker import WorkerConfig

_SIGNS = {"ok": "ok   ", "note": "note ", "wrong": "WRONG"}


def doctor(
    *,
    role: Part = "all",
    watch: Annotated[
        float, typer.Option(min=0, max=600, metavar="SECONDS", help="How long lag is watched.")
    ] = 3.0,
    config: Config = None,
) -> None:
    """Find out whether a worker of that role could run here, and whether those that run get on.

    Asks, with a worker's own settings and rights: do the brokers answer, are the topics there as
    planned, may it read and write what it needs, do the clocks agree, does lag grow, are there dead
    letters. Nothing is written that a reader would see. Exit code 1 if something is wrong.

    For example:

    - `detector doctor`
    - `detector doctor --role detect --watch 30 --config detector.toml`
    """
    from detector.cli.guard import FailedError
    from detector.cli.kafka import awaited, configured
    from detector.report.words import several

    _, made = configured(config, role)
    wrong = awaited(made, lambda: _examine(made, watch))
    if wrong:
        raise FailedError(f"{several(wrong, 'thing')} wrong")


async def _examine(config: "WorkerConfig", watch: float) -> int:
    from detector.runtime.doctor import examined

    wrong = 0
    async with aclosing(examined(config, clock=_now, watch=watch)) as checks:
        async for check in checks:
            wrong += check.state == "wrong"
            typer.echo(f"{_SIGNS[check.state]} {check.about}: {check.said}")
            if check.do:
                typer.echo(f"        {check.do}")
    return wrong


def _now() -> int:
    return int(time.time() * 1_000)
