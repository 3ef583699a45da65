"""One play of a scenario: somebody's credential in somebody's hands, call after call.

A scene has its own randomness and its own clock (`at`); a builder yields what `do` returns. The
same moves serve the attack and its twin: they differ in who acts, from where, on what, and in
whether it has been done a hundred times before.

Examples:
    >>> from detector.simulate.options import Options
    >>> from detector.simulate.population.static_users import key_user
    >>> world = World(Options(identities=60))
    >>> scene = own(world, key_user(world, 0), Random(1), world.options.start)
    >>> scene.do("sts:GetCallerIdentity")[1]["eventName"]
    'GetCallerIdentity'
"""

from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Any

from msgspec import Struct

from detector.simulate.actor import Actor
from detector.simulate.estate import Account, Holdings
from detector.simulate.made_up import account_id, resource_id
from detector.simulate.networks import private
from detector.simulate.records import DRAWN, Caller, Event, Record, call, denied
from detector.simulate.schedules import apart
from detector.simulate.sessions import Role, assume
from detector.simulate.tools import boto3, browser, command_line, go
from detector.simulate.world import World

Pace = tuple[float, float]
TOOL: Pace = (0.1, 0.9)
SCRIPT: Pace = (1.0, 6.0)
HUMAN: Pace = (10.0, 75.0)


class Scene:
    """Who acts where, with what tool, how fast, and what is refused to them."""

    def __init__(
        self, world: World, actor: Actor, rng: Random, at: int, caller: Caller, pace: Pace
    ) -> None:
        self.world = world
        self.actor = actor
        self.rng = rng
        self.at = at
        self.caller = caller
        self.pace = pace
        self.refusal = 0.0
        self.start = at
        self.stranger = account_id(rng)  # an account outside the organisation

    @property
    def account(self) -> Account:
        """The account that the caller is in."""
        return self.caller.account

    @property
    def things(self) -> Holdings:
        """What the caller can name."""
        return self.caller.holdings

    def do(self, op: str, params: Record | None = DRAWN, **more: Any) -> Event:
        """One call now; then the clock goes on by the scene's pace."""
        if self.refusal and self.rng.random() < self.refusal and "error" not in more:
            event = denied(self.caller, self.at, op, params)
        else:
            event = call(self.caller, self.at, op, params, **more)
        self.at += apart(self.rng, *self.pace)
        return event

    def refused(self, op: str, params: Record | None = DRAWN) -> Event:
        """One call now that is denied."""
        event = denied(self.caller, self.at, op, params)
        self.at += apart(self.rng, *self.pace)
        return event

    def some(self, ops: str, least: int, most: int) -> Iterator[Event]:
        """Some of these operations, in any order."""
        words = ops.split()
        for op in self.rng.sample(words, min(len(words), self.rng.randint(least, most))):
            yield self.do(op)

    def line(self, ops: str) -> Iterator[Event]:
        """These operations in this order."""
        for op in ops.split():
            yield self.do(op)

    def wait(self, low: float, high: float) -> None:
        """Let some seconds pass."""
        self.at += apart(self.rng, low, high)

    def take(self, role: Role, session: str) -> Iterator[Event]:
        """Assume a role and go on as that session."""
        events, self.caller = assume(self.caller, role, session, self.at)
        self.at += apart(self.rng, 1, 5)
        yield from events

    def elsewhere(self, **changes: Any) -> None:
        """Go on from somewhere else, with something else."""
        self.caller = self.caller.but(**changes)

    def tool(self) -> str:
        """A tool of the families that everybody uses."""
        return self.rng.choice((boto3, boto3, command_line, go))(self.rng)

    def any(self, *items: Any) -> Any:
        """One of these."""
        return self.rng.choice(items)


Builder = Callable[[Scene], Iterable[Event]]


