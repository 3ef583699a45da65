"""What gateways see: agents past their task, tokens in other hands, assistants led astray.

These records are `token_use`; the scene's caller is not used, the actor's own token user is.
"""

from collections.abc import Iterator

from detector.simulate.clock import HOUR
from detector.simulate.made_up import letters
from detector.simulate.population.agents import Agent, work_on_task
from detector.simulate.population.brokered import Brokered, place_of, session
from detector.simulate.records import Event
from detector.simulate.scenarios.scene import Scenario, Scene
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


def _agent(scene: Scene) -> Agent:
    assert isinstance(scene.actor, Agent)  # noqa: S101 - casting gives agents
    return scene.actor


def _member(scene: Scene) -> Brokered:
    assert isinstance(scene.actor, Brokered)  # noqa: S101 - casting gives gateway users
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


def _steps(scene: Scene, user: TokenUser, count: int, tools: tuple[str, ...] = ()) -> Iterator[Event]:
    agent = _agent(scene)
    for _ in range(count):
        op = scene.any(*(tools or agent.does.tools))
        yield use(user, scene.at, op, agent.target(user, op))
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
        yield use(user, scene.at, op, f"{base}{letters(scene.rng, 6).lower()}/{scene.rng.randrange(90)}")
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
        yield use(user, scene.at, op, agent.target(user, op), status=status)
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
        address=scene.any(scene.world.networks.rented(scene.rng), f"10.60.1.{scene.rng.randrange(4, 250)}"),
    )
    yield from _steps(scene, thief, scene.rng.randint(1, 6))
    yield from _quietly(_close_task(scene, user))


def moves_house(scene: Scene) -> Iterator[Event]:
    """The agent runs on another node today, and gets a token for it there."""
    agent = _agent(scene)
    user = agent.begin(scene.at).but(rng=scene.rng, address=f"10.40.{scene.rng.randrange(32)}.{scene.rng.randrange(4, 250)}")
    yield from _open_task(scene, user)
    yield from _steps(scene, user, 8)
    yield from _close_task(scene, user)


def reader_writes(scene: Scene) -> Iterator[Event]:
    """An agent that only ever looks things up suddenly changes things."""
    agent = _agent(scene)
    user = agent.begin(scene.at).but(rng=scene.rng)
    yield from _quietly(_open_task(scene, user))
    yield from _quietly(_steps(scene, user, scene.rng.randint(3, 8)))
    for op in scene.rng.sample(("tickets:update", "mail:send", "git:push", "db:update", "crm:update"), scene.rng.randint(1, 3)):
        yield use(user, scene.at, op, agent.target(user, op))
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
        yield use(user, scene.at, "http:post", f"https://{letters(scene.rng, 7).lower()}.example.net/in")
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
    other = user.but(uid=f"agent:{name}", name=name, workload=f"spiffe://{company}.example/agents/{name}", chain=())
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
    token = Token(f"lease-{letters(scene.rng, 20)}", bound_to=workload, expires=scene.at + HOUR, parent=_token(user).uid)
    worker = user.but(uid=f"agent:{name}", name=name, workload=workload, token=token, chain=(*user.chain, user.uid))
    yield lease(worker, scene.at, token)
    scene.wait(1, 3)
    yield from _steps(scene, worker, 5)
    yield ended(worker, scene.at)
    yield from _close_task(scene, user)


def _abroad(scene: Scene, user: TokenUser) -> TokenUser:
    client = scene.any("git/2.39", "python-requests/2.31", "curl/8.5", "go-http-client/2.0")
    return user.but(rng=scene.rng, address=scene.world.networks.rented(scene.rng), client=client, workload="")


def clone_spree(scene: Scene) -> Iterator[Event]:
    """A code-host token clones everything it can see."""
    thief = _abroad(scene, _member(scene).user(scene.at))
    yield use(thief, scene.at, "git:list_repositories", "repos/*")
    for _ in range(scene.rng.randint(8, 30)):
        scene.wait(0.5, 6)
        yield use(thief, scene.at, "git:clone", f"repos/{letters(scene.rng, 7).lower()}")


def mirrors(scene: Scene) -> Iterator[Event]:
    """The mirror job clones its own repositories, as every night."""
    user = _member(scene).user(scene.at).but(rng=scene.rng)
    for target in _member(scene).targets:
        yield use(user, scene.at, "git:clone", f"repos/{target}")
        scene.wait(1, 8)


def worm(scene: Scene) -> Iterator[Event]:
    """A worm writes itself into workflows and opens private repositories."""
    thief = _abroad(scene, _member(scene).user(scene.at))
    yield use(thief, scene.at, "git:list_repositories", "repos/*")
    for _ in range(scene.rng.randint(3, 9)):
        repository = f"repos/{letters(scene.rng, 7).lower()}"
        yield use(thief, scene.at, "git:update_workflow", repository)
        scene.wait(1, 6)
        if scene.rng.random() < 0.4:
            yield use(thief, scene.at, "git:set_visibility", repository)
            scene.wait(1, 6)


