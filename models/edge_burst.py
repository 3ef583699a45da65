"""Sudden bursts on the edges of a graph, in fixed memory: an edge-burst sketch after MIDAS-F.

For an edge, its source and its destination, count-min sketches hold how often it was seen in this
time slice (the *tick*; older ticks fade in geometrically) and in all ticks before. The score is the
chi-square statistic of the present count against the mean one, the greatest of the three. What
scored over `filter_over` when its tick ended is not added to the past, so an attack does not become
its own excuse; the past then grows by its mean, as if the tick had been a usual one.

Unlike the paper, cells are settled when they are next touched instead of all at every tick (an idle
tick has a closed form), and a count below the mean is no burst. `tests/bench/darpa.py` measures it;
the default decay and filter are the best of nine pairs tried on that trace.

Names are hashed with a BLAKE2b keyed by the seed: the same names fall into the same cells in every
process, and who does not know the seed cannot choose names that collide.

The sketch takes ticks in order; a late edge counts in the present tick.

Examples:
    >>> sketch = EdgeBurst(seed=7)
    >>> for minute in range(1, 100):
    ...     sketch.learn_one(Edge("ada", "iam", minute))
    >>> sketch.score_one(Edge("ada", "iam", 100)) < 1
    True
    >>> for _ in range(40):
    ...     sketch.learn_one(Edge("ada", "iam", 100))
    >>> sketch.score_one(Edge("ada", "iam", 100)) > 100
    True

References:
    S. Bhatia, R. Liu, B. Hooi, M. Yoon, K. Shin, C. Faloutsos: Real-time anomaly detection in edge
    streams. arXiv 2009.08452 (MIDAS-F). G. Cormode, S. Muthukrishnan 2005 (count-min sketch).
"""

from hashlib import blake2b
from typing import Self

from msgspec import Struct

from models.base import Edge, EdgeModel, pack, unpack

_ROWS = 6
_REMEMBERED = 4_096
_Slots = tuple[int, ...]


class _Row(Struct, array_like=True, forbid_unknown_fields=True):
    """One row of a sketch. A cell's numbers hold as of the tick in which it was last touched."""

    current: list[float]
    past: list[float]
    score: list[float]
    touched: list[int]


class _State(Struct, array_like=True, forbid_unknown_fields=True):
    width: int
    decay: float
    filter_over: float
    seed: int
    origin: int | None
    now: int
    rows: list[_Row]


