"""`detector topics`: the topics of a cluster and the rights on them."""

from collections.abc import Mapping
from typing import Annotated

import typer

from detector.cli.options import Config

app = typer.Typer(
    help="Plan, make and check the topics that workers need, and who may use them.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

Partitions = Annotated[
    int, typer.Option(min=1, max=10_000, help="Of raw topics, activity and state.")
]
Replication = Annotated[int, typer.Option(min=1, max=32, help="Copies of each partition.")]
Principal = Annotated[
    str, typer.Option(metavar="USER", help="Who is granted: ROLE stands for each role's name.")
]


@app.command()
def plan(
    *,
    partitions: Partitions = 8,
    replication: Replication = 3,
    principal: Principal = "User:detector-ROLE",
    config: Config = None,
) -> None:
    """Print the topics with their settings, and the rights that each role needs.

    Nothing is asked of a cluster. The rights are printed as `kafka-acls` commands, ready to run.

    For example:

    - `detector topics plan --partitions 32`
    - `detector topics plan --principal User:CN=detector-ROLE --config detector.toml`
    """
    from detector.cli.kafka import configured
    from detector.cli.listings import show
    from detector.runtime.grants import ROLES, commands, grants
    from detector.runtime.topics import plan as planned

    _, made = configured(config)
    rows = [
        (spec.name, str(spec.partitions), str(replication), _kept(spec.settings))
        for spec in planned(made.topics, partitions)
    ]
    show(("topic", "partitions", "copies", "settings"), rows)
    for role in ROLES:
        typer.echo(f"\n# {role}")
        rights, who = grants(made.topics, made.group, role), principal.replace("ROLE", role)
        for line in commands(rights, made.connection.bootstrap, who):
            typer.echo(line)


def _kept(settings: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in settings.items())


@app.command()
def create(
    *, partitions: Partitions = 8, replication: Replication = 3, config: Config = None
) -> None:
    """Create the topics that are missing; those that are there stay as they are.

    The number of partitions bounds how many workers can share the work, and to change it later is a
    migration (`detector topics migrate`): rather more than fewer. A single broker needs `--replication 1`.

    For example:

    - `detector topics create --partitions 32`
    - `DETECTOR_KAFKA__BOOTSTRAP=127.0.0.1:9092 detector topics create --replication 1`
    """
    from detector.cli.kafka import awaited, configured
    from detector.report.words import several
    from detector.runtime.topics import create as created
    from detector.runtime.topics import plan as planned

    _, made = configured(config)
    specs = planned(made.topics, partitions)
    names = awaited(made, lambda: created(made.connection, specs, replication))
    for name in names:
        typer.echo(f"created {name}")
    typer.echo(f"{several(len(names), 'topic')} created, {len(specs) - len(names)} were there.")


@app.command()
def check(
    *,
    partitions: Annotated[
        int | None,
        typer.Option(min=1, help="Planned partitions; without it, those of activity."),
    ] = None,
    config: Config = None,
) -> None:
    """Compare the cluster's topics with the plan, and say what to do about each difference.

    Exit code 1 if there is one.

    For example: `detector topics check --config detector.toml`
    """
    from detector.cli.guard import FailedError
    from detector.cli.kafka import awaited, configured
    from detector.report.words import several
    from detector.runtime.compare import checked

    _, made = configured(config)
    gaps = awaited(made, lambda: checked(made.connection, made.topics, partitions))
    for gap in gaps:
        typer.echo(f"{gap.said}\n  {gap.do}")
    if gaps:
        raise FailedError(f"{several(len(gaps), 'difference')} from the plan")
    typer.echo("All topics are as planned.")


@app.command()
def migrate(
    *,
    partitions: Annotated[
        int, typer.Option(min=1, max=10_000, help="How many activity is to have.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")
    ] = False,
    config: Config = None,
) -> None:
    """Give `activity` another number of partitions, with all that was learned.

    Offline, and at rest: let `detector worker --role detect` take what is left, then stop all workers.
    What was learned is written to new topics, which `kafka.generation` names afterwards; the old ones
    stay. If it is interrupted, run it again. Raw topics are not concerned.

    For example:

    - `detector topics migrate --partitions 32 --dry-run`
    - `detector topics migrate --partitions 32 --config detector.toml`
    """
    from detector.cli.guard import FailedError
    from detector.cli.kafka import awaited, configured
    from detector.report.words import several
    from detector.runtime.migrate import Plan, opened
    from detector.runtime.rest import RefusedError

    _, made = configured(config)

    async def migrated() -> Plan:
        async with opened(made, partitions, dry=dry_run) as migration:
            planned = migration.planned()
            if not dry_run:
                await migration.done()
            return planned

    try:
        done = awaited(made, migrated)
    except RefusedError as error:
        raise FailedError(str(error)) from error
    would = "would go" if dry_run else "went"
    moved = several(sum(done.entities), "row")
    for name in done.topics:
        typer.echo(f"{'would create' if dry_run else 'created'} {name}")
    typer.echo(
        f"{moved} of entities {would} from {done.partitions} to {done.to} partitions, between "
        f"{min(done.entities):,} and {max(done.entities):,} each; "
        f"{several(done.baselines, 'baseline')} of peers to all of them."
    )
    if not dry_run:
        typer.echo(
            f"Now set kafka.generation = {done.new.generation} for all workers, grant what `detector "
            f"topics plan` then says, and start them. Once they run, {done.old.activity}, "
            f"{done.old.state} and {done.old.progress} may be deleted."
        )
