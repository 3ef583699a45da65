"""Everything that one evaluation says: the score, the curve where asked for, and the pairs.

Examples:
    >>> made = outcome([], Labels({}), EngineConfig(), [5.0])
    >>> made.score.budget, [point.budget for point in made.curve], made.pairs
    (0.2, [0.2, 5.0], ())
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from rich.console import RenderableType

from detector.config import EngineConfig
from detector.evaluate.curve import Point, curve
from detector.evaluate.labels import Labels
from detector.evaluate.matching import Tally, message_of
from detector.evaluate.pairs import Pair, lookalikes, pairs, read_twins
from detector.evaluate.printing import curve_table, lookalikes_table, pairs_table, shown
from detector.evaluate.run import Trial, at_budgets
from detector.evaluate.score import Score, score
from detector.evaluate.stream import Stream
from detector.replay.drive import Replay
from detector.replay.kin import Kin
from detector.replay.parts import engine_for
from schemas.alert import Alert
from schemas.event import ActivityEvent


class Outcome(Struct, frozen=True):
    """`score` is at the configured budget; `curve` is empty unless budgets were asked for, `pairs`
    and `lookalikes` (false findings of each) unless the logs were simulated."""

    score: Score
    curve: tuple[Point, ...] = ()
    pairs: tuple[Pair, ...] = ()
    lookalikes: Mapping[str, int] = msgspec.field(default_factory=dict)

    def json(self) -> str:
        """The whole of it, indented."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2).decode()


class Watch:
    """Looks on while events are replayed; afterwards it knows what the findings were worth.

    `beside` is the folder in which a simulation would have left its twins and look-alikes.

    Raises:
        LabelsError: they are there and cannot be used.
    """

    def __init__(self, labels: Labels, beside: Path | None = None) -> None:
        self._labels = labels
        self._beside = beside
        self._twins = (read_twins(beside) if beside is not None else None) or {}
        self._stream = Stream(labels)
        self._present: set[str] = set()

    def over(self, events: Iterable[ActivityEvent]) -> Iterator[ActivityEvent]:
        """The same events, noted in passing."""
        for event in events:
            self._stream.take(event)
            if event.uid in self._twins:
                self._present.add(self._twins[event.uid])
            yield event

    def tally(self, alerts: Iterable[Alert]) -> Tally:
        """The tally of alert messages."""
        tally = Tally(self._labels)
        for alert in alerts:
            tally.take(message_of(alert))
        return tally

    def score(self, tally: Tally, budget: float, identities: int | None = None) -> Score:
        """The score of what one engine said."""
        return score(self._stream, tally, budget=budget, identities=identities)

    def outcome(self, tally: Tally, made: Score, points: Sequence[Point] = ()) -> Outcome:
        """The score with the pairs and look-alikes of a simulation."""
        if not self._twins or self._beside is None:
            return Outcome(made, tuple(points))
        return Outcome(
            made,
            tuple(points),
            pairs(made, tally.episodes(), self._twins, self._present),
            lookalikes(made, self._beside),
        )


def outcome(
    events: Iterable[ActivityEvent],
    labels: Labels,
    config: EngineConfig,
    budgets: Sequence[float] = (),
    *,
    baseline: bytes | None = None,
    identities: int | None = None,
    beside: Path | None = None,
    kin: Kin | None = None,
    workers: int = 1,
) -> Outcome:
    """Read the events once, drive one engine per budget, and score each.

    Raises:
        LabelsError: the twins in `beside` cannot be used.
    """
    watch = Watch(labels, beside)
    others = [budget for budget in budgets if budget != config.budget]
    # Engines at several budgets are work for more cores than there are.
    engine = engine_for(
        watch.over(events), config, baseline=baseline, kin=None if others else kin, workers=workers
    )
    with engine as (drawn, first):
        trials = [Trial(config, labels, first)]
        trials += [
            Trial(each, labels, Replay(each, baseline)) for each in at_budgets(config, others)
        ]
        for event in drawn:
            for trial in trials:
                trial.feed(event)
        for trial in trials:
            trial.finish()
    scores = [watch.score(trial.tally, trial.config.budget, identities) for trial in trials]
    return watch.outcome(trials[0].tally, scores[0], curve(scores) if budgets else ())


def printed(made: Outcome) -> Iterator[RenderableType]:
    """Everything as a person reads it."""
    yield from shown(made.score)
    if made.pairs:
        yield pairs_table(made.pairs)
    if made.lookalikes:
        yield lookalikes_table(made.lookalikes)
    if made.curve:
        yield curve_table(made.curve)
