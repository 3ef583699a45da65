"""What stories are written in: who takes part, the lines they consist of, and acts as data.

Examples:
    >>> from detector.simulate.across.deed import Actor
    >>> ada = Actor("ada", "human", "okta", "192.0.2.1", "Mozilla/5.0")
    >>> scene = Scene({"person": ada}, "203.0.113.9", Random(1))
    >>> told = story(Act("person", "user.session.start"), Act("person", "sso", away=True, decides=1))
    >>> [(line.deed.address, line.deciding) for line in told(scene, 0)]
    [('192.0.2.1', False), ('203.0.113.9', True)]
"""

from collections.abc import Callable, Iterator
from itertools import count
from random import Random
from typing import NamedTuple

from msgspec import Struct

from detector.simulate.across.deed import Actor, Deed, Record
from detector.simulate.clock import SECOND


class Scene(NamedTuple):
    """Who takes part: one actor a part, and where the thief sits, or whoever is on the road."""

    cast: dict[str, Actor]
    thief: str
    rng: Random


class Line(NamedTuple):
    """A deed of a story; `deciding` is the one from which it could be known, `before` what was still
    as it should be. With it the secret of `ends` comes to its end: its owner goes on with a new one."""

    deed: Deed
    deciding: bool = False
    before: bool = False
    ends: Actor | None = None


Story = Callable[[Scene, int], Iterator[Line]]
Pair = tuple[Story, Story]


class Act(Struct, frozen=True):
    """What an actor does `after` so many seconds, so many `times`: `{}` in a target is which. The
    one of that number `decides`; `away` is from elsewhere; `before` was still as it should be."""

    part: str
    operation: str
    target: str = ""
    after: int = 2
    times: int = 1
    decides: int = 0
    away: bool = False
    tool: str = ""
    denied: bool = False
    before: bool = False
    more: Record = {}


def story(*acts: Act) -> Story:
    """The story that consists of these acts, one after the other."""

    def told(scene: Scene, at: int) -> Iterator[Line]:
        number = count()
        for act in acts:
            for time in range(1, act.times + 1):
                at += act.after * SECOND
                deed = _deed(scene, act, at, next(number), time)
                yield Line(deed, deciding=time == act.decides, before=act.before)

    return told


def _deed(scene: Scene, act: Act, at: int, number: int, time: int) -> Deed:
    return Deed(
        at,
        scene.cast[act.part],
        act.operation,
        act.target.replace("{}", str(time)),
        denied=act.denied,
        where=scene.thief if act.away else "",
        tool=act.tool,
        more=act.more,
        number=number,
    )


def scanner(secret: str, at: int) -> Deed:
    """A scanner finds a secret in a CI log."""
    return Deed(
        at, Actor("scanner", "service", "gitleaks", "", ""), "found", more={"secret": secret}
    )
