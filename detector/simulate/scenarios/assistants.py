"""What agent gateways see: agents past their task, tokens in other hands, assistants led astray.

These records are `token_use`; the scene's caller is not used, the agent's own token user is.

Examples:
    >>> [scenario.name for scenario in SCENARIOS][:2]
    ['agent_outside_task', 'used_after_task_end']
"""

from collections.abc import Iterator

from detector.simulate.clock import HOUR
from detector.simulate.made_up import letters
from detector.simulate.population.agents import Agent, work_on_task
from detector.simulate.records import Event
from detector.simulate.scenarios.scene import Scenario, Scene
from detector.simulate.tokens import (
    Token,
    TokenUser,
    approval,
    ended,
    lease,
    task_event,
    use,
)


def _agent(scene: Scene) -> Agent:
    assert isinstance(scene.actor, Agent)  # noqa: S101 - casting gives agents
    return scene.actor


def _token(user: TokenUser) -> Token:
    assert user.token is not None  # noqa: S101 - whoever acts holds one
    return user.token


def _open_task(scene: Scene, user: TokenUser) -> Iterator[Event]:
    assert user.task is not None  # noqa: S101 - agents act within tasks
    yield task_event(user, scene.at, user.task)
    yield lease(user, scene.at + 300, _token(user))
    scene.at += 1500


def _close_task(scene: Scene, user: TokenUser) -> Iterator[Event]:
    assert user.task is not None  # noqa: S101 - agents act within tasks
    yield task_event(user, scene.at + 500, user.task, over=True)
    yield ended(user, scene.at + 900)


def _steps(
    scene: Scene, user: TokenUser, count: int, tools: tuple[str, ...] = ()
) -> Iterator[Event]:
    agent = _agent(scene)
    for _ in range(count):
        op = scene.any(*(tools or agent.does.tools))
        yield use(user, scene.at, op, agent.target(user))
        scene.wait(1, 12)


def _quietly(events: Iterator[Event]) -> Iterator[Event]:
    """The benign part of an incident, such as the task around it."""
    return ((at, record, "-") for at, record, _ in events)


def outside_task(scene: Scene) -> Iterator[Event]:
    """An agent reaches for what its task does not cover."""
    agent = _agent(scene)
    user = agent.begin(scene.at).but(rng=scene.rng)
    yield from _quietly(_open_task(scene, user))
    yield from _quietly(_steps(scene, user, scene.rng.randint(2, 6)))
    base = agent.does.scope.partition("{")[0]
    for _ in range(scene.rng.randint(2, 6)):
        op = scene.any(*agent.does.tools[:3])
        yield use(
            user, scene.at, op, f"{base}{letters(scene.rng, 6).lower()}/{scene.rng.randrange(90)}"
        )
        scene.wait(1, 10)
    yield from _quietly(_close_task(scene, user))


def wide_task(scene: Scene) -> Iterator[Event]:
    """A long task with many steps, all inside what was declared."""
    agent = _agent(scene)
    user = agent.begin(scene.at, minutes=50).but(rng=scene.rng)
    yield from _open_task(scene, user)
    yield from _steps(scene, user, 30)
    yield from _close_task(scene, user)


def after_the_end(scene: Scene) -> Iterator[Event]:
    """The task is over and its token given back, but somebody still tries it."""
    agent = _agent(scene)
    user = agent.begin(scene.at).but(rng=scene.rng)
    yield from _quietly(_open_task(scene, user))
    yield from _quietly(_steps(scene, user, scene.rng.randint(3, 8)))
    yield from _quietly(_close_task(scene, user))
    scene.wait(120, 2400)
    if scene.rng.random() < 0.5:
        user = user.but(address=scene.world.networks.rented(scene.rng))
    status = scene.any("success", "success", "denied")
    for _ in range(scene.rng.randint(1, 5)):
        op = scene.any(*agent.does.tools)
        yield use(user, scene.at, op, agent.target(user), status=status)
        scene.wait(1, 20)


def just_in_time(scene: Scene) -> Iterator[Event]:
    """An ordinary task, with its last call seconds before its end."""
    yield from work_on_task(_agent(scene), scene.at)


def other_workload(scene: Scene) -> Iterator[Event]:
    """A token that is bound to one workload turns up in another."""
    agent = _agent(scene)
    user = agent.begin(scene.at).but(rng=scene.rng)
    yield from _quietly(_open_task(scene, user))
    yield from _quietly(_steps(scene, user, 4))
    company = scene.world.estate.company
    thief = user.but(
        workload=f"spiffe://{company}.example/agents/{letters(scene.rng, 6).lower()}",
        address=scene.any(
            scene.world.networks.rented(scene.rng), f"10.60.1.{scene.rng.randrange(4, 250)}"
        ),
    )
    yield from _steps(scene, thief, scene.rng.randint(1, 6))
    yield from _quietly(_close_task(scene, user))


def moves_house(scene: Scene) -> Iterator[Event]:
    """The agent runs on another node today, and gets a token for it there."""
    agent = _agent(scene)
    user = agent.begin(scene.at).but(
        rng=scene.rng, address=f"10.40.{scene.rng.randrange(32)}.{scene.rng.randrange(4, 250)}"
    )
    yield from _open_task(scene, user)
    yield from _steps(scene, user, 8)
    yield from _close_task(scene, user)