class EdgeBurst(EdgeModel):
    """Three sketches of 2 x `width` cells: for edges, sources and destinations.

    The score is a chi-square statistic: 4 is two standard deviations of a count over its mean.

    `decay`: what an older tick keeps of its weight in the present count, per tick, at least 0 and
    below 1. `filter_over`: the score over which a tick is not learned. `seed`: the key of the hash,
    0 to 2^64 - 1. `width`: at most 65,536.
    """

    quality_floor = 0.9

    def __init__(
        self,
        *,
        width: int = 1024,
        decay: float = 0.8,
        filter_over: float = 3e3,
        seed: int = 0,
    ) -> None:
        if not (0 < width <= 65_536 and 0.0 <= decay < 1.0):
            raise ValueError(
                f"EdgeBurst: expected width in 1..65536 and decay in [0, 1), got {width}, {decay}"
            )
        self.width = width
        self.decay = decay
        self.filter_over = filter_over
        self.seed = seed
        self._key = seed.to_bytes(8, "big")
        self._origin: int | None = None
        self._now = 1
        self._rows = [
            _Row([0.0] * width, [0.0] * width, [0.0] * width, [0] * width) for _ in range(_ROWS)
        ]
        self._slots: dict[tuple[str, str], _Slots] = {}

    def score_one(self, x: Edge) -> float:
        """The chi-square of the present count, this edge included, against the mean one."""
        now, rows, slots = self._tick(x.tick), self._rows, self._slots_of(x.source, x.destination)
        return max(
            _chi_square(
                min(self._level(rows[k], slots[k], now)[0] for k in pair) + 1.0,
                min(self._level(rows[k], slots[k], now)[1] for k in pair),
                now,
            )
            for pair in ((0, 1), (2, 3), (4, 5))
        )

    def learn_one(self, x: Edge) -> None:
        """Count the edge in its tick."""
        self.update_one(x)

    def update_one(self, x: Edge) -> float:
        """`score_one`, then `learn_one`, for less than the price of one: a hot path takes this."""
        source, destination, tick = x
        if self._origin is None:
            self._origin = tick - 1
        now = self._now = self._tick(tick)
        a, b, c, d, e, f = self._slots_of(source, destination)
        rows, count = self._rows, self._count
        return max(
            count(rows[0], rows[1], a, b, now),
            count(rows[2], rows[3], c, d, now),
            count(rows[4], rows[5], e, f, now),
        )

    def _tick(self, tick: int) -> int:
        """The tick's number since the first one, which is 1; never before the newest."""
        return self._now if self._origin is None else max(self._now, tick - self._origin)

    def _count(self, one: _Row, two: _Row, i: int, j: int, now: int) -> float:
        if one.touched[i] != now:
            self._settle(one, i, now)
        if two.touched[j] != now:
            self._settle(two, j, now)
        one.current[i] = current = one.current[i] + 1.0
        two.current[j] = other = two.current[j] + 1.0
        score = _chi_square(min(current, other), min(one.past[i], two.past[j]), now)
        one.score[i] = two.score[j] = score
        return score

    def _settle(self, row: _Row, i: int, now: int) -> None:
        row.current[i], row.past[i] = self._level(row, i, now)
        row.touched[i] = now

    def _level(self, row: _Row, i: int, now: int) -> tuple[float, float]:
        """The cell's present count and past as of `now`: all ticks since it was touched have ended,
        each adding what was left of the count, or, where it was filtered, the mean."""
        current, past, touched = row.current[i], row.past[i], row.touched[i]
        if touched == now or not touched:
            return current, past
        kept = self.decay ** (now - touched)
        if row.score[i] > self.filter_over:
            return current * kept, past * (now - 1) / (touched - 1)
        return current * kept, past + current * (1.0 - kept) / (1.0 - self.decay)

    def _slots_of(self, source: str, destination: str) -> _Slots:
        """The cells of the edge, its source and its destination: two each. Pure, so what is
        remembered of it is no state."""
        names = (source, destination)
        slots = self._slots.get(names)
        if slots is None:
            if len(self._slots) >= _REMEMBERED:
                self._slots.clear()
            one, two = source.encode(), destination.encode()
            edge = self._hash(len(one).to_bytes(4, "big") + one + two, b"edge")
            slots = self._slots[names] = (
                *edge,
                *self._hash(one, b"source"),
                *self._hash(two, b"destination"),
            )
        return slots

    def _hash(self, name: bytes, kind: bytes) -> tuple[int, int]:
        digest = blake2b(name, digest_size=8, key=self._key, person=kind).digest()
        width = self.width
        return (
            int.from_bytes(digest[:4], "big") % width,
            int.from_bytes(digest[4:], "big") % width,
        )

    @property
    def size_bound(self) -> int:
        """Each cell: three doubles and a tick, 9 bytes each."""
        return 128 + _ROWS * (self.width * 36 + 32)

    def snapshot(self) -> bytes:
        """Settings and all cells."""
        settings = (self.width, self.decay, self.filter_over, self.seed)
        return pack(_State(*settings, self._origin, self._now, self._rows))

    @classmethod
    def restore(cls, state: bytes) -> Self:
        """The model that gave this snapshot."""
        held = unpack(_State, state, cls.__name__)
        lengths = {
            len(cells)
            for row in held.rows
            for cells in (row.current, row.past, row.score, row.touched)
        }
        if lengths != {held.width} or len(held.rows) != _ROWS:
            raise ValueError(f"{cls.__name__}: expected {_ROWS} rows of {held.width} cells")
        model = cls(
            width=held.width,
            decay=held.decay,
            filter_over=held.filter_over,
            seed=held.seed,
        )
        model._origin, model._now, model._rows = held.origin, held.now, held.rows
        return model


def _chi_square(current: float, past: float, now: int) -> float:
    """How far the present count lies over the mean of the ticks before; 0 without a past."""
    if now < 2 or not past:
        return 0.0
    mean = past / (now - 1)
    over = current - mean
    return over * over / mean if over > 0.0 else 0.0
