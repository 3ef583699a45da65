"""Secrets that travel: what is stolen in one system is used in others. Each story has a benign twin.

The first event of an attack that decides it is marked, so that the delay of a finding can be told.

References:
    Field cases: a token in a CI log used within minutes; an agent's tool that reads a secret it never
    read; canary keys; a revoked token that is still tried; keys beyond their networks.

Examples:
    >>> sorted(TRAVELS)
    ['agent_reads_then_cloud', 'canary_key', 'ci_token_travels', 'key_beyond_networks', 'pod_token_elsewhere', 'revoked_token']
"""

from collections.abc import Iterator
from random import Random

from msgspec.structs import replace

from detector.simulate.across.crowd import address, key_id
from detector.simulate.across.deed import Actor, Deed
from detector.simulate.across.scene import Line, Pair, Scene, scanner
from detector.simulate.clock import MINUTE

_CURL, _CLI = "curl/8.5.0", "aws-cli/2.15.0"


def _ci_token_travels(scene: Scene, at: int) -> Iterator[Line]:
    robot, cloud, vault = (
        scene.cast[name] for name in ("github_audit", "cloudtrail", "vault_audit")
    )
    yield Line(scanner(robot.secret, at))
    at += MINUTE
    for number, operation in enumerate(("git.clone", "git.clone", "git.fetch")):
        deed = Deed(
            at, robot, operation, "acme/infra", where=scene.thief, tool=_CURL, number=number
        )
        yield Line(deed, deciding=number == 0)
        at += 3_000
    for number, operation in enumerate(
        ("sts:GetCallerIdentity", "s3:ListBuckets", "secretsmanager:ListSecrets")
    ):
        yield Line(Deed(at, cloud, operation, where=scene.thief, tool=_CLI, number=number))
        at += 2_000
    yield Line(Deed(at, vault, "read", "secret/data/root/ca", where=scene.thief, tool=_CURL))


def _ci_token_rotated(scene: Scene, at: int) -> Iterator[Line]:
    robot = scene.cast["github_audit"]
    yield Line(scanner(robot.secret, at))
    for number in range(3):  # its owner has not heard of it yet
        yield Line(Deed(at + (number + 1) * MINUTE, robot, "git.fetch", "acme/shop", number=number))


def _agent_reads_then_cloud(scene: Scene, at: int) -> Iterator[Line]:
    agent, vault, cloud = (scene.cast[name] for name in ("mcp", "vault_audit", "cloudtrail"))
    yield Line(Deed(at, agent, "vault/read_secret", "aws/deploy"))
    yield Line(Deed(at + 1_000, vault, "read", "secret/data/aws/deploy"))
    at += 4 * MINUTE
    for number, operation in enumerate(
        ("sts:GetCallerIdentity", "iam:ListUsers", "iam:CreateAccessKey")
    ):
        deed = Deed(at, cloud, operation, where=scene.thief, tool=_CURL, number=number)
        yield Line(deed, deciding=number == 0)
        at += 2_000


def _agent_reads_as_ever(scene: Scene, at: int) -> Iterator[Line]:
    agent, vault, cloud = (scene.cast[name] for name in ("mcp", "vault_audit", "cloudtrail"))
    yield Line(Deed(at, agent, "files/read_file", "notes"))
    yield Line(Deed(at + 1_000, vault, "read", "secret/data/web/db"))
    yield Line(Deed(at + 4 * MINUTE, cloud, "s3:GetObject"))


def _canary_key(scene: Scene, at: int) -> Iterator[Line]:
    trap = Actor("wiki-key", "service", "cloudtrail", scene.thief, _CLI, "", scene.cast["trap"].uid)
    yield Line(Deed(at, trap, "sts:GetCallerIdentity"), deciding=True)
    alarm = replace(trap, family="canary")
    yield Line(Deed(at + 30_000, alarm, "touched", "key in the wiki"))


def _canary_found(scene: Scene, at: int) -> Iterator[Line]:
    yield Line(scanner(scene.cast["trap"].uid, at))  # a scanner sees the trap: nobody touched it


def _revoked_token(scene: Scene, at: int) -> Iterator[Line]:
    robot, admin = scene.cast["okta"], scene.cast["okta_admin"]
    for number in range(12):
        then = at - (12 - number) * 5 * MINUTE
        yield Line(Deed(then, robot, "user.lifecycle.create", "staff", number=number), before=True)
    gone = {"target": [{"id": robot.uid, "type": "Token"}]}
    revoked = Deed(at, admin, "system.api_token.revoke", more=gone, number=90)
    yield Line(revoked, before=True, ends=robot)
    deed = Deed(
        at + MINUTE,
        robot,
        "user.lifecycle.create",
        "staff",
        where=scene.thief,
        tool=_CURL,
        number=91,
    )
    yield Line(deed, deciding=True)


def _revoked_in_order(scene: Scene, at: int) -> Iterator[Line]:
    robot, admin = scene.cast["okta"], scene.cast["okta_admin"]
    for number in range(3):
        yield Line(
            Deed(at + number * 1_000, robot, "user.lifecycle.create", "staff", number=number)
        )
    gone = {"target": [{"id": robot.uid, "type": "Token"}]}
    revoked = Deed(at + MINUTE, admin, "system.api_token.revoke", more=gone, number=90)
    yield Line(revoked, ends=robot)


def _key_beyond_networks(scene: Scene, at: int) -> Iterator[Line]:
    robot = scene.cast["gcp_audit"]
    deed = Deed(
        at, robot, "storage:storage.objects.list", "projects/_/buckets/shop", where=scene.thief
    )
    yield Line(deed, deciding=True)


def _key_within_networks(scene: Scene, at: int) -> Iterator[Line]:
    robot = scene.cast["gcp_audit"]
    near = robot.address.rpartition(".")[0] + ".9"
    yield Line(
        Deed(at, robot, "storage:storage.objects.list", "projects/_/buckets/shop", where=near)
    )


def _pod_token_elsewhere(scene: Scene, at: int) -> Iterator[Line]:
    robot = scene.cast["kubernetes_audit"]
    for number, operation in enumerate(
        ("create selfsubjectrulesreviews", "list secrets", "get secrets")
    ):
        deed = Deed(
            at, robot, operation, "db", where=scene.thief, tool="kubectl/v1.31.0", number=number
        )
        yield Line(deed, deciding=number == 1)
        at += 2_000


def _pod_moved(scene: Scene, at: int) -> Iterator[Line]:
    robot = replace(scene.cast["kubernetes_audit"], uid=f"{scene.rng.getrandbits(64):016x}")
    yield Line(Deed(at, robot, "get configmaps", "web", where=address(scene.rng)))


TRAVELS: dict[str, Pair] = {
    "ci_token_travels": (_ci_token_travels, _ci_token_rotated),
    "agent_reads_then_cloud": (_agent_reads_then_cloud, _agent_reads_as_ever),
    "canary_key": (_canary_key, _canary_found),
    "revoked_token": (_revoked_token, _revoked_in_order),
    "key_beyond_networks": (_key_beyond_networks, _key_within_networks),
    "pod_token_elsewhere": (_pod_token_elsewhere, _pod_moved),
}


def trap(rng: Random) -> Actor:
    """The canary: a key that nobody uses."""
    return Actor("wiki-key", "service", "canary", "", "", "", key_id(rng))
