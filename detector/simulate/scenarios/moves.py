"""Moves that several scenarios share: recon, persistence, opening things to strangers.

Examples:
    >>> trust("arn:aws:iam::123456789012:root").count("123456789012")
    1
"""

from collections.abc import Iterator
from random import Random

from detector.simulate.clock import worded
from detector.simulate.made_up import access_key, letters
from detector.simulate.records import Event, Record
from detector.simulate.scenarios.scene import Scene
from detector.simulate.sessions import user_identity

ADMIN_POLICY = "arn:aws:iam::aws:policy/AdministratorAccess"
RECON = (
    "s3:ListBuckets iam:ListUsers iam:ListRoles iam:ListPolicies iam:GetAccountSummary "
    "iam:ListAccessKeys iam:GetAccountAuthorizationDetails ec2:DescribeInstances "
    "ec2:DescribeSecurityGroups lambda:ListFunctions rds:DescribeDBInstances "
    "secretsmanager:ListSecrets ssm:DescribeParameters organizations:DescribeOrganization "
    "kms:ListKeys dynamodb:ListTables iam:ListAttachedUserPolicies iam:ListGroupsForUser "
    "ec2:DescribeRegions iam:ListAccountAliases cloudtrail:DescribeTrails"
)


def recon(scene: Scene, least: int, most: int) -> Iterator[Event]:
    """Who am I, and what is there? Sometimes nobody asks who."""
    if scene.rng.random() < 0.8:
        yield scene.do("sts:GetCallerIdentity", None)
    yield from scene.some(RECON, least, most)


def new_name(rng: Random) -> str:
    """A user name as people and tools make them up."""
    return (
        rng.choice(("svc", "app", "ops", "backup", "deploy", "test"))
        + "-"
        + letters(rng, 5).lower()
    )


def create_user(scene: Scene, name: str) -> Event:
    """CreateUser."""
    return scene.do("iam:CreateUser", {"userName": name}, response={"user": {"userName": name}})


def attach(scene: Scene, name: str, policy: str = ADMIN_POLICY) -> Event:
    """AttachUserPolicy."""
    return scene.do("iam:AttachUserPolicy", {"userName": name, "policyArn": policy})


def mint(scene: Scene, name: str) -> tuple[Event, Record]:
    """CreateAccessKey, and the identity that the new key makes."""
    key = access_key(scene.rng, "AKIA")
    made = {
        "accessKeyId": key,
        "status": "Active",
        "userName": name,
        "createDate": worded(scene.at),
    }
    event = scene.do("iam:CreateAccessKey", {"userName": name}, response={"accessKey": made})
    return event, user_identity(scene.rng, scene.account, name, key)


def trust(principal: str) -> str:
    """A trust policy that lets a principal in."""
    return (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"'
        + principal
        + '"},"Action":"sts:AssumeRole"}]}'
    )


def read_secrets(scene: Scene, least: int, most: int) -> Iterator[Event]:
    """Secret values, one after the other, by name."""
    names = scene.things.several("secret", scene.rng.randint(least, most))
    for name in names:
        arn = f"arn:aws:secretsmanager:{scene.caller.region}:{scene.account.id}:secret:{name}"
        yield scene.do("secretsmanager:GetSecretValue", {"secretId": arn})


def finish(scene: Scene) -> Iterator[Event]:
    """What an attacker does once inside: make sure to come back, or take something away."""
    choice = scene.rng.random()
    if choice < 0.4:
        name = new_name(scene.rng)
        yield create_user(scene, name)
        yield attach(scene, name)
        yield mint(scene, name)[0]
    elif choice < 0.7:
        yield scene.do("secretsmanager:ListSecrets")
        yield from read_secrets(scene, 4, 9)
    else:
        snapshot = scene.things.pick("snapshot")
        add = {"add": {"items": [{"userId": scene.stranger}]}}
        yield scene.do("ec2:DescribeSnapshots")
        yield scene.do(
            "ec2:ModifySnapshotAttribute",
            {
                "snapshotId": snapshot,
                "createVolumePermission": add,
                "attributeType": "CREATE_VOLUME_PERMISSION",
            },
        )
