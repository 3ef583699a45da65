"""Who works in the other systems, and what a usual day of theirs looks like.

People work by day, from home and from the office, and travel now and then; services work round the
clock from a few addresses; agents call tools. What looks like abuse and is none is among it: refused
sign-ins, a new tool, another network, a burst at the start of a job, a read of what is rarely read.

Examples:
    >>> crowd = cast(Random(1), 40)
    >>> {actor.family for actor in crowd} >= {"okta", "github_audit", "vault_audit", "mcp"}
    True
"""

from collections.abc import Iterator
from random import Random

from detector.simulate.across.deed import Actor, Deed
from detector.simulate.across.roles import PARTS, family_of
from detector.simulate.clock import HOUR, MINUTE

_DAY = 24 * HOUR


def address(rng: Random) -> str:
    """Somewhere in the world, in no private or reserved block."""
    return f"{rng.choice((31, 46, 62, 77, 81, 93, 185))}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"


def token(rng: Random, before: str = "EXAMPLE") -> str:
    """A made-up secret."""
    return f"{before}-{rng.getrandbits(96):024x}"


def key_id(rng: Random) -> str:
    """A made-up access key id."""
    return "AKIA" + "".join(rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))


def cast(rng: Random, actors: int) -> list[Actor]:
    """So many actors, at least two of each part: one for an attack, one for its twin."""
    parts = list(PARTS)
    return [
        _actor(rng, parts[number % len(parts)], number)
        for number in range(max(actors, 2 * len(parts)))
    ]


def _actor(rng: Random, name: str, number: int) -> Actor:
    part, family = PARTS[name], family_of(name)
    human = part.kind == "human"
    short = name if name.endswith("_admin") else name.partition("_")[0]
    uid = key_id(rng) if family == "cloudtrail" else f"{rng.getrandbits(64):016x}"
    return Actor(
        f"{short}{number}" if human else f"{part.kind}-{short}{number}",
        part.kind,
        family,
        address(rng),
        part.tool,
        token(rng),
        "" if human else uid,
        part.work,
        name,
    )


def day_of(actor: Actor, begin: int, rng: Random) -> Iterator[Deed]:
    """One day of an actor's work."""
    if actor.kind == "human":
        yield from _working_day(actor, begin, rng)
    elif actor.kind == "job":
        yield from _night(actor, begin, rng)
    else:
        yield from _round_the_clock(actor, begin, rng)


def _round_the_clock(actor: Actor, begin: int, rng: Random) -> Iterator[Deed]:
    at = begin + int(rng.random() * 20 * MINUTE)
    roams = actor.part in PARTS and PARTS[actor.part].roams
    while at < begin + _DAY:
        where = address(rng) if roams else ""
        for number in range(rng.randint(1, 4)):
            operation, target = rng.choice(actor.work)
            denied = rng.random() < 0.002
            yield Deed(at, actor, operation, target, number=number, denied=denied, where=where)
            at += int(rng.uniform(0.2, 4.0) * 1_000)
        at += int(rng.uniform(8, 40) * MINUTE)


def _night(actor: Actor, begin: int, rng: Random) -> Iterator[Deed]:
    """A job at two in the morning; what scanners find then are examples that open nothing."""
    at = begin + 2 * HOUR + int(rng.random() * 20 * MINUTE)
    for number, (operation, target) in enumerate(actor.work * 3):
        found = {"secret": token(rng)} if len(actor.work) == 1 else {}
        yield Deed(at, actor, operation, target, number=number, more=found)
        at += int(rng.uniform(1, 30) * 1_000)


def _working_day(actor: Actor, begin: int, rng: Random) -> Iterator[Deed]:
    if (begin // _DAY + 4) % 7 >= 5 or rng.random() < 0.05:  # weekends, days off
        return
    where = "" if rng.random() > 0.12 else address(rng)  # a train, a hotel
    tool = "" if rng.random() > 0.03 else "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Safari/604.1"
    at = begin + int(rng.uniform(7.5, 9.5) * HOUR)
    if rng.random() < 0.06:  # a mistyped password
        yield Deed(
            at, actor, actor.work[0][0], actor.work[0][1], denied=True, where=where, tool=tool
        )
        at += MINUTE // 2
    end = begin + int(rng.uniform(16, 18.5) * HOUR)
    number = 0
    while at < end:
        number += 1
        operation, target = rng.choice(actor.work)
        yield Deed(at, actor, operation, target, where=where, tool=tool, number=number)
        at += int(rng.expovariate(1 / (25 * MINUTE))) + 1_000
