"""`detector learn`: what is normal, from older logs."""

from pathlib import Path
from typing import Annotated

import typer

from detector.cli.options import Config, Paths, Source, Workers


def learn(
    paths: Paths,
    *,
    save: Annotated[
        Path, typer.Option(metavar="FILE", help="Where to keep what was learned.")
    ] = Path("baseline.bin"),
    source: Source = "auto",
    config: Config = None,
    workers: Workers = None,
) -> None:
    """Learn what is normal from history, without alerting: 30 to 90 days are good.

    What looks like abuse in there is not learned. The file holds fingerprints, so it fits only runs
    with the same fingerprint key.

    For example:

    - `detector learn last-quarter/ --save baseline.bin`
    - `detector replay today/ --baseline baseline.bin`
    """
    from detector.cli.folder import whole
    from detector.cli.reading import reading
    from detector.cli.setup import engine_config, processes, warn_of_development_key
    from detector.replay.drive import Replay
    from detector.settings import load_settings

    settings = load_settings(config)
    engine = Replay(engine_config(settings, None))
    events = 0
    with reading(paths, source, settings, processes(workers)) as logs:
        warn_of_development_key(settings)
        for event in logs.events():
            engine.feed(event)
            events += 1
    engine.finish()
    logs.check()
    learned = engine.snapshot()
    whole(save, learned)
    typer.echo(f"Learned from {events:,} events; {len(learned):,} bytes in {save}")
