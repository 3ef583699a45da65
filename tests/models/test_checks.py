"""The checks find the faults they are there for."""

from typing import Any, ClassVar

import pytest

from models.base import Features, Model
from models.checks import CheckError, roc_auc, yield_checks
from models.edge_burst import EdgeBurst
from models.running import Running


class _Guessing(Running):
    """Finds nothing unusual, ever."""

    def score_one(self, x: Features, group: Running | None = None) -> float:
        super().score_one(x, group)
        return 0.0


class _Alarmed(Running):
    """Takes what it does not know for unusual."""

    def score_one(self, x: Features, group: Running | None = None) -> float:
        unknown = sum(name not in self.features for name in x)
        return super().score_one(x, group) + unknown


class _Negative(Running):
    """Gives scores under 0."""

    def score_one(self, x: Features, group: Running | None = None) -> float:
        return super().score_one(x, group) - (1.0 if self.features else 0.0)


class _Curious(Running):
    """Learns what it is asked about."""

    def score_one(self, x: Features, group: Running | None = None) -> float:
        score = super().score_one(x, group)
        self.learn_one(x)
        return score


class _Counting(Running):
    """Changes its state, but not its scores, when asked."""

    def score_one(self, x: Features, group: Running | None = None) -> float:
        self.half_life += 1.0
        return super().score_one(x, group)


class _Forgetful(Running):
    """Leaves a setting out of its snapshot."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.learned = 0

    def learn_one(self, x: Features) -> None:
        self.learned += 1
        super().learn_one({name: value * (self.learned % 3) for name, value in x.items()})


class _Different(Running):
    """Scores otherwise after it was restored."""

    restored = False

    @classmethod
    def restore(cls, state: bytes) -> "_Different":
        model = super().restore(state)
        model.restored = True
        return model

    def score_one(self, x: Features, group: Running | None = None) -> float:
        return super().score_one(x, group) * (2.0 if self.restored else 1.0)


class _Drifting(Running):
    """Its snapshot tells nothing of what was restored."""

    @classmethod
    def restore(cls, state: bytes) -> "_Drifting":
        model = super().restore(state)
        model.features = {}
        return model


class _Shared(Running):
    """Its copies are itself."""

    def copy(self) -> "_Shared":
        return self


class _Deaf(Running):
    """Learns nothing."""

    def learn_one(self, x: Features) -> None:
        super().score_one(x)


class _Trusting(Running):
    """Takes any bytes for a snapshot."""

    @classmethod
    def restore(cls, state: bytes) -> "_Trusting":
        try:
            return super().restore(state)
        except ValueError:
            return cls()


class _Hoarding(Running):
    """Keeps every name."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def learn_one(self, x: Features) -> None:
        super().learn_one(x)
        self.names.update(x)


class _Boastful(Running):
    """Claims to be smaller than it is."""

    size_bound = 10


class _Brittle(Running):
    """Needs every feature."""

    def score_one(self, x: Features, group: Running | None = None) -> float:
        return super().score_one(x, group) if len(x) == 8 else float("inf")


class _Ordered(Running):
    """Its scores depend on the order of the features."""

    def score_one(self, x: Features, group: Running | None = None) -> float:
        return super().score_one(x, group) * (1.0 if list(x) == sorted(x) else 2.0)


class _Inserted(Running):
    """Its state depends on the order of the features."""

    def learn_one(self, x: Features) -> None:
        super().learn_one(x)
        self.lean = float(ord(min(x, key=list(x).index)))


class _Gullible(Running):
    """Learns what is no number."""

    def learn_one(self, x: Features) -> None:
        super().learn_one({n: v if abs(v) < 1e100 else 0.0 for n, v in x.items()})


class _Traced(Running):
    """Is changed by what it rejects."""

    def learn_one(self, x: Features) -> None:
        try:
            super().learn_one(x)
        except ValueError:
            self.half_life += 1.0
            raise


class _Punctual(EdgeBurst):
    """Drops late edges."""

    quality_floor: ClassVar[float] = 0.0

    def learn_one(self, x: Any) -> None:
        if x.tick >= self._now:
            super().learn_one(x)


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        (_Guessing, "quality"),
        (_Alarmed, "scores_before_learning"),
        (_Alarmed, "tolerates_unknown_features"),
        (_Negative, "scores_are_finite_and_not_negative"),
        (_Curious, "scoring_changes_nothing"),
        (_Counting, "scoring_changes_nothing"),
        (_Forgetful, "snapshot_round_trip"),
        (_Different, "snapshot_round_trip"),
        (_Drifting, "snapshot_round_trip"),
        (_Shared, "a_copy_is_independent"),
        (_Deaf, "a_copy_is_independent"),
        (_Trusting, "rejects_foreign_snapshots"),
        (_Hoarding, "memory_is_bounded"),
        (_Boastful, "memory_is_bounded"),
        (_Brittle, "tolerates_missing_features"),
        (_Brittle, "features_may_come_and_go"),
        (_Ordered, "order_of_features_does_not_matter"),
        (_Inserted, "order_of_features_does_not_matter"),
        (_Gullible, "rejects_what_is_no_number"),
        (_Traced, "rejects_what_is_no_number"),
        (_Punctual, "late_edges_are_counted"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_fault_is_found(kind: type[Model], check: str) -> None:
    """A model with this fault fails the check that is there for it."""
    with pytest.raises(CheckError, match=kind.__name__):
        dict(yield_checks(kind))[check]()


def test_area_needs_both_classes() -> None:
    """The area under a curve of one class is an error, not a number."""
    with pytest.raises(ValueError, match="both classes"):
        roc_auc([1.0, 2.0], [True, True])


def test_area_of_a_reversed_order_is_none() -> None:
    """Scores that rank every negative over every positive have area 0; all equal, a half."""
    assert 0.0 == roc_auc([1.0, 2.0, 3.0], [True, True, False])
    assert 0.5 == roc_auc([1.0, 1.0, 1.0], [True, False, False])
