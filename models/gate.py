"""The learning gate: who decides what a model may learn.

A window that a finding covers is held, not learned, or an attack would teach the model that it is
usual. Held windows are learned when an analyst's verdict is benign, or when enough quiet time has
passed without a grave action; a confirmed attack is dropped. River's
`ThresholdFilter(protect_anomaly_detector=False)` never learns in 0.26.1, so the gate is our own.

Examples:
    >>> from models.running import Running
    >>> gate = Gate(Running())
    >>> gate.offer({"events": 3.0}, at=1)
    >>> gate.offer({"events": 9.0}, at=2, finding="f1")
    >>> gate.model.usual("events").weight, gate.held
    (1.0, 1)
    >>> gate.release("f1")
    1
    >>> gate.model.usual("events").weight > 1.9, gate.held
    (True, 0)
"""

from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from models.base import FeatureModel, Features, pack, unpack


class _Held(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    at: int
    finding: str
    grave: bool
    x: dict[str, float]


class Gate:
    """Between a model and what it learns. Holds at most `most` windows; the oldest fall out,
    unlearned."""

    def __init__(self, model: FeatureModel, most: int = 256) -> None:
        self.model = model
        self.most = most
        self._held: list[_Held] = []

    @property
    def held(self) -> int:
        """How many windows wait for a verdict."""
        return len(self._held)

    def score_one(self, x: Features) -> float:
        """The model's score; what is held has no part in it."""
        return self.model.score_one(x)

    def offer(self, x: Features, *, at: int, finding: str = "", grave: bool = False) -> None:
        """Learn a settled window that no finding covers; hold one that a finding does. `at` is its
        event time (ms); after a `grave` action quiet alone never releases the finding's windows."""
        if not finding:
            self.model.learn_one(x)
            return
        grave = grave or any(held.grave for held in self._held if held.finding == finding)
        held = [replace(old, grave=grave) if old.finding == finding else old for old in self._held]
        held.append(_Held(at, finding, grave, dict(x)))
        held.sort(key=lambda window: (window.at, window.finding))
        self._held = held[-self.most :]

    def release(self, finding: str) -> int:
        """Learn what this finding held, in order of event time: the verdict was benign. Gives how
        many windows that were."""
        return self._learn({finding})

    def release_quiet(self, before: int) -> int:
        """Learn what findings held that have been quiet since `before` (ms) and saw no grave
        action. Gives how many windows that were."""
        loud = {held.finding for held in self._held if held.grave or held.at >= before}
        return self._learn({held.finding for held in self._held} - loud)

    def drop(self, finding: str) -> int:
        """Forget what this finding held: it was an attack. Gives how many windows that were."""
        before = len(self._held)
        self._held = [held for held in self._held if held.finding != finding]
        return before - len(self._held)

    def _learn(self, findings: set[str]) -> int:
        released = [held for held in self._held if held.finding in findings]
        self._held = [held for held in self._held if held.finding not in findings]
        for held in released:
            self.model.learn_one(held.x)
        return len(released)

    def snapshot(self) -> bytes:
        """What is held; the model has a snapshot of its own."""
        return pack(self._held)

    @classmethod
    def restore(cls, model: FeatureModel, state: bytes, most: int = 256) -> Self:
        """The gate that gave this snapshot, in front of its model.

        Raises:
            ValueError: these bytes are no snapshot of a gate.
        """
        gate = cls(model, most)
        gate._held = unpack(list[_Held], state, cls.__name__)
        return gate
