"""Everybody else whom gateways see: service accounts with leases, people with an assistant,
code-host and cluster tokens, single sign-on sessions.

Examples:
    >>> from detector.simulate.options import Options
    >>> world = World(Options(identities=60))
    >>> [brokered(world, n).kind for n in range(5)]
    ['leaseholder', 'copilot', 'gittoken', 'kubetoken', 'signon']
"""

from collections.abc import Iterator
from random import Random

from detector.simulate.actor import Actor
from detector.simulate.clock import DAY, HOUR, MINUTE, day_of
from detector.simulate.estate import WORDS
from detector.simulate.made_up import letters
from detector.simulate.population.people import Whereabouts
from detector.simulate.records import Event
from detector.simulate.schedules import Schedule, apart, habitually, office, steadily
from detector.simulate.tokens import Token, TokenUser, ended, lease, use
from detector.simulate.world import World

_LINES = {
    "leaseholder": ("db:query", "db:query", "db:list_tables", "vault:read"),
    "copilot": ("llm:complete", "llm:complete", "llm:embed"),
    "gittoken": ("git:get_file", "git:list_branches", "git:clone", "git:comment"),
    "kubetoken": ("kube:get_pods", "kube:list_deployments", "kube:watch_events"),
    "signon": ("idp:open_app", "idp:open_app", "idp:get_profile"),
}
_KINDS = tuple(_LINES)
_TYPES = {
    "copilot": "human",
    "signon": "human",
    "leaseholder": "service",
    "gittoken": "service",
    "kubetoken": "workload",
}
_GATEWAYS = {
    "leaseholder": "credential-broker",
    "copilot": "llm-gateway",
    "gittoken": "git-gateway",
    "kubetoken": "cluster-gateway",
    "signon": "identity-gateway",
}
_CLIENTS = {
    "leaseholder": "jdbc/42.7",
    "copilot": "editor-plugin/1.9",
    "gittoken": "git/2.44",
    "kubetoken": "client-go/0.30",
    "signon": "Mozilla/5.0 (Macintosh) Chrome/125.0.0.0",
}


class Brokered(Actor):
    """Somebody behind a gateway, with a long-lived token or one lease after the other."""

    in_cloud = False

    def __init__(self, world: World, name: str, kind: str) -> None:
        super().__init__(name, kind, world.rng(f"{kind}:{name}"))
        self.world = world
        human = _TYPES[kind] == "human"
        self.uid = f"user:{name}" if human else f"svc:{name}"
        self.whereabouts = Whereabouts(world, self.rng) if human else None
        self.address = f"10.50.{self.rng.randrange(32)}.{self.rng.randrange(4, 250)}"
        self.workload = "" if human else f"spiffe://{world.estate.company}.example/apps/{name}"
        self.targets = [f"{self.rng.choice(WORDS)}-{n}" for n in range(4)]
        self.latest: TokenUser | None = None
        self.until = 0
        self.pending: list[Event] = []

    def rhythm(self, per_day: float) -> Schedule:
        """People on working days, services on all."""
        return habitually(per_day, 1, weekends=self.whereabouts is None)

    def user(self, at: int) -> TokenUser:
        """Who uses what now; a lease is renewed when it has run out."""
        if self.latest is None or at >= self.until:
            self._renew(at)
        assert self.latest is not None  # noqa: S101 - _renew has just set it
        self.seen = at
        if self.whereabouts is None:
            return self.latest
        return self.latest.but(address=self.whereabouts.today(day_of(at, 1)))

    def _renew(self, at: int) -> None:
        leased = self.kind in {"leaseholder", "signon"}
        life = {"leaseholder": 4 * HOUR, "signon": 12 * HOUR}.get(self.kind, 400 * DAY)
        if self.latest is not None and leased:
            # Requests that have begun go on with the old lease for a while.
            self.pending.append(ended(self.latest, at + 10 * MINUTE, "expired"))
        token = Token(
            f"{self.kind[:3]}-{letters(self.rng, 22)}",
            kind={"signon": "session"}.get(self.kind, "token"),
            lifetime="ephemeral" if leased else "static",
            bound_to=self.workload if self.kind in {"kubetoken", "leaseholder"} else "",
            expires=at + life + 15 * MINUTE if leased else 0,
        )
        self.latest = TokenUser(
            self.rng, self.uid, _TYPES[self.kind], token, _GATEWAYS[self.kind], self.address,
            _CLIENTS[self.kind], workload=self.workload,
        )  # fmt: skip
        self.until = at + life
        if leased:
            self.pending.append(lease(self.latest, at, token))

    def drained(self) -> list[Event]:
        """What the broker reported meanwhile: leases and their ends."""
        events, self.pending = self.pending, []
        return events

    def live(self, at: int) -> bool:
        """A token that has been used lately, or one that lives long."""
        return self.latest is not None and at < self.until


def session(actor: Brokered, at: int) -> Iterator[Event]:
    """A few requests in a row."""
    user = actor.user(at)
    yield from actor.drained()
    for _ in range(actor.rng.randint(2, 10)):
        at += apart(actor.rng, 0.5, 20)
        op = actor.rng.choice(_LINES[actor.kind])
        yield use(user, at, op, place_of(actor, op))


def place_of(actor: Brokered, op: str) -> str:
    """What a request is about: one of the few things this caller usually touches."""
    if op.startswith("llm:"):
        return "models/general-small"
    kind = {"db": "warehouse", "git": "repos", "kube": "namespaces", "vault": "secrets"}.get(
        op.partition(":")[0], "apps"
    )
    return f"{kind}/{actor.rng.choice(actor.targets)}"


def brokered(world: World, number: int) -> Brokered:
    """One of the kinds, in turn."""
    rng = world.rng(f"make-brokered:{number}")
    kind = _KINDS[number % len(_KINDS)]
    made = Brokered(world, _named(rng, kind, number), kind)
    per_day = rng.uniform(10, 30) * world.options.volume
    human = _TYPES[kind] == "human"
    made.follow(
        office(per_day, rng.choice(world.zones)) if human else steadily(per_day),
        session,
        "token_gateways",
    )
    return made


def _named(rng: Random, kind: str, number: int) -> str:
    return (
        f"{rng.choice(WORDS)}-{ {'copilot': 'dev', 'signon': 'member'}.get(kind, 'app') }-{number}"
    )
