"""Evaluation as one pass: the events are read once and driven through one engine per budget.

Examples:
    >>> evaluate([], Labels({}), [EngineConfig()])[0].findings
    0
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from detector.config import EngineConfig
from detector.detections import DETECTIONS
from detector.evaluate.labels import Labels
from detector.evaluate.matching import Tally, message_of
from detector.evaluate.score import Score, score
from detector.evaluate.stream import Stream
from detector.findings import Finding
from detector.replay.drive import Replay
from detector.sinks.ocsf import alert
from schemas.event import ActivityEvent


class Trial:
    """One engine and the tally of what it said."""

    def __init__(self, config: EngineConfig, labels: Labels, baseline: bytes | None = None) -> None:
        self.config = config
        self.tally = Tally(labels)
        self._replay = Replay(config, baseline)

    def feed(self, event: ActivityEvent) -> None:
        """One event in."""
        self._note(self._replay.feed(event))

    def finish(self) -> None:
        """The end of the input."""
        self._note(self._replay.finish())

    def _note(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.tally.take(message_of(alert(finding, DETECTIONS[finding.detection].META)))


def at_budgets(config: EngineConfig, budgets: Iterable[float]) -> list[EngineConfig]:
    """The same configuration at several alert budgets."""
    return [replace(config, budget=budget) for budget in budgets]


def evaluate(
    events: Iterable[ActivityEvent],
    labels: Labels,
    configs: Sequence[EngineConfig],
    baseline: bytes | None = None,
    identities: int | None = None,
) -> list[Score]:
    """One score for each configuration, from events in event-time order."""
    stream = Stream(labels)
    trials = [Trial(config, labels, baseline) for config in configs]
    for event in events:
        stream.take(event)
        for trial in trials:
            trial.feed(event)
    for trial in trials:
        trial.finish()
    return [
        score(stream, trial.tally, budget=trial.config.budget, identities=identities)
        for trial in trials
    ]
