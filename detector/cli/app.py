"""The commands, put together."""

from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from detector.cli import (
    bench,
    dead_letters,
    demo,
    doctor,
    evaluate,
    explain,
    inventory,
    learn,
    listings,
    mapping,
    replay,
    simulate,
    tail,
    topics,
    worker,
)

app = typer.Typer(
    name="detector",
    help="Watches how credentials are used, says which one is being abused and why, and names the "
    "command that revokes it. Everything is a dry run until the settings say otherwise.",
    epilog="Begin with: **detector demo**, then **detector replay path/to/AWSLogs**",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

RUN, SERVE, READ, TRY = "Run it on logs", "Run it on Kafka", "Read what it says", "Try it"

for function, panel in (
    (replay.replay, RUN),
    (learn.learn, RUN),
    (evaluate.evaluate, RUN),
    (inventory.inventory, RUN),
    (worker.worker, SERVE),
    (doctor.doctor, SERVE),
    (tail.tail, SERVE),
    (dead_letters.dead_letters, SERVE),
    (explain.explain, READ),
    (listings.detections, READ),
    (listings.sources, READ),
    (listings.settings, READ),
    (listings.schema, READ),
    (demo.demo, TRY),
    (simulate.simulate, TRY),
    (bench.bench, TRY),
):
    app.command(rich_help_panel=panel)(function)
app.add_typer(mapping.app, name="mapping", rich_help_panel=RUN)
app.add_typer(topics.app, name="topics", rich_help_panel=SERVE)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"detector {installed_version()}")
        raise typer.Exit


def installed_version() -> str:
    """The distribution's version, or where it runs from source files the product's own."""
    try:
        return version("credential-abuse-detector")
    except PackageNotFoundError:
        from detector.sinks.ocsf.envelope import PRODUCT_VERSION

        return PRODUCT_VERSION


@app.callback()
def root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Take the options that stand before the command."""
    del version