class Scenario(Struct, frozen=True):
    """An attack and its twin.

    `decisive` is the earliest decisive event. `victims` and `hosts` are labels of actors who can
    play the attack's victim and the twin; `entries` are ways in (see `ENTRIES`); `per_day` is how
    often the twin's host does this; `early` attackers are there before anything was learned; a twin
    `by_itself` plays one of its host's own routines, which finds its credential itself.
    """

    name: str
    title: str
    decisive: str
    victims: tuple[str, ...]
    attack: Builder
    hosts: tuple[str, ...]
    twin: Builder
    entries: tuple[str, ...] = ("abroad", "abroad", "cloud")
    per_day: float = 3.0
    early: bool = False
    by_itself: bool = False


def _abroad(scene: Scene) -> None:
    """From a rented machine or a commercial VPN, or through somebody's home."""
    networks = scene.world.networks
    address = networks.rented(scene.rng) if scene.rng.random() < 0.7 else networks.home(scene.rng)
    scene.elsewhere(address=address, endpoint="", agent=scene.tool(), console=False)


def _same_tool(scene: Scene) -> None:
    """From elsewhere, with the victim's own kind of tool."""
    agent = scene.caller.agent
    _abroad(scene)
    scene.elsewhere(agent=agent)


def _cloud(scene: Scene) -> None:
    """From an instance of the attacker's own, inside the provider."""
    region = scene.any("us-east-1", "us-west-2", "eu-west-1", "ap-southeast-1")
    address = scene.world.networks.provider(scene.rng, region)
    scene.elsewhere(address=address, endpoint="", agent=scene.tool(), console=False)


def _host(scene: Scene) -> None:
    """From the victim's own machine and network, with the victim's own tool."""


def _host_tool(scene: Scene) -> None:
    """From the victim's own machine and network, with another tool."""
    scene.elsewhere(agent=scene.tool(), console=False)


def _web(scene: Scene) -> None:
    """From elsewhere, in a browser."""
    _abroad(scene)
    scene.elsewhere(agent=browser(scene.rng))


def _foreign_endpoint(scene: Scene) -> None:
    """From inside the provider, through an endpoint of a network that is not ours."""
    scene.elsewhere(
        address=private(scene.rng), endpoint=resource_id(scene.rng, "vpce"), agent=scene.tool()
    )


ENTRIES: dict[str, Callable[[Scene], None]] = {
    "abroad": _abroad,
    "same tool": _same_tool,
    "cloud": _cloud,
    "host": _host,
    "host tool": _host_tool,
    "web": _web,
    "foreign endpoint": _foreign_endpoint,
}


def bare(world: World, actor: Actor, rng: Random, at: int) -> Scene:
    """A scene for those who need no caller: gateways, and routines that find it themselves."""
    nobody = Caller(rng, {}, world.estate.accounts[0], "", "", "")
    return Scene(world, actor, rng, at, nobody, rng.choice((TOOL, SCRIPT)))


def intruder(world: World, actor: Actor, rng: Random, at: int, entry: str) -> Scene:
    """A scene in which an attacker has the actor's latest credential, and sees the whole account."""
    if not actor.in_cloud:
        return bare(world, actor, rng, at)
    caller = actor.held or actor.at_work(at)
    caller = caller.but(rng=rng, holdings=caller.account.seen_by(rng))
    paces: tuple[Pace, ...] = (TOOL, TOOL, SCRIPT, SCRIPT)
    if actor.kind in {"key", "person"}:  # other credentials run out before a patient human is done
        paces = (*paces, HUMAN)
    scene = Scene(world, actor, rng, at, caller, rng.choice(paces))
    scene.refusal = rng.choice((0.0, 0.0, 0.15, 0.35))
    ENTRIES[entry](scene)
    return scene


def own(world: World, actor: Actor, rng: Random, at: int, things: Holdings | None = None) -> Scene:
    """A scene in which the actor does it, as always: own credential, own place, own things."""
    caller = actor.at_work(at).but(rng=rng)
    if things is not None and things.account is caller.account:
        caller = caller.but(holdings=things)
    return Scene(world, actor, rng, at + 2000, caller, rng.choice((SCRIPT, SCRIPT, (3.0, 20.0))))
