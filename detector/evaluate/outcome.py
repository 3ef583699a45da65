"""Everything that one evaluation says: the score, the curve where asked for, and the pairs.

Examples:
    >>> made = outcome([], Labels({}), EngineConfig(), [5.0])
    >>> made.score.budget, [point.budget for point in made.curve], made.pairs
    (0.2, [0.2, 5.0], ())
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from rich.console import RenderableType

from detector.config import EngineConfig
from detector.evaluate.curve import Point, curve
from detector.evaluate.labels import Labels
from detector.evaluate.pairs import Pair, pairs, read_twins
from detector.evaluate.printing import curve_table, pairs_table, shown
from detector.evaluate.run import Trial, at_budgets
from detector.evaluate.score import Score, score
from detector.evaluate.stream import Stream
from schemas.event import ActivityEvent


class Outcome(Struct, frozen=True):
    """`score` is at the configured budget; `curve` is empty unless budgets were asked for, `pairs`
    unless the logs were simulated."""

    score: Score
    curve: tuple[Point, ...] = ()
    pairs: tuple[Pair, ...] = ()

    def json(self) -> str:
        """The whole of it, indented."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2).decode()


def outcome(
    events: Iterable[ActivityEvent],
    labels: Labels,
    config: EngineConfig,
    budgets: Sequence[float] = (),
    *,
    baseline: bytes | None = None,
    identities: int | None = None,
    beside: Path | None = None,
) -> Outcome:
    """Read the events once, drive one engine per budget, and score each.

    `beside` is the folder in which a simulation would have left its twins.

    Raises:
        LabelsError: the twins there cannot be used.
    """
    twins = (read_twins(beside) if beside is not None else None) or {}
    stream, present = Stream(labels), set[str]()
    others = [budget for budget in budgets if budget != config.budget]
    configs = [config, *at_budgets(config, others)]
    trials = [Trial(each, labels, baseline) for each in configs]
    for event in events:
        stream.take(event)
        if event.uid in twins:
            present.add(twins[event.uid])
        for trial in trials:
            trial.feed(event)
    for trial in trials:
        trial.finish()
    scores = [
        score(stream, trial.tally, budget=trial.config.budget, identities=identities)
        for trial in trials
    ]
    paired = pairs(scores[0], trials[0].tally.episodes(), twins, present) if twins else ()
    return Outcome(scores[0], curve(scores) if budgets else (), paired)


def printed(made: Outcome) -> Iterator[RenderableType]:
    """Everything as a person reads it."""
    yield from shown(made.score)
    if made.pairs:
        yield pairs_table(made.pairs)
    if made.curve:
        yield curve_table(made.curve)
