"""Pipelines: their tokens and sessions outside their jobs.

Examples:
    >>> [scenario.name for scenario in SCENARIOS][:2]
    ['build_session_outside', 'build_token_outside']
"""

from collections.abc import Iterator

from detector.simulate.population.pipelines import Pipeline, jobs
from detector.simulate.records import Event
from detector.simulate.scenarios.moves import finish, new_name, read_secrets, recon
from detector.simulate.scenarios.scene import Scenario, Scene
from detector.simulate.sessions import GITHUB, by_web_identity, role_identity


def session_outside(scene: Scene) -> Iterator[Event]:
    """A job's session leaves the job and is used somewhere else."""
    yield from recon(scene, 2, 5)
    yield from read_secrets(scene, 2, 6)
    yield from finish(scene)


def a_run(scene: Scene) -> Iterator[Event]:
    """A run like all others: a fresh runner, a fresh session."""
    assert isinstance(scene.actor, Pipeline)  # noqa: S101 - hosts are pipelines
    yield from jobs(scene.actor, scene.caller, scene.at)


def _exchange(scene: Scene, subject: str) -> Event:
    assert isinstance(scene.actor, Pipeline)  # noqa: S101 - victims are pipelines
    role = scene.actor.role
    identity = role_identity(
        scene.rng, role, scene.any(scene.actor.session, "GitHubActions"), scene.at,
        provider=f"arn:aws:iam::{role.account.id}:oidc-provider/{GITHUB}",
    )  # fmt: skip
    event = by_web_identity(scene.rng, role, identity, subject, GITHUB, scene.caller, scene.at)
    scene.elsewhere(identity=identity)
    scene.wait(1, 20)
    return event


def token_outside(scene: Scene) -> Iterator[Event]:
    """A job's signed token is exchanged from a machine that is no runner."""
    assert isinstance(scene.actor, Pipeline)  # noqa: S101 - victims are pipelines
    yield _exchange(scene, scene.actor.subject)
    yield from recon(scene, 2, 5)
    yield from finish(scene)


def foreign_repository(scene: Scene) -> Iterator[Event]:
    """Another repository takes the role, since its trust policy lets too many in."""
    scene.elsewhere(address=scene.world.networks.runner(scene.rng))
    yield _exchange(scene, f"repo:{new_name(scene.rng)}/{new_name(scene.rng)}:ref:refs/heads/main")
    yield from recon(scene, 2, 5)
    yield from read_secrets(scene, 2, 6)
    yield from finish(scene)


SCENARIOS = (
    Scenario(
        "build_session_outside", "A build's session outside its job", "the first call from outside the runners",
        ("pipeline",), session_outside, ("pipeline",), a_run, entries=("abroad", "same tool", "cloud"), per_day=4.0,
    ),
    Scenario(
        "build_token_outside", "A build's token exchanged outside a job", "the exchange outside a live job",
        ("pipeline",), token_outside, ("pipeline",), a_run, entries=("abroad", "cloud"), per_day=4.0,
    ),
    Scenario(
        "foreign_repository", "A stranger's repository takes the deployment role", "the exchange with an unknown subject",
        ("pipeline",), foreign_repository, ("pipeline",), a_run, entries=("host",), per_day=4.0,
    ),
)  # fmt: skip
