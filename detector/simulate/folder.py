"""A simulation written to a folder: raw logs in the sources' own formats, and the answers beside.

Examples:
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as out:
    ...     summary = simulate(Path(out), seed=1, days=0.1, identities=20)
    ...     sorted(p.name for p in Path(out).iterdir())
    ['cloudtrail', 'labels.csv', 'lookalikes.csv', 'pairs.csv', 'scenarios.json', 'token_use', 'twins.csv']
    >>> summary.events > 500
    True
"""

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from detector.simulate.answers import Answers
from detector.simulate.delivery import TokenFolder, TrailFolder
from detector.simulate.options import MONDAY, Options
from detector.simulate.stream import Stage, play


class Summary(Struct, frozen=True):
    """What was written. `assumed_role` is the share of CloudTrail records by assumed roles."""

    out: str
    events: int
    cloudtrail: int
    token_use: int
    files: int
    incidents: int
    attack_events: int
    twins: int
    assumed_role: float
    lookalikes: dict[str, int]
    unplayed: tuple[str, ...] = ()


def simulate(
    out: Path,
    *,
    seed: int = 1,
    days: float = 7.0,
    identities: int = 200,
    scenarios: Sequence[str] = (),
    start: int = MONDAY,
    volume: float = 1.0,
    attack_free: float = 0.4,
) -> Summary:
    """Write a simulation of so many days and identities into a new or empty folder.

    The same arguments give the same bytes. `start` is epoch ms, `volume` multiplies how busy
    everybody is, `attack_free` is the share of the days before the first attack.

    Raises:
        ValueError: a number out of range, or an unknown scenario.
        FileExistsError: `out` is a folder with something in it.
    """
    return write(
        out,
        Options(
            seed=seed, days=days, identities=identities, scenarios=tuple(scenarios), start=start,
            volume=volume, attack_free=attack_free,
        ),
    )  # fmt: skip


def write(out: Path, options: Options) -> Summary:
    """As `simulate`, from options."""
    stage = Stage(options)
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise FileExistsError(f"simulate: {out} is not empty; expected a new folder")
    trails = TrailFolder(out / "cloudtrail", stage.world.rng("delivery"), options.trail_ms)
    tokens = TokenFolder(out / "token_use")
    answers = Answers(out)
    cloud = assumed = gateway = 0
    for emission in play(stage):
        if emission.source == "cloudtrail":
            trails.add(emission.record, emission.at)
            cloud += 1
            assumed += emission.record["userIdentity"]["type"] == "AssumedRole"
        else:
            tokens.add(emission.record, emission.at)
            gateway += 1
        answers.add(emission)
    trails.close()
    tokens.close()
    answers.close(stage.incidents)
    attacks = {k: p for k, p in answers.parts.items() if k.endswith(":attack")}
    return Summary(
        out=str(out),
        events=cloud + gateway,
        cloudtrail=cloud,
        token_use=gateway,
        files=trails.files + tokens.files,
        incidents=len(attacks),
        attack_events=sum(p.events for p in attacks.values()),
        twins=len(answers.parts) - len(attacks),
        assumed_role=round(assumed / cloud, 4) if cloud else 0.0,
        lookalikes=dict(sorted(answers.lookalikes.items())),
        unplayed=tuple(sorted(i.name for i in stage.incidents if i.mark not in attacks)),
    )