def bumps_workflows(scene: Scene) -> Iterator[Event]:
    """A bot raises the versions in its repositories' workflows."""
    user = _member(scene).user(scene.at).but(rng=scene.rng)
    for target in _member(scene).targets[:3]:
        yield use(user, scene.at, "git:get_file", f"repos/{target}")
        yield use(user, scene.at + 900, "git:update_workflow", f"repos/{target}")
        scene.wait(3, 20)


def replayed(scene: Scene) -> Iterator[Event]:
    """A sign-on session appears on a second network and device, and makes itself at home."""
    thief = _abroad(scene, _member(scene).user(scene.at)).but(client="Mozilla/5.0 (X11; Linux x86_64) Firefox/118.0")
    for _ in range(scene.rng.randint(1, 4)):
        yield use(thief, scene.at, "idp:open_app", f"apps/{letters(scene.rng, 5).lower()}")
        scene.wait(3, 40)
    yield use(thief, scene.at, scene.any("idp:enroll_factor", "idp:create_api_token"), "apps/self")


def new_phone(scene: Scene) -> Iterator[Event]:
    """Somebody signs in afresh and enrols a phone."""
    member = _member(scene)
    member.until = 0  # signs out and in again
    user = member.user(scene.at).but(rng=scene.rng)
    yield from member.pending
    member.pending = []
    scene.wait(5, 30)
    yield use(user, scene.at, "idp:open_app", place_of(member, "idp:open_app"))
    scene.wait(5, 60)
    yield use(user, scene.at, "idp:enroll_factor", "apps/self")


def cluster_theft(scene: Scene) -> Iterator[Event]:
    """A service account's token off its cluster: what may I do, and who else can I be?"""
    thief = _abroad(scene, _member(scene).user(scene.at)).but(client="kubectl/1.29")
    yield use(thief, scene.at, "kube:self_subject_rules_review", "namespaces/default")
    scene.wait(2, 15)
    yield use(thief, scene.at, "kube:list_secrets", "namespaces/kube-system")
    scene.wait(2, 15)
    yield use(thief, scene.at, "kube:create_token", f"namespaces/kube-system/{letters(scene.rng, 6).lower()}")
    if scene.rng.random() < 0.5:
        scene.wait(2, 15)
        yield use(thief, scene.at, "kube:create_rolebinding", "namespaces/kube-system")


def issues_tokens(scene: Scene) -> Iterator[Event]:
    """A controller issues tokens for its own workloads, as always."""
    member = _member(scene)
    user = member.user(scene.at).but(rng=scene.rng)
    for target in member.targets[:3]:
        yield use(user, scene.at, "kube:create_token", f"namespaces/{target}")
        scene.wait(1, 10)


def lease_stolen(scene: Scene) -> Iterator[Event]:
    """A service's database lease is used from somewhere else, to take everything."""
    thief = _abroad(scene, _member(scene).user(scene.at)).but(client="psql/16")
    yield use(thief, scene.at, "db:list_tables", "warehouse/*")
    for _ in range(scene.rng.randint(2, 6)):
        scene.wait(5, 60)
        yield use(thief, scene.at, "db:export", f"warehouse/{letters(scene.rng, 6).lower()}")


def exports_nightly(scene: Scene) -> Iterator[Event]:
    """A service exports its own tables."""
    member = _member(scene)
    user = member.user(scene.at).but(rng=scene.rng)
    for target in member.targets:
        yield use(user, scene.at, "db:export", f"warehouse/{target}")
        scene.wait(5, 60)


def model_key_stolen(scene: Scene) -> Iterator[Event]:
    """An assistant's model key runs somebody else's business."""
    thief = _abroad(scene, _member(scene).user(scene.at))
    yield use(thief, scene.at, "llm:list_models", "models/*")
    for _ in range(scene.rng.randint(30, 90)):
        scene.wait(0.3, 3)
        yield use(thief, scene.at, "llm:complete", scene.any("models/general-large", "models/reasoning"))


def busy_day(scene: Scene) -> Iterator[Event]:
    """A long afternoon with the assistant."""
    for _ in range(4):
        yield from session(_member(scene), scene.at)
        scene.wait(60, 400)


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
    Scenario(
        "clone_spree", "A code-host token clones everything", "the third unfamiliar repository",
        ("gittoken",), clone_spree, ("gittoken",), mirrors,
    ),
    Scenario(
        "workflow_worm", "A worm in the workflows", "the first workflow write",
        ("gittoken",), worm, ("gittoken",), bumps_workflows,
    ),
    Scenario(
        "session_replay", "A sign-on session on a second device", "the second network and device",
        ("signon",), replayed, ("signon",), new_phone, per_day=1.0,
    ),
    Scenario(
        "cluster_token_theft", "A service account's token off its cluster", "the first use off the cluster",
        ("kubetoken",), cluster_theft, ("kubetoken",), issues_tokens,
    ),
    Scenario(
        "lease_stolen", "A service's lease in other hands", "the first use from the other context",
        ("leaseholder",), lease_stolen, ("leaseholder",), exports_nightly,
    ),
    Scenario(
        "model_key_stolen", "An assistant's model key in other hands", "the first use from the other network",
        ("copilot",), model_key_stolen, ("copilot",), busy_day, per_day=2.0,
    ),
)  # fmt: skip
