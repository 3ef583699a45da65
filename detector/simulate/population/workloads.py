"""Machines that act under a role: one or many lanes (instances, pods, containers), each with its
own short-lived credential that is renewed the way its platform renews it.

Examples:
    >>> from detector.simulate.options import Options
    >>> world = World(Options(identities=60))
    >>> account = world.estate.accounts[1]
    >>> job = Workload(world, "job", "ecs", Role(account, "job"), nat(account))
    >>> job.at_work(world.options.start).account is account
    True
"""

from collections.abc import Callable, Iterator
from random import Random

from detector.simulate.actor import Actor, Play
from detector.simulate.clock import HOUR
from detector.simulate.estate import Account, Holdings
from detector.simulate.lines import steps
from detector.simulate.networks import private
from detector.simulate.records import Caller, Event, Record
from detector.simulate.sessions import Role, by_service, role_identity
from detector.simulate.tools import boto3
from detector.simulate.world import World

Egress = Callable[[Random], tuple[str, str]]
"""Draws where a lane's calls come from: (address, VPC endpoint id or nothing)."""
Issuer = Callable[["Workload", Caller, int], Event]


def nat(account: Account, region: str = "") -> Egress:
    """Through the account's gateways: one of a few public addresses."""
    return lambda rng: (rng.choice(account.egress[region or account.region]), "")


def endpoint(account: Account, region: str = "") -> Egress:
    """Through the VPC endpoints: a private address and the endpoint's id."""
    return lambda rng: (private(rng), account.endpoints[region or account.region][0])


def mixed(account: Account, region: str = "") -> Egress:
    """Some services through endpoints, the others through the gateway."""
    through, around = endpoint(account, region), nat(account, region)
    return lambda rng: through(rng) if rng.random() < 0.55 else around(rng)


def provider(account: Account, region: str = "") -> Egress:
    """From the provider's own range, another address for every container."""
    networks = account.networks
    return lambda rng: (networks.provider(rng, region or account.region), "")


def issued_by(service: str) -> Issuer:
    """The service assumes the role and hands the session to its machine."""
    return lambda work, caller, at: by_service(
        caller.rng, work.role, caller.identity, service, at, caller.region
    )


class Lane:
    """One machine of a workload, with the credential it holds."""

    __slots__ = ("born", "caller", "ends", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.caller: Caller | None = None
        self.ends = 0
        self.born = 0


class Workload(Actor):
    """An actor that is one or many machines under one role.

    `churn` replaces a lane by a new machine when its credential runs out; `sticky` keeps its
    address while the credential lives, as a container does.
    """

    def __init__(
        self,
        world: World,
        name: str,
        kind: str,
        role: Role,
        egress: Egress,
        *,
        issuer: Issuer | None = None,
        lanes: int = 1,
        naming: Callable[[Random], str] | None = None,
        agent: str = "",
        region: str = "",
        holdings: Holdings | None = None,
        churn: bool = False,
        sticky: bool = True,
        context: Record | None = None,
    ) -> None:
        super().__init__(name, kind, world.rng(f"{kind}:{name}"))
        self.world = world
        self.role = role
        self.egress = egress
        self.issuer = issuer
        self.naming = naming or (lambda _: name)
        self.lanes = [Lane(self.naming(self.rng)) for _ in range(lanes)]
        self.agent = agent or boto3(self.rng)
        self.region = region or role.account.region
        self.holdings = holdings or role.account.everything.share(self.rng)
        self.churn = churn
        self.sticky = sticky
        self.context = context or {}

    def caller(self, at: int) -> Caller:
        """One of the machines, with a live credential."""
        lane = self.lanes[int(self.rng.random() * len(self.lanes))]
        if lane.caller is None or at >= lane.ends:
            self._renew(lane, at)
        assert lane.caller is not None  # noqa: S101 - _renew has just set it
        if not self.sticky:
            address, through = self.egress(self.rng)
            return lane.caller.but(address=address, endpoint=through)
        return lane.caller

    def _renew(self, lane: Lane, at: int) -> None:
        if self.churn and lane.caller is not None:
            lane.name = self.naming(self.rng)
        address, through = self.egress(self.rng)
        identity = self.identity(lane.name, at)
        lane.caller = Caller(
            self.rng, identity, self.role.account, address, self.agent, self.region,
            endpoint=through, holdings=self.holdings,
        )  # fmt: skip
        # SDKs renew some minutes early; a burst that has begun may go on with the old one.
        lane.ends = at + self.role.lifetime - min(self.role.lifetime // 5, HOUR // 4)
        if self.issuer is not None:
            self.issued.append(self.issuer(self, lane.caller, at))

    def identity(self, session: str, at: int) -> Record:
        """A fresh session for a machine."""
        return role_identity(self.rng, self.role, session, at, **self.context)


def works(*lines: str, low: float = 0.05, high: float = 0.8) -> Play:
    """A routine of a machine: one of these lines of operations, at machine speed."""

    def play(actor: Actor, at: int) -> Iterator[Event]:
        caller = actor.at_work(at)
        rng = actor.rng
        new = actor.extra and rng.random() < 0.25
        yield from steps(caller, at + 1000, rng.choice(actor.extra if new else lines), low, high)

    return play


def epoch_named(prefix: str) -> Callable[[Random], str]:
    """Session names that end in a number nobody will see again."""
    return lambda rng: f"{prefix}{1_700_000_000 + rng.getrandbits(27)}"
