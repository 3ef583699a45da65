"""Detection quality at several budgets, on labelled streams and on simulated organisations."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from detector.bench.figures import Figure
from detector.config import EngineConfig
from detector.evaluate import Outcome, outcome, read_labels
from detector.evaluate.curve import Point
from detector.evaluate.score import DAYS, Part
from detector.replay.drive import Replay
from detector.replay.events import open_events
from detector.simulate import simulate
from detector.sources.base import Context
from detector.sources.fingerprint import Fingerprints
from schemas.dead_letter import DeadLetter
from schemas.event import ActivityEvent

BUDGETS = (0.2, 1.0, 12.5)


def events_of(*paths: Path) -> Iterator[ActivityEvent]:
    """The events of some logs, in order."""
    letters: list[DeadLetter] = []
    context = Context(Fingerprints("a key for benchmarks"))
    names = [str(path) for path in paths]
    return open_events(names, context=context, on_dead_letter=letters.append)


def labelled(name: str, labels: Path, *paths: Path) -> Iterator[Figure]:
    """A labelled stream at each budget."""
    made = outcome(events_of(*paths), read_labels(labels), EngineConfig(), BUDGETS)
    yield from _figures(name, made)


def simulated(seed: int, identities: int, days: float) -> Iterator[Figure]:
    """One simulated organisation at each budget, cold and with a baseline learned from the part
    before its first attack."""
    with TemporaryDirectory() as folder:
        out = Path(folder)
        simulate(out, seed=seed, days=days, identities=identities)
        logs = (out / "cloudtrail", out / "token_use")
        known = read_labels(out / "labels.csv")
        made = outcome(events_of(*logs), known, EngineConfig(), BUDGETS, beside=out)
    yield from _figures(f"seed {seed}, cold", made)
    yield from _learned(seed, identities, days)


def _learned(seed: int, identities: int, days: float) -> Iterator[Figure]:
    """The shipped budget again, with a baseline from as many days before the first attack."""
    with TemporaryDirectory() as folder:
        out = Path(folder)
        simulate(out, seed=seed, days=2 * days, identities=identities, attack_free=0.5)
        logs = (out / "cloudtrail", out / "token_use")
        known = read_labels(out / "labels.csv")
        first = min(e.time for e in events_of(*logs) if e.uid in known.attacks)
        run = Replay(EngineConfig())
        for event in events_of(*logs):
            if event.time >= first:
                break
            run.feed(event)
        run.finish()
        rest = (event for event in events_of(*logs) if event.time >= first)
        made = outcome(rest, known, EngineConfig(), baseline=run.snapshot(), beside=out)
        yield from _figures(f"seed {seed}, after learn", made)


def _figures(name: str, made: Outcome) -> Iterator[Figure]:
    """The shipped budget with all that is known of it, then the other points of the curve."""
    score = made.score
    at = f"{name}, budget {score.budget:g}"
    yield Figure("quality", f"{at}: recall", score.recall or 0.0, "share", _found(made))
    whole, *parts = score.parts
    yield Figure("quality", f"{at}: false a day", whole.per_day, "findings", _rates(made))
    for part in parts:
        if part.name in DAYS:
            yield _apart(f"{at}, {part.name}", part)
    for point in made.curve:
        if point.budget != score.budget:
            yield _point(f"{name}, budget {point.budget:g}", point)


def _found(made: Outcome) -> str:
    score = made.score
    note = f"{score.found} of {score.incidents} incidents"
    if not made.pairs:
        kinds = (f"{kind.kind} {kind.found}/{kind.incidents}" for kind in score.kinds[:4])
        return "; ".join((note, ", ".join(kinds)))
    passed = sum(pair.passed for pair in made.pairs)
    quiet = sum(pair.quiet for pair in made.pairs)
    twins = sum(pair.twins for pair in made.pairs)
    missed = f"; missed {', '.join(score.missed)}" if score.missed else ""
    return f"{note}; {passed} of {len(made.pairs)} pairs; {quiet} of {twins} twins quiet{missed}"


def _rates(made: Outcome) -> str:
    score, whole = made.score, made.score.parts[0]
    return (
        f"{whole.per_day_per_1000:.2f} per 1,000 of {score.identities:,} identities; "
        f"{whole.campaigns_per_day:.2f} as campaigns; precision {score.precision or 0:.2f}; "
        f"median delay {score.median_delay or 0:.0f} s"
    )


def _apart(what: str, part: Part) -> Figure:
    share = part.found / part.incidents if part.incidents else 1.0
    note = f"{part.found} of {part.incidents}; {part.per_day_per_1000:.2f} false a day per 1,000"
    return Figure("quality", f"{what}: recall", share, "share", note)


def _point(what: str, point: Point) -> Figure:
    note = f"{point.false_per_day:.2f} false a day, {point.false_per_day_per_1000:.2f} per 1,000"
    return Figure("quality", f"{what}: recall", point.recall or 0.0, "share", note)
