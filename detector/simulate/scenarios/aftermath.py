"""After the theft is known, or by somebody who belongs here: quarantine, revocation, insiders.

Examples:
    >>> [scenario.name for scenario in SCENARIOS][:2]
    ['quarantined_key', 'revoked_parent']
"""

from collections.abc import Iterator

from detector.simulate.clock import HOUR, MINUTE, worded
from detector.simulate.made_up import access_key, session_token
from detector.simulate.population.static_users import KeyUser
from detector.simulate.records import Caller, Event, call
from detector.simulate.scenarios.moves import finish, mint, new_name, read_secrets, recon
from detector.simulate.scenarios.scene import HUMAN, Scenario, Scene
from detector.simulate.schedules import once
from detector.simulate.sessions import user_identity


def quarantined(scene: Scene) -> Iterator[Event]:
    """The provider finds the key in public and quarantines the user; the thief goes on."""
    name = str(scene.caller.identity.get("userName", ""))
    quarantine = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"
    inside = scene.caller.but(
        agent="aws-internal/3 aws-sdk-java/1.12.750", address="AWS Internal", endpoint=""
    )
    yield call(
        inside, scene.at, "iam:AttachUserPolicy", {"userName": name, "policyArn": quarantine}
    )
    scene.wait(60, 900)
    yield scene.do("sts:GetCallerIdentity", None)
    yield scene.refused("iam:CreateUser", {"userName": new_name(scene.rng)})
    yield scene.refused("ec2:RunInstances", {"instanceType": "g5.12xlarge"})
    scene.refusal = 0.2
    yield from scene.some(
        "s3:ListBuckets s3:GetBucketAcl ec2:DescribeInstances iam:ListUsers ses:GetSendQuota", 3, 5
    )


def quarantine_drill(scene: Scene) -> Iterator[Event]:
    """The security team drills it on a user of its own, whose key nobody uses."""
    drill = {
        "userName": "quarantine-drill",
        "policyArn": "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3",
    }
    yield scene.do("iam:ListAccessKeys", {"userName": "quarantine-drill"})
    yield scene.do("iam:AttachUserPolicy", drill)
    scene.wait(300, 900)
    yield scene.do("iam:DetachUserPolicy", drill)


def orphaned(scene: Scene) -> Iterator[Event]:
    """The stolen key is replaced and switched off, but the session made from it lives on."""
    parent = scene.caller
    child = parent.identity | {"accessKeyId": access_key(scene.rng)}
    granted = {
        "credentials": {
            "accessKeyId": child["accessKeyId"],
            "sessionToken": session_token(scene.rng),
            "expiration": worded(scene.at + 36 * HOUR),
        }
    }
    yield scene.do("sts:GetSessionToken", {"durationSeconds": 129_600}, response=granted)
    yield from recon(scene, 2, 4)
    scene.wait(600, 2400)
    yield from _defended(scene, parent)
    scene.wait(300, 1800)
    scene.elsewhere(identity=child)
    yield from scene.some("s3:ListBuckets ec2:DescribeInstances secretsmanager:ListSecrets", 2, 3)
    yield from read_secrets(scene, 3, 7)
    yield from finish(scene)


def _defended(scene: Scene, parent: Caller) -> Iterator[Event]:
    """The defenders give the user a new key and switch the old one off: benign, and too late."""
    assert isinstance(scene.actor, KeyUser)  # noqa: S101 - victims are users with keys
    network = scene.world.networks.corporate_vpn(scene.rng)
    responder = user_identity(scene.rng, scene.account, "iam-oncall")
    defender = Scene(
        scene.world, scene.actor, scene.rng, scene.at,
        parent.but(identity=responder, address=network, agent=scene.tool()), scene.pace,
    )  # fmt: skip
    name = scene.actor.name
    event, renewed = mint(defender, name)
    yield event[0], event[1], "-"
    key = str(renewed["accessKeyId"])
    # The slice after this one at the earliest, since the owner may already have played this one.
    scene.actor.follow(once(scene.at + 65 * MINUTE), lambda user, _: user.replace(key) or ())
    defender.at = scene.at = scene.at + 90 * MINUTE
    off = {"userName": name, "accessKeyId": parent.key, "status": "Inactive"}
    at, record, _ = defender.do("iam:UpdateAccessKey", off)
    yield at, record, "-"


def outlives_rotation(scene: Scene) -> Iterator[Event]:
    """A session made from one's own key goes on while an older key of the same user is switched off."""
    parent = scene.caller
    child = parent.identity | {"accessKeyId": access_key(scene.rng)}
    granted = {
        "credentials": {
            "accessKeyId": child["accessKeyId"],
            "expiration": worded(scene.at + 12 * HOUR),
        }
    }
    yield scene.do("sts:GetSessionToken", {"durationSeconds": 43_200}, response=granted)
    scene.elsewhere(identity=child)
    yield from scene.line("s3:ListBuckets ec2:DescribeInstances")
    off = {
        "userName": parent.identity["userName"],
        "accessKeyId": access_key(scene.rng, "AKIA"),
        "status": "Inactive",
    }
    yield scene.do("iam:UpdateAccessKey", off)
    scene.wait(120, 600)
    yield from scene.line("s3:ListBuckets ec2:DescribeInstances")


def insider(scene: Scene) -> Iterator[Event]:
    """Somebody about to leave reads what is none of their business, at human speed."""
    scene.pace = HUMAN
    yield scene.do("secretsmanager:ListSecrets")
    yield from read_secrets(scene, 5, 9)
    scene.wait(120, 900)
    database = scene.things.pick("database")
    copy = f"copy-{database}"
    yield scene.do(
        "rds:CreateDBSnapshot", {"dBInstanceIdentifier": database, "dBSnapshotIdentifier": copy}
    )
    scene.wait(600, 1200)
    share = {
        "dBSnapshotIdentifier": copy,
        "attributeName": "restore",
        "valuesToAdd": [scene.stranger],
    }
    yield scene.do("rds:ModifyDBSnapshotAttribute", share)


def reads_own_secrets(scene: Scene) -> Iterator[Event]:
    """An engineer works through the secrets of the own service, as every day."""
    yield scene.do("secretsmanager:ListSecrets")
    for name in sorted(scene.things.things["secret"]):
        arn = f"arn:aws:secretsmanager:{scene.caller.region}:{scene.account.id}:secret:{name}"
        yield scene.do("secretsmanager:GetSecretValue", {"secretId": arn})


SCENARIOS = (
    Scenario(
        "quarantined_key", "A key goes on after the provider quarantined it",
        "the quarantine policy: an exposure",
        ("key",), quarantined, ("person:analyst", "person:admin"), quarantine_drill, per_day=1.0,
    ),
    Scenario(
        "revoked_parent", "The parent key is revoked, its session lives on",
        "the first call from the new network; then the child after the parent's end",
        ("key",), orphaned, ("key:personal",), outlives_rotation,
    ),
    Scenario(
        "insider", "An insider at human speed",
        "the second unfamiliar secret",
        ("person:developer", "person:engineer", "person:dba"), insider,
        ("person:engineer", "person:developer"), reads_own_secrets, entries=("host",),
    ),
)  # fmt: skip
