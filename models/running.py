"""Running statistics per feature, and how unlike them a window is.

The own past and the peers' are combined as a conjugate (normal-gamma) prior: peers count as at most
`lean` windows, so a young identity is measured by its group and an old one by itself. The predictive
distribution is then Student's t, whose heavy tails keep few windows from shouting.

Statistics are plain triples (mean, variance, weight), so a state elsewhere can hold them and use
`learn`, `merge` and `surprise` without this class.

Examples:
    >>> model = Running()
    >>> for n in range(50):
    ...     model.learn_one({"reads": 4 + n % 3, "writes": 1.0})
    >>> model.score_one({"reads": 5.0, "writes": 1.0})
    0.0
    >>> [reason.name for reason in model.explain_one({"reads": 5.0, "writes": 9.0})]
    ['writes']

    Without an own past, the group speaks:

    >>> young = Running()
    >>> young.score_one({"writes": 9.0}), young.score_one({"writes": 9.0}, model) > 2
    (0.0, True)

References:
    B. P. Welford 1962 (running variance); T. F. Chan et al. 1979 (merging); D. H. D. West 1979
    (weights). K. Murphy 2007, Conjugate Bayesian analysis of the Gaussian distribution.
"""

from math import log1p
from typing import NamedTuple, Self

from msgspec import Struct

from models.base import FeatureModel, Features, Reason, pack, require_finite, unpack

# The surprise of a value one standard deviation off: what is that near counts as usual.
_DEAD_ZONE = 0.5
_NAME_BYTES = 256


class Usual(NamedTuple):
    """Statistics of one feature: mean, variance (over n, not n - 1) and weight: how many
    values were learned, old ones decayed."""

    mean: float = 0.0
    variance: float = 0.0
    weight: float = 0.0


_UNKNOWN = Usual()


def learn(usual: Usual, value: float, decay: float = 1.0) -> Usual:
    """The statistics with one more value; older values weigh `decay` as much as before.

    Examples:
        >>> learn(learn(Usual(), 1.0), 3.0)
        Usual(mean=2.0, variance=1.0, weight=2.0)
    """
    before = usual.weight * decay
    weight = before + 1.0
    step = (value - usual.mean) / weight
    variance = (usual.variance + step * (value - usual.mean)) * (before / weight)
    return Usual(usual.mean + step, variance, weight)


def merge(one: Usual, other: Usual) -> Usual:
    """The statistics of both pasts together; order does not matter.

    Examples:
        >>> merge(Usual(1.0, 0.0, 2.0), Usual(3.0, 0.0, 2.0))
        Usual(mean=2.0, variance=1.0, weight=4.0)
    """
    weight = one.weight + other.weight
    if not weight:
        return one
    share, apart = other.weight / weight, other.mean - one.mean
    within = one.variance * (1.0 - share) + other.variance * share
    return Usual(
        one.mean * (1.0 - share) + other.mean * share,
        within + apart * apart * share * (1.0 - share),
        weight,
    )


def surprise(usual: Usual, value: float, spread: float = 1.0, floor: float = 0.05) -> float:
    """Nats by which the value is less likely than the usual one, less a dead zone; 0 when unknown.

    `spread` is a standard deviation believed before any was seen (worth one window); `floor` the
    smallest that is believed. Both in the feature's unit.

    Examples:
        >>> surprise(Usual(2.0, 0.25, 100.0), 2.4), surprise(Usual(2.0, 0.25, 100.0), 4.5) > 8
        (0.0, True)
    """
    weight = usual.weight
    if not weight:
        return 0.0
    variance = (usual.variance * weight + spread * spread) / (weight + 1.0)
    scale = max(variance, floor * floor) * (1.0 + 1.0 / weight)
    off = value - usual.mean
    return max(0.0, 0.5 * (weight + 1.0) * log1p(off * off / (scale * weight)) - _DEAD_ZONE)