def reader_writes(scene: Scene) -> Iterator[Event]:
    """An agent that only ever looks things up suddenly changes things."""
    agent = _agent(scene)
    user = agent.begin(scene.at).but(rng=scene.rng)
    yield from _quietly(_open_task(scene, user))
    yield from _quietly(_steps(scene, user, scene.rng.randint(3, 8)))
    for op in scene.rng.sample(
        ("tickets:update", "mail:send", "git:push", "db:update", "crm:update"),
        scene.rng.randint(1, 3),
    ):
        yield use(user, scene.at, op, agent.target(user))
        scene.wait(1, 10)
    yield from _quietly(_close_task(scene, user))


def writer_writes(scene: Scene) -> Iterator[Event]:
    """An agent whose job it is changes things, with approval, inside its task."""
    agent = _agent(scene)
    user = agent.begin(scene.at).but(rng=scene.rng)
    assert user.task is not None  # noqa: S101 - begin has just set it
    yield from _open_task(scene, user)
    yield from _steps(scene, user, 6)
    yield approval(user, scene.at, user.task, agent.approver)
    scene.wait(5, 30)
    yield from _steps(scene, user, 3, agent.does.writes)
    yield from _close_task(scene, user)


def poisoned(scene: Scene) -> Iterator[Event]:
    """A web page tells the agent what to do: read a secret, and send it away."""
    agent = _agent(scene)
    user = agent.begin(scene.at).but(rng=scene.rng)
    yield from _quietly(_open_task(scene, user))
    yield from _quietly(_steps(scene, user, 3))
    page = f"https://{letters(scene.rng, 7).lower()}.example.net/post"
    yield use(user, scene.at, "web:fetch", page)
    scene.wait(2, 15)
    yield use(user, scene.at, "vault:read", f"secrets/{letters(scene.rng, 5).lower()}")
    scene.wait(2, 10)
    if scene.rng.random() < 0.7:
        yield use(
            user, scene.at, "http:post", f"https://{letters(scene.rng, 7).lower()}.example.net/in"
        )
    else:
        yield use(user, scene.at, "mail:send", f"{letters(scene.rng, 6).lower()}@example.net")
    yield from _quietly(_close_task(scene, user))


def deputy(scene: Scene) -> Iterator[Event]:
    """One agent acts with a token that was leased to another."""
    agent = _agent(scene)
    user = agent.begin(scene.at).but(rng=scene.rng)
    yield from _quietly(_open_task(scene, user))
    yield from _quietly(_steps(scene, user, 3))
    name = f"{letters(scene.rng, 6).lower()}-assistant"
    company = scene.world.estate.company
    other = user.but(
        uid=f"agent:{name}",
        name=name,
        workload=f"spiffe://{company}.example/agents/{name}",
        chain=(),
    )
    yield from _steps(scene, other, scene.rng.randint(2, 5))
    yield from _quietly(_close_task(scene, user))


def delegates(scene: Scene) -> Iterator[Event]:
    """One agent hands part of its task to another, with a token of its own for it."""
    agent = _agent(scene)
    user = agent.begin(scene.at).but(rng=scene.rng)
    yield from _open_task(scene, user)
    yield from _steps(scene, user, 3)
    name = f"{agent.name}-worker"
    workload = f"{agent.workload}-worker"
    token = Token(
        f"lease-{letters(scene.rng, 20)}",
        bound_to=workload,
        expires=scene.at + HOUR,
        parent=_token(user).uid,
    )
    worker = user.but(
        uid=f"agent:{name}",
        name=name,
        workload=workload,
        token=token,
        chain=(*user.chain, user.uid),
    )
    yield lease(worker, scene.at, token)
    scene.wait(1, 3)
    yield from _steps(scene, worker, 5)
    yield ended(worker, scene.at)
    yield from _close_task(scene, user)


_ANY_AGENT = ("agent",)
SCENARIOS = (
    Scenario(
        "agent_outside_task", "An agent outside its task", "the first target outside the scope",
        _ANY_AGENT, outside_task, _ANY_AGENT, wide_task,
    ),
    Scenario(
        "used_after_task_end", "A token used after its task ended", "the first use after the end",
        _ANY_AGENT, after_the_end, _ANY_AGENT, just_in_time,
    ),
    Scenario(
        "bound_token_elsewhere", "A bound token in another workload", "the first use by the other workload",
        _ANY_AGENT, other_workload, _ANY_AGENT, moves_house,
    ),
    Scenario(
        "reader_writes", "A retrieval agent suddenly writes", "the first write",
        ("agent:researcher", "agent:analyst"), reader_writes,
        ("agent:coder", "agent:operator", "agent:support"), writer_writes,
    ),
    Scenario(
        "poisoned_retrieval", "A web page steers an agent to a secret", "the first plane crossing after untrusted input",
        ("agent:researcher", "agent:support"), poisoned, ("agent:support", "agent:coder"), writer_writes,
    ),
    Scenario(
        "confused_deputy", "An agent acts with another's token", "caller and token subject differ",
        _ANY_AGENT, deputy, _ANY_AGENT, delegates,
    ),
)  # fmt: skip
