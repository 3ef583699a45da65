"""One engine under evaluation, and what it said.

Examples:
    >>> [config.budget for config in at_budgets(EngineConfig(), [1.0, 5.0])]
    [1.0, 5.0]
    >>> trial = Trial(EngineConfig(), Labels({}))
    >>> trial.finish()
    >>> trial.tally.episodes()
    []
"""

from collections.abc import Iterable

from msgspec.structs import replace

from detector.config import EngineConfig
from detector.detections import DETECTIONS
from detector.evaluate.labels import Labels
from detector.evaluate.matching import Tally, message_of
from detector.findings import Finding
from detector.replay.drive import Replay
from detector.replay.parts import SplitReplay
from detector.sinks.ocsf import alert
from schemas.event import ActivityEvent


class Trial:
    """One engine and the tally of what it said."""

    def __init__(
        self, config: EngineConfig, labels: Labels, engine: Replay | SplitReplay | None = None
    ) -> None:
        self.config = config
        self.tally = Tally(labels)
        self._replay = engine if engine is not None else Replay(config)

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
