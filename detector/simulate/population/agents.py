"""AI agents and their gateways: tasks with a declared scope, leased tokens, tool calls, approvals.

Examples:
    >>> from detector.simulate.options import Options
    >>> world = World(Options(identities=60))
    >>> {agent(world, n).trade for n in range(len(_TRADES))} == set(_TRADES)
    True
"""

from collections.abc import Iterator
from random import Random

from msgspec import Struct

from detector.simulate.actor import Actor
from detector.simulate.clock import HOUR, MINUTE
from detector.simulate.estate import WORDS
from detector.simulate.made_up import letters, uuid
from detector.simulate.records import Event
from detector.simulate.schedules import Schedule, apart, office, steadily
from detector.simulate.tokens import (
    Job,
    Token,
    TokenUser,
    approval,
    ended,
    lease,
    task_event,
    use,
)
from detector.simulate.world import World


class Trade(Struct, frozen=True):
    """What a kind of agent does: its plane, its tools, what it may touch, whether a human agrees."""

    plane: str
    tools: tuple[str, ...]
    writes: tuple[str, ...]
    scope: str
    intents: tuple[str, ...]
    profile: str
    per_day: float
    steps: tuple[int, int]


_TRADES = {
    "researcher": Trade(
        "retrieval", ("docs:search", "docs:fetch", "web:fetch", "docs:fetch"), (),
        "docs/{}/", ("summarise", "compare", "answer"), "background_automation", 22, (6, 22),
    ),
    "coder": Trade(
        "action", ("git:get_file", "git:get_file", "git:search", "git:list_branches"),
        ("git:push", "git:create_pull_request", "git:comment"),
        "repos/{}", ("fix", "refactor", "upgrade"), "human_with_agent", 14, (8, 30),
    ),
    "operator": Trade(
        "action", ("metrics:query", "logs:search", "deploy:status", "kube:get_pods"),
        ("deploy:restart", "deploy:scale"),
        "services/{}/", ("mitigate", "diagnose", "roll out"), "background_automation", 10, (5, 16),
    ),
    "support": Trade(
        "action", ("crm:lookup", "docs:search", "tickets:get"),
        ("tickets:update", "mail:send"),
        "customers/{}/", ("resolve", "triage"), "external_agent", 26, (4, 12),
    ),
    "analyst": Trade(
        "retrieval", ("db:query", "db:list_tables", "db:query", "docs:fetch"), (),
        "warehouse/{}/", ("report", "forecast", "reconcile"), "agent_chain", 12, (5, 25),
    ),
}  # fmt: skip


class Agent(Actor):
    """An agent. Each task: start, a leased token bound to its workload, tool calls, end."""

    in_cloud = False

    def __init__(self, world: World, name: str, trade: str) -> None:
        super().__init__(name, "agent", world.rng(f"agent:{name}"))
        self.world = world
        self.trade = trade
        self.does = _TRADES[trade]
        self.uid = f"agent:{name}"
        self.owner = f"{self.rng.choice(WORDS)}-team"
        self.workload = f"spiffe://{world.estate.company}.example/agents/{name}"
        self.gateway = self.rng.choice(("mcp-gateway", "agent-gateway"))
        self.address = f"10.40.{self.rng.randrange(32)}.{self.rng.randrange(4, 250)}"
        self.client = f"{trade}-agent/1.{self.rng.randrange(9)}"
        self.topics = self.rng.sample(WORDS, 4)
        self.approver = f"user:{self.rng.choice(WORDS)}-lead"

        self.mind = TokenUser(
            self.rng, self.uid, "agent", Token(f"model-{letters(self.rng, 20)}", "token", "static"),
            "llm-gateway", self.address, self.client, workload=self.workload,
            profile=self.does.profile, owner=self.owner,
        )  # fmt: skip

    def labels(self) -> set[str]:
        """An agent of a trade."""
        return {"agent", f"agent:{self.trade}"}

    def begin(self, at: int, *, minutes: int = 30) -> TokenUser:
        """The agent at the start of a task, with a token that only its workload may use."""
        topic = self.rng.choice(self.topics)
        job = Job(
            uid=f"task-{uuid(self.rng)[:13]}",
            intent=f"{self.rng.choice(self.does.intents)} {topic}",
            plane=self.does.plane,
            targets=(self.does.scope.format(topic) + "*",),
            operations=(),
            ends=at + minutes * MINUTE,
        )
        token = Token(
            f"lease-{letters(self.rng, 20)}",
            bound_to=self.workload,
            expires=at + HOUR,
            parent=f"broker-root-{self.owner}",
        )
        chain = (f"user:{self.owner}",) if self.does.profile != "agent_chain" else (
            f"user:{self.owner}", "agent:orchestrator",
        )  # fmt: skip
        return TokenUser(
            self.rng, self.uid, "agent", token, self.gateway, self.address, self.client,
            workload=self.workload, profile=self.does.profile, owner=self.owner, task=job, chain=chain,
        )  # fmt: skip

    def target(self, user: TokenUser) -> str:
        """Something inside the task's scope that this tool would touch."""
        assert user.task is not None  # noqa: S101 - agents act within tasks
        base = user.task.targets[0].removesuffix("*")
        if base.startswith("repos/"):
            return base + f"-{self.rng.choice(('api', 'web', 'jobs'))}"
        return f"{base}{self.rng.choice(('a', 'b', 'c', 'd'))}{self.rng.randrange(40)}"


def work_on_task(actor: Agent, at: int) -> Iterator[Event]:
    """One task from start to end."""
    rng = actor.rng
    user = actor.begin(at)
    assert user.task is not None  # noqa: S101 - begin has just set them
    assert user.token is not None  # noqa: S101
    actor.seen = at
    yield task_event(user, at, user.task)
    yield lease(user, at + 300, user.token)
    at += 1500
    low, high = actor.does.steps
    for _ in range(rng.randint(low, high)):
        op = rng.choice(actor.does.tools)
        failed = rng.random() < 0.02
        yield use(user, at, op, actor.target(user), status="failure" if failed else "success")
        at += apart(rng, 0.8, 14)
        if rng.random() < 0.2:  # it thinks, with a key of its own that belongs to no task
            yield use(actor.mind, at, "llm:complete", "models/general-large")
            at += apart(rng, 1, 9)
    if actor.does.writes and rng.random() < 0.7:
        yield approval(user, at, user.task, actor.approver)
        at += apart(rng, 2, 30)
        for _ in range(rng.randint(1, 3)):
            op = rng.choice(actor.does.writes)
            yield use(user, at, op, actor.target(user))
            at += apart(rng, 1, 8)
    yield task_event(user, at + 500, user.task, over=True)
    yield ended(user, at + 900)


def agent(world: World, number: int) -> Agent:
    """An agent of one of the trades."""
    rng = world.rng(f"make-agent:{number}")
    trade = list(_TRADES)[number % len(_TRADES)]
    made = Agent(world, f"{rng.choice(WORDS)}-{trade}-{number}", trade)
    made.follow(_pace(made, rng, world), work_on_task, "agent_tasks")
    return made


def _pace(made: Agent, rng: Random, world: World) -> Schedule:
    per_day = made.does.per_day * rng.uniform(0.5, 1.2) * world.options.volume
    if made.does.profile in {"human_with_agent", "external_agent"}:
        return office(per_day, rng.choice(world.zones))
    return steadily(per_day)
