"""`detector worker`: the service on Kafka."""

from typing import Annotated, Literal

import typer

from detector.cli.options import Config

Part = Annotated[
    Literal["all", "normalise", "detect"],
    typer.Option(help="Decode raw logs, find abuse, or both in one process."),
]


def worker(*, role: Part = "all", config: Config = None) -> None:
    """Run a worker on Kafka: raw logs in, alerts and revoke commands out.

    Start as many as there are partitions; they share them, and take over from one that is gone.
    SIGTERM drains it: a last checkpoint, then it leaves. Settings are those of the table `[kafka]`,
    see `detector settings`; secrets come from files or the environment. The budget, `disabled` and the
    table `[response]` may change while it runs; SIGHUP makes it look at once.

    For example:

    - `DETECTOR_KAFKA__BOOTSTRAP=broker:9092 detector worker`
    - `detector worker --role normalise --config detector.toml`
    - first `detector topics create`, then `detector doctor` if it does not get on
    """
    from detector.cli.kafka import check_cluster, check_traces, configured
    from detector.cli.setup import decoding_context, warn_of_development_key
    from detector.settings.load import fingerprint_key
    from detector.settings.reload import SettingsFile

    settings, made = configured(config, role)
    check_traces(made.traces)
    check_cluster(made)
    warn_of_development_key(settings)

    from detector.runtime.app import run

    key = fingerprint_key(settings)
    context = decoding_context(settings)
    secrets = [] if key is None else [key.decode("utf-8", "replace")]
    run(made, context, file=SettingsFile(config, settings), secrets=secrets)
