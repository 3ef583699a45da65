"""The interface of every model: two verbs, and a state that can be carried.

A score is a finite number, 0 or more: **0 is as usual, and it grows with unlikeness**. Its unit is
the model's own (each says which); `models.calibration` turns it into a tail probability, which is
what may be compared between models. Scoring changes nothing, and works before any learning: a model
that knows nothing finds nothing unusual.

Features are finite numbers (within 1e100) by name. A missing feature was not measured: it is neither scored nor
learned; what was measured as nothing is 0.0. Models do not rescale: give counts as log1p.

Examples:
    >>> from models.running import Running
    >>> model = Running()
    >>> model.score_one({"events": 3.0})
    0.0
    >>> model.learn_one({"events": 3.0})
    >>> model.copy().snapshot() == model.snapshot()
    True
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Generic, NamedTuple, Self, TypeVar

import msgspec

Features = Mapping[str, float]
X = TypeVar("X")
S = TypeVar("S")

_LARGEST = 1e100


class Edge(NamedTuple):
    """One use of `destination` by `source` in the time slice number `tick`."""

    source: str
    destination: str
    tick: int


class Reason(NamedTuple):
    """What one feature added to a score: its value now, its usual value, and its share."""

    name: str
    observed: float
    usual: float
    contribution: float


class Model(ABC, Generic[X]):
    """What is asked (`score_one`) and told (`learn_one`) about one x at a time.

    `quality_floor` is the least ROC AUC that `models.checks` accepts on its seeded streams, each x
    scored before it is learned.
    """

    quality_floor: ClassVar[float] = 0.9

    @abstractmethod
    def score_one(self, x: X) -> float:
        """How unlike the past x is; 0 = as usual. Changes nothing.

        Raises:
            ValueError: x holds a number that is not finite.
        """

    @abstractmethod
    def learn_one(self, x: X) -> None:
        """Take x for usual from now on.

        Raises:
            ValueError: x holds a number that is not finite. Nothing was learned.
        """

    @property
    @abstractmethod
    def size_bound(self) -> int:
        """The most bytes that a snapshot can take, whatever is learned."""

    @abstractmethod
    def snapshot(self) -> bytes:
        """The whole state, settings included. Equal states give equal bytes."""

    @classmethod
    @abstractmethod
    def restore(cls, state: bytes) -> Self:
        """The model that gave this snapshot.

        Raises:
            ValueError: these bytes are no snapshot of this model.
        """

    def copy(self) -> Self:
        """An equal model that goes its own way."""
        return self.restore(self.snapshot())


class FeatureModel(Model[Features]):
    """A model of windows that are described by features."""


class EdgeModel(Model[Edge]):
    """A model of a stream of edges."""


def require_finite(x: Features) -> None:
    """Reject what no arithmetic can come back from.

    Raises:
        ValueError: a feature is NaN, infinite or so large that its square is.
    """
    for name, value in x.items():
        if not -_LARGEST < value < _LARGEST:
            raise ValueError(f"feature {name!r}: expected a finite number, got {value}")


def pack(state: object) -> bytes:
    """A state as MessagePack: no code can hide in it, unlike in a pickle."""
    return msgspec.msgpack.encode(state)


def unpack(kind: type[S], state: bytes, model: str) -> S:
    """The state of this kind in these bytes.

    Raises:
        ValueError: they hold something else; says which model expected what.
    """
    try:
        return msgspec.msgpack.decode(state, type=kind)
    except msgspec.DecodeError as error:
        raise ValueError(f"{model}: expected a snapshot of version 1, got: {error}") from error
