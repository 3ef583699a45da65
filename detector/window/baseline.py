"""What an identity has learned of itself, in versions that do not depend on when input arrived.

A quarter (15 min) with events is *learned* once it is settled and no finding covers it. A score at
t uses version k = floor(t / epoch), which has learned exactly the quarters that ended by
k * epoch - horizon. So scoring on arrival and scoring again when settled read the same numbers,
and an attacker needs an epoch of patience to move them.

Examples:
    >>> learned = Learned()
    >>> learned.learn(version=1, fresh=frozenset({"operation"}), features=(0.0,) * FEATURES)
    >>> learned.at(1).quarters, learned.at(0).quarters
    (1, 0)
"""

from functools import lru_cache
from math import log, log1p
from struct import Struct as Packer

from msgspec import Struct

from detector.window.registers import Counts
from models.running import Usual

KINDS = ("operation", "network", "client", "target", "area")
FEATURES = 8
FEATURE_NAMES = (
    "events", "operations", "services", "targets", "writes", "denied", "sensitive", "tempo",
)  # fmt: skip
_MEMORY = 400.0
_rows = Packer(f"<{2 * FEATURES}f")
_EMPTY = _rows.pack(*(0.0,) * 2 * FEATURES)


@lru_cache(8_192)
def _surprise(quarters: int, fresh: int) -> float:
    """`-log` of how likely an identity is to show something new in a quarter at work (additive
    smoothing; the first quarter, in which everything is new, does not count)."""
    if quarters <= 1:
        return 0.0
    rate = (max(0, fresh - 1) + 0.5) / (quarters - 1 + 1.5)
    return max(0.0, -log(rate))


class Habits(Struct, frozen=True, omit_defaults=True, gc=False):
    """Counts over learned quarters: all of them, those in which something of a kind was new, and
    per feature the mean and the mean square (of log1p values; packed as 32-bit floats, since every
    identity carries them), with a memory of some 400 quarters."""

    version: int = -1
    quarters: int = 0
    fresh: tuple[int, ...] = (0,) * len(KINDS)
    moments: bytes = _EMPTY

    def surprise(self, kind: str) -> float:
        """Nats of surprise at something new of this kind, by how often there was; 0 for an identity
        without a past."""
        return _surprise(self.quarters, self.fresh[KINDS.index(kind)])

    def usual(self) -> list[Usual]:
        """What is usual for each feature, in the order of FEATURE_NAMES."""
        rows = _rows.unpack(self.moments)
        pairs = zip(rows[:FEATURES], rows[FEATURES:], strict=True)
        return [
            Usual(mean, max(0.0, square - mean * mean), self.quarters) for mean, square in pairs
        ]


def features(counts: Counts) -> tuple[float, ...]:
    """The features of a window, as log1p, in the order of FEATURE_NAMES."""
    sensitive = counts.secret_reads + counts.issues + counts.admin
    row = (counts.events, counts.operations, counts.services, counts.targets, counts.writes,
           counts.denied, sensitive, counts.tempo)  # fmt: skip
    return tuple([log1p(x) for x in row])


_NEWBORN = Habits()


class Learned(Struct, omit_defaults=True, gc=False):
    """The running habits with the two versions before them."""

    running: Habits = _NEWBORN
    before: Habits = _NEWBORN
    earlier: Habits = _NEWBORN

    def at(self, version: int) -> Habits:
        """The habits as of a version; the oldest kept when that has been forgotten."""
        for habits in (self.running, self.before, self.earlier):
            if habits.version <= version:
                return habits
        return _NEWBORN

    def learn(self, *, version: int, fresh: frozenset[str], features: tuple[float, ...]) -> None:
        """Take in one settled, clean quarter, which counts from `version` on."""
        old = self.running
        if old.version != version and old.quarters:
            self.earlier, self.before = self.before, old
        n = old.quarters + 1
        step = max(1.0 / n, 1.0 / _MEMORY)
        rows = _rows.unpack(old.moments)
        new = [*features, *[x * x for x in features]]
        counts = old.fresh
        if fresh:
            counts = tuple([f + (k in fresh) for k, f in zip(KINDS, counts, strict=True)])
        moments = [row + step * (x - row) for row, x in zip(rows, new, strict=True)]
        self.running = Habits(version, n, counts, _rows.pack(*moments))
