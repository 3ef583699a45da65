"""`detector dead-letters`: what could not be read, and sending it back after a fix."""

from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated

import typer

from detector.cli.options import Config

if TYPE_CHECKING:
    from detector.worker import WorkerConfig
    from schemas.dead_letter import DeadLetter


def dead_letters(
    *,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="The last so many.")] = 20,
    again: Annotated[
        bool, typer.Option("--again", help="Read the records where they stand and send them back.")
    ] = False,
    really: Annotated[
        bool, typer.Option("--really", help="With --again: do it. Without, say what would be done.")
    ] = False,
    config: Config = None,
) -> None:
    """List records that could not be read, or send them back to their raw topic after a fix.

    A dead letter holds the place, the reason and a redacted sample; the record itself stays in its
    raw topic, as long as that keeps it. Sent back twice does no harm: events are known by their id.

    For example:

    - `detector dead-letters --limit 100`
    - `detector dead-letters --again`, then `detector dead-letters --again --really`
    """
    from detector.cli.kafka import awaited, configured

    _, made = configured(config)
    if again:
        awaited(made, lambda: _again(made, limit, dry=not really))
    else:
        awaited(made, lambda: _list(made, limit))


async def _list(config: "WorkerConfig", limit: int) -> None:
    from detector.report.words import several
    from detector.runtime.recall import letters

    found = await letters(config, limit)
    for letter in found:
        typer.echo(f"{_place(letter)}  {letter.source}: {_plain(letter.reason)}")
        if letter.sample:
            typer.echo(f"        {_plain(letter.sample)}")
    typer.echo(f"{several(len(found), 'dead letter')}.")


async def _again(config: "WorkerConfig", limit: int, *, dry: bool) -> None:
    from detector.report.words import several
    from detector.runtime.recall import again, letters

    sent = 0
    async with aclosing(again(config, await letters(config, limit), dry=dry)) as answers:
        async for each in answers:
            sent += not each.why
            told = each.why or ("would be sent back" if dry else "sent back")
            typer.echo(f"{_place(each.letter)}  {told}")
    typer.echo(f"{several(sent, 'record')} {'to send' if dry else 'sent'} back.")
    if dry and sent:
        typer.echo("Nothing was sent: add --really to do it.")


def _place(letter: "DeadLetter") -> str:
    where = (letter.place, letter.partition, letter.position)
    return "/".join(_plain(str(part)) for part in where if part is not None)


def _plain(text: str) -> str:
    from detector.report.words import plain

    return plain(text)
