"""Somebody who acts: an identity with the routines it follows, and what others may borrow from it.

Examples:
    >>> from detector.simulate.schedules import once
    >>> actor = Actor("a", "demo", Random(1))
    >>> actor.follow(once(5), lambda self, at: iter([(at, {"eventID": "x"}, "")]), mark="m")
    >>> actor.events(0, 10)
    [(5, {'eventID': 'x'}, 'm')]
"""

from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from msgspec import Struct

from detector.simulate.clock import MINUTE
from detector.simulate.records import Caller, Event
from detector.simulate.schedules import Schedule, habitually

Play = Callable[[Any, int], Iterable[Event]]


class Routine(Struct):
    """Something an actor does again and again. `mark` names the look-alike that it shows."""

    schedule: Schedule
    play: Play
    mark: str = ""


class Actor:
    """The base of everybody in the population.

    `kind` is what casting asks for; `caller` is the actor at work at a moment, with a credential
    that is live. `held` is the caller of the latest start, at `seen`: what an attacker takes over.
    `in_cloud` is false for those whom only gateways see; a `newcomer` joins on the way.
    """

    in_cloud = True

    def __init__(self, name: str, kind: str, rng: Random) -> None:
        self.name = name
        self.kind = kind
        self.rng = rng
        self.routines: list[Routine] = []
        self.seen = 0
        self.held: Caller | None = None
        self.issued: list[Event] = []
        self.newcomer = False
        self.extra: list[str] = []  # what releases have added to its routines

    def labels(self) -> set[str]:
        """What casting may ask for: the kind, and the kind with a trade."""
        return {self.kind}

    def rhythm(self, per_day: float) -> Schedule:
        """When this actor does what it does every day, so many times."""
        return habitually(per_day, weekends=True)

    def follow(self, schedule: Schedule, play: Play, mark: str = "") -> None:
        """Add a routine."""
        self.routines.append(Routine(schedule, play, mark))

    def events(self, begin: int, end: int) -> list[Event]:
        """Everything that starts in this slice, in order of the starts; tails may run past it."""
        starts = [
            (at, number)
            for number, routine in enumerate(self.routines)
            for at in routine.schedule(self.rng, begin, end)
        ]
        starts.sort()
        found: list[Event] = []
        for at, number in starts:
            routine = self.routines[number]
            played = list(_marked(routine.play(self, at), routine.mark))
            found += self.issued  # a credential is handed out before it is used
            found += played
            self.issued = []
        return found

    def caller(self, at: int) -> Caller:
        """The actor as a caller of the cloud at a time; issuing events go to `issued`."""
        raise NotImplementedError(f"{self.name}: a {self.kind} does not call the cloud")

    def at_work(self, at: int) -> Caller:
        """The caller at a time, remembered as the latest."""
        self.seen, self.held = at, self.caller(at)
        return self.held

    def live(self, at: int) -> bool:
        """Whether a credential of this actor could be taken over now."""
        return self.seen > 0 and at - self.seen < 45 * MINUTE


def _marked(events: Iterable[Event], mark: str) -> Iterable[Event]:
    if not mark:
        return events
    return [event if event[2] else (event[0], event[1], mark) for event in events]
