"""`detector replay --to-kafka`: raw records of files to the raw topics of a cluster."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from detector.cli.console import err, warn
from detector.cli.guard import FailedError


def send(paths: Sequence[str], source: str, config: Path | None, *, end: bool) -> None:
    """Send everything; then say what was sent, and with `end` that there is no more.

    Raises:
        FailedError: nothing could be read, or the brokers refuse.
    """
    from detector.cli.kafka import awaited, configured
    from detector.cli.setup import decoding_context, source_name
    from detector.replay.raw import RawRecords
    from detector.report.words import moment, several
    from detector.runtime.load import Load

    settings, made = configured(config)
    columns = (TextColumn("sending"), BarColumn(), TimeElapsedColumn())
    shown = sys.stderr.isatty()
    with Progress(*columns, console=err(), transient=True, disable=not shown) as progress:
        task = progress.add_task("sending", total=None)
        context = decoding_context(settings)
        records = RawRecords(
            paths,
            context=context,
            source=source_name(source, context.mapped),
            on_progress=lambda size: progress.advance(task, size),
        )
        progress.update(task, total=records.size or None)
        load = Load(made, _now)
        awaited(made, lambda: load.run(records, end=end))
    for topic, count in sorted(load.sent.items()):
        typer.echo(f"{several(count, 'record')} to {topic}")
    if not load.sent:
        raise FailedError("no record was found that a source recognises")
    if load.ended:
        typer.echo(
            f"The end of the input is declared: nothing before {moment(load.ended)} follows."
        )
    for number, what in (
        (records.unreadable, "part of a file that is no record was left out"),
        (load.refused, "record too large for the topic was left out"),
    ):
        if number:
            warn(f"{number:,} times: a {what}")


def _now() -> int:
    return int(time.time() * 1_000)