class _State(Struct, array_like=True, forbid_unknown_fields=True):
    half_life: float
    lean: float
    max_features: int
    rising_only: bool
    spread: float
    floor: float
    features: list[tuple[str, float, float, float]]


class Running(FeatureModel):
    """Statistics of up to `max_features` features. The score is in nats: the sum of each feature's
    surprise.

    `half_life`: learned windows after which one weighs half (0: never). `lean`: how many windows
    the group may count for. `rising_only`: what falls is not unusual, as in a window that is still
    open. `spread` and `floor`: as in `surprise`. When full, a new feature takes the place of the
    least learned one, so that a flood of names displaces itself and not what is old.
    """

    def __init__(
        self,
        *,
        half_life: float = 200.0,
        lean: float = 8.0,
        max_features: int = 64,
        rising_only: bool = False,
        spread: float = 1.0,
        floor: float = 0.05,
    ) -> None:
        self.half_life = half_life
        self.lean = lean
        self.max_features = max_features
        self.rising_only = rising_only
        self.spread = spread
        self.floor = floor
        self.features: dict[str, Usual] = {}

    def usual(self, name: str, group: "Running | None" = None) -> Usual:
        """What is usual for this feature: the own statistics, leaning on the group's."""
        own = self.features.get(name, _UNKNOWN)
        if group is None:
            return own
        peers = group.features.get(name, _UNKNOWN)
        return merge(own, peers._replace(weight=min(peers.weight, self.lean)))

    def score_one(self, x: Features, group: "Running | None" = None) -> float:
        """Nats of surprise over all features; without a group, a model with no past gives 0."""
        return sum((reason.contribution for reason in self.explain_one(x, group)), 0.0)

    def explain_one(self, x: Features, group: "Running | None" = None) -> tuple[Reason, ...]:
        """The features that made the score, the strongest first; their shares add up to it."""
        require_finite(x)
        reasons = []
        for name in sorted(x):
            usual, value = self.usual(name, group), x[name]
            if self.rising_only and value < usual.mean:
                continue
            nats = surprise(usual, value, self.spread, self.floor)
            if nats:
                reasons.append(Reason(name, value, usual.mean, nats))
        return tuple(sorted(reasons, key=lambda reason: (-reason.contribution, reason.name)))

    def learn_one(self, x: Features) -> None:
        """Take one window into the statistics."""
        require_finite(x)
        decay = 0.5 ** (1.0 / self.half_life) if self.half_life else 1.0
        features = self.features
        for name in sorted(x):
            if name not in features and len(features) >= self.max_features:
                del features[min(features, key=lambda known: (features[known].weight, known))]
            features[name] = learn(features.get(name, _UNKNOWN), x[name], decay)

    def merge(self, other: Self) -> None:
        """Take in what another model has learned (a member's past into its group's)."""
        for name in sorted(other.features):
            self.features[name] = merge(self.features.get(name, _UNKNOWN), other.features[name])
        by_count = sorted(self.features, key=lambda name: (-self.features[name].weight, name))
        for name in by_count[self.max_features :]:
            del self.features[name]

    @property
    def size_bound(self) -> int:
        """Each feature: three doubles of 9 bytes and a name of up to 256 bytes."""
        return 64 + self.max_features * (_NAME_BYTES + 32)

    def snapshot(self) -> bytes:
        """Settings and statistics, features in order of name."""
        rows = [(name, *self.features[name]) for name in sorted(self.features)]
        settings = (self.half_life, self.lean, self.max_features, self.rising_only)
        return pack(_State(*settings, self.spread, self.floor, rows))

    @classmethod
    def restore(cls, state: bytes) -> Self:
        """The model that gave this snapshot."""
        held = unpack(_State, state, cls.__name__)
        model = cls(
            half_life=held.half_life,
            lean=held.lean,
            max_features=held.max_features,
            rising_only=held.rising_only,
            spread=held.spread,
            floor=held.floor,
        )
        model.features = {name: Usual(*numbers) for name, *numbers in held.features}
        return model
