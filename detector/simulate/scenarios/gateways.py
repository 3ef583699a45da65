"""What other gateways see: code-host, cluster and model tokens, leases and sessions in other hands.

These records are `token_use`; the scene's caller is not used, the member's own token user is.

Examples:
    >>> [scenario.name for scenario in SCENARIOS][:2]
    ['clone_spree', 'workflow_worm']
"""

from collections.abc import Iterator

from detector.simulate.made_up import letters
from detector.simulate.population.brokered import Brokered, place_of, session
from detector.simulate.records import Event
from detector.simulate.scenarios.scene import Scenario, Scene
from detector.simulate.tokens import TokenUser, use


def _member(scene: Scene) -> Brokered:
    assert isinstance(scene.actor, Brokered)  # noqa: S101 - casting gives gateway users
    return scene.actor


def _stolen(scene: Scene) -> TokenUser:
    """The member's token in other hands, elsewhere."""
    member = _member(scene)
    user = member.latest or member.user(scene.at)
    client = scene.any("git/2.39", "python-requests/2.31", "curl/8.5", "go-http-client/2.0")
    return user.but(
        rng=scene.rng, address=scene.world.networks.rented(scene.rng), client=client, workload=""
    )


def clone_spree(scene: Scene) -> Iterator[Event]:
    """A code-host token clones everything it can see."""
    thief = _stolen(scene)
    yield use(thief, scene.at, "git:list_repositories", "repos/*")
    for _ in range(scene.rng.randint(8, 30)):
        scene.wait(0.5, 6)
        yield use(thief, scene.at, "git:clone", f"repos/{letters(scene.rng, 7).lower()}")


def mirrors(scene: Scene) -> Iterator[Event]:
    """The mirror job clones its own repositories, as every night."""
    user = _member(scene).user(scene.at).but(rng=scene.rng)
    yield from _member(scene).drained()
    for target in _member(scene).targets:
        yield use(user, scene.at, "git:clone", f"repos/{target}")
        scene.wait(1, 8)


def worm(scene: Scene) -> Iterator[Event]:
    """A worm writes itself into workflows and opens private repositories."""
    thief = _stolen(scene)
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
    yield from _member(scene).drained()
    for target in _member(scene).targets[:3]:
        yield use(user, scene.at, "git:get_file", f"repos/{target}")
        yield use(user, scene.at + 900, "git:update_workflow", f"repos/{target}")
        scene.wait(3, 20)


def replayed(scene: Scene) -> Iterator[Event]:
    """A sign-on session appears on a second network and device, and makes itself at home."""
    thief = _stolen(scene).but(client="Mozilla/5.0 (X11; Linux x86_64) Firefox/118.0")
    for _ in range(scene.rng.randint(1, 4)):
        yield use(thief, scene.at, "idp:open_app", f"apps/{letters(scene.rng, 5).lower()}")
        scene.wait(3, 40)
    yield use(thief, scene.at, scene.any("idp:enroll_factor", "idp:create_api_token"), "apps/self")


def new_phone(scene: Scene) -> Iterator[Event]:
    """Somebody signs in afresh and enrols a phone."""
    member = _member(scene)
    member.until = 0  # signs out and in again
    user = member.user(scene.at).but(rng=scene.rng)
    yield from member.drained()
    scene.wait(5, 30)
    yield use(user, scene.at, "idp:open_app", place_of(member, "idp:open_app"))
    scene.wait(5, 60)
    yield use(user, scene.at, "idp:enroll_factor", "apps/self")


def cluster_theft(scene: Scene) -> Iterator[Event]:
    """A service account's token off its cluster: what may I do, and who else can I be?"""
    thief = _stolen(scene).but(client="kubectl/1.29")
    yield use(thief, scene.at, "kube:self_subject_rules_review", "namespaces/default")
    scene.wait(2, 15)
    yield use(thief, scene.at, "kube:list_secrets", "namespaces/kube-system")
    scene.wait(2, 15)
    yield use(
        thief,
        scene.at,
        "kube:create_token",
        f"namespaces/kube-system/{letters(scene.rng, 6).lower()}",
    )
    if scene.rng.random() < 0.5:
        scene.wait(2, 15)
        yield use(thief, scene.at, "kube:create_rolebinding", "namespaces/kube-system")


def issues_tokens(scene: Scene) -> Iterator[Event]:
    """A controller issues tokens for its own workloads, as always."""
    member = _member(scene)
    user = member.user(scene.at).but(rng=scene.rng)
    yield from member.drained()
    for target in member.targets[:3]:
        yield use(user, scene.at, "kube:create_token", f"namespaces/{target}")
        scene.wait(1, 10)


def lease_stolen(scene: Scene) -> Iterator[Event]:
    """A service's database lease is used from somewhere else, to take everything."""
    thief = _stolen(scene).but(client="psql/16")
    yield use(thief, scene.at, "db:list_tables", "warehouse/*")
    for _ in range(scene.rng.randint(2, 6)):
        scene.wait(5, 60)
        yield use(thief, scene.at, "db:export", f"warehouse/{letters(scene.rng, 6).lower()}")


def exports_nightly(scene: Scene) -> Iterator[Event]:
    """A service exports its own tables."""
    member = _member(scene)
    user = member.user(scene.at).but(rng=scene.rng)
    yield from member.drained()
    for target in member.targets:
        yield use(user, scene.at, "db:export", f"warehouse/{target}")
        scene.wait(5, 60)


def model_key_stolen(scene: Scene) -> Iterator[Event]:
    """An assistant's model key runs somebody else's business."""
    thief = _stolen(scene)
    yield use(thief, scene.at, "llm:list_models", "models/*")
    for _ in range(scene.rng.randint(30, 90)):
        scene.wait(0.3, 3)
        yield use(
            thief, scene.at, "llm:complete", scene.any("models/general-large", "models/reasoning")
        )


def busy_day(scene: Scene) -> Iterator[Event]:
    """A long afternoon with the assistant."""
    for _ in range(4):
        yield from session(_member(scene), scene.at)
        scene.wait(60, 400)


SCENARIOS = (
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
