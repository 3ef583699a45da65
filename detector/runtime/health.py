"""Whether a worker may say that it is ready, and what is wrong if it may not. Pure: it judges what
was seen of the worker at some second.

Examples:
    >>> held = Held("detect", "activity", 3, ready=True, position=50, end=90)
    >>> stalls = Stalls()
    >>> stalls.waited(held, now=0.0), stalls.waited(held, now=300.0)
    (0.0, 300.0)
    >>> judge([held], {"detect": 0.5}, {held.where: 300.0}, {}, longest=30.0).reasons
    ('activity/3: 40 records wait and none has been taken for 300 s',)
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

UNANSWERED = 30.0
"""Seconds after which a broker that does not answer makes a worker unready."""

STALLED = 120.0
"""Seconds after which records that wait while none is taken make a worker unready."""

Where = tuple[str, int]
"""A topic by its short name, and a partition."""


class Held(Struct, frozen=True):
    """A partition in the hands of one part of the worker: the next record to take, and the end of
    the log if the broker has said it. `ready` once it takes records; `source` if it is a raw one;
    `paced` while it waits on purpose, until the detectors have caught up; `delivered` if a raw one
    has ever had an event."""

    part: str
    topic: str
    partition: int
    ready: bool
    position: int
    end: int | None = None
    source: str = ""
    paced: bool = False
    delivered: bool = False

    @property
    def where(self) -> Where:
        """Which partition."""
        return self.topic, self.partition

    @property
    def lag(self) -> int:
        """How many records wait."""
        return 0 if self.end is None else max(0, self.end - max(0, self.position))


class Verdict(Struct, frozen=True):
    """What `/readyz` says: `reasons` why it is not ready; `notes` are worth a look and no reason."""

    ready: bool
    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Stalls:
    """How long records have waited in each partition without one being taken."""

    def __init__(self) -> None:
        self._since: dict[Where, tuple[int, float]] = {}

    def waited(self, held: Held, now: float) -> float:
        """For so many seconds; 0 if nothing waits, or not by mistake."""
        position, since = self._since.get(held.where, (-1, now))
        if position != held.position or not held.lag or held.paced or not held.ready:
            since = now
        self._since[held.where] = held.position, since
        return now - since


def judge(
    held: Iterable[Held],
    answered: Mapping[str, float],
    stalled: Mapping[Where, float],
    unsaved: Mapping[int, float],
    *,
    longest: float,
    silent: Mapping[str, float] | None = None,
    stopping: bool = False,
) -> Verdict:
    """The verdict on all partitions. In seconds: `answered`, by part, since the broker answered last
    (infinite before it ever has); `stalled` by partition; `unsaved`, by partition, since it has had
    something that no checkpoint holds; `longest` is a checkpoint's longest interval; `silent` sources.
    A worker that is stopping is not ready.
    """
    held = list(held)
    reasons = ["stopping"] if stopping else [] if answered else ["not started yet"]
    reasons += [
        f"{part}: {_unconnected(since)}" for part, since in answered.items() if since > UNANSWERED
    ]
    for part in answered:
        waiting = [one.partition for one in held if one.part == part and not one.ready]
        if waiting:
            of = sum(one.part == part for one in held)
            reasons.append(f"{part}: {len(waiting)} of {of} partitions are still being restored")
    reasons += [
        f"{_named(one)}: {one.lag} records wait and none has been taken for {wait:.0f} s"
        for one in held
        if (wait := stalled.get(one.where, 0.0)) > STALLED
    ]
    reasons += [
        f"activity/{partition}: the last checkpoint is {age:.0f} s old, expected one each {longest:.0f} s"
        for partition, age in unsaved.items()
        if age > 3 * longest
    ]
    notes = [f"{source}: silent for {since:.0f} s" for source, since in (silent or {}).items()]
    notes += [f"{_named(one)}: waits for the detectors" for one in held if one.paced]
    return Verdict(not reasons, tuple(reasons), tuple(notes))


def _unconnected(since: float) -> str:
    if since == float("inf"):
        return "not in its group yet"
    return f"the broker has not answered for {since:.0f} s"


def _named(held: Held) -> str:
    return f"{held.topic}/{held.partition}"
