"""Whoever handles other people's secrets and copies: rotators, backup, a recovery exercise.

Examples:
    >>> from detector.simulate.options import Options
    >>> world = World(Options(identities=60))
    >>> backup(world, world.estate.accounts[1]).kind
    'backup'
"""

from collections.abc import Iterator

from detector.simulate.clock import DAY, HOUR, MINUTE, worded
from detector.simulate.estate import Account
from detector.simulate.lines import steps
from detector.simulate.made_up import access_key, resource_id
from detector.simulate.population.provider import share_with
from detector.simulate.population.static_users import KeyUser
from detector.simulate.population.workloads import Workload, issued_by, nat, provider
from detector.simulate.records import Event, call
from detector.simulate.schedules import every, nightly, once
from detector.simulate.sessions import Role
from detector.simulate.tools import boto3
from detector.simulate.world import World


def backup(world: World, account: Account) -> Workload:
    """The backup service's role: snapshots every night, copies to the vault account."""
    work = Workload(
        world, f"backup-{account.name}", "backup",
        Role(account, "AWSBackupDefaultServiceRole", "service-role/", 6 * HOUR),
        lambda _: ("backup.amazonaws.com", ""),
        issuer=issued_by("backup"), naming=lambda _: "AWSBackup-AWSBackupDefaultServiceRole",
        agent="backup.amazonaws.com",
    )  # fmt: skip
    work.follow(nightly(work.rng.randrange(0, 5)), copies, "scan_and_backup_sharing")
    return work


def copies(actor: Workload, at: int) -> Iterator[Event]:
    """Snapshot a few volumes and a database; let the vault account have them."""
    caller = actor.at_work(at)
    vault = actor.world.estate.backup_vault
    for volume in caller.account.things["volume"][:5]:
        snapshot = resource_id(actor.rng, "snap")
        yield call(
            caller,
            at,
            "ec2:CreateSnapshot",
            {"volumeId": volume},
            response={"snapshotId": snapshot},
        )
        yield call(
            caller, at + 3 * MINUTE, "ec2:ModifySnapshotAttribute", share_with(snapshot, vault)
        )
        at += 1500
    database = caller.account.things["database"][0]
    yield call(caller, at, "rds:CreateDBSnapshot", {"dBInstanceIdentifier": database})


def secret_rotator(world: World, account: Account) -> Workload:
    """The function that gives secrets new values, one after the other."""
    work = Workload(
        world, f"secrets-rotation-{account.name}", "rotator",
        Role(account, "secrets-rotation-role", "service-role/", 12 * HOUR), provider(account),
        issuer=issued_by("lambda"), naming=lambda _: "secrets-rotation", churn=True,
        holdings=account.seen_by(world.rng(f"holdings:{account.id}")),
    )  # fmt: skip
    work.follow(every(3 * HOUR), new_value, "key_rotation")
    return work


def new_value(actor: Workload, at: int) -> Iterator[Event]:
    """The four steps of a rotation, on one secret."""
    caller = actor.at_work(at)
    name = caller.holdings.pick("secret")
    target = {
        "secretId": f"arn:aws:secretsmanager:{caller.region}:{caller.account.id}:secret:{name}"
    }
    for op in (
        "DescribeSecret",
        "GetSecretValue",
        "PutSecretValue",
        "GetSecretValue",
        "UpdateSecretVersionStage",
    ):
        yield call(caller, at + 1000, f"secretsmanager:{op}", dict(target))
        at += 1200


def key_rotator(world: World, account: Account, users: list[KeyUser]) -> Workload:
    """The job that replaces the long-lived keys of servers: create, hand over, disable, delete."""
    work = Workload(
        world, f"key-rotator-{account.name}", "rotator",
        Role(account, "access-key-rotator", lifetime=6 * HOUR), nat(account),
        issuer=issued_by("ecs-tasks"), naming=lambda r: f"{r.getrandbits(128):032x}", agent=boto3(world.rng("rotator")),
        churn=True,
    )  # fmt: skip
    turn = iter(range(10**9))

    def rotate(actor: Workload, at: int) -> Iterator[Event]:
        due = [user for user in users if user.rotates]
        if due:
            yield from _replace_key(actor, due[next(turn) % len(due)], at)

    if users:
        work.follow(every(int(DAY * 0.4)), rotate, "key_rotation")
    work.follow(every(6 * HOUR), check_ages, "key_rotation")
    return work


def check_ages(actor: Workload, at: int) -> Iterator[Event]:
    """Which keys are due?"""
    yield from steps(actor.at_work(at), at + 1000, "iam:ListUsers iam:ListAccessKeys*8", 0.1, 0.4)


def _replace_key(actor: Workload, user: KeyUser, at: int) -> Iterator[Event]:
    caller = actor.at_work(at)
    name, old, new = user.name, str(user.identity["accessKeyId"]), access_key(actor.rng, "AKIA")
    made = {"accessKeyId": new, "status": "Active", "userName": name, "createDate": worded(at)}
    yield call(caller, at + 1000, "iam:ListAccessKeys", {"userName": name})
    yield call(
        caller, at + 2000, "iam:CreateAccessKey", {"userName": name}, response={"accessKey": made}
    )
    yield call(caller, at + 3500, "secretsmanager:PutSecretValue")
    # The slice after this one at the earliest, since the user may already have played this one.
    user.follow(once(at + 70 * MINUTE), lambda user, _: user.replace(new) or ())
    off = {"userName": name, "accessKeyId": old, "status": "Inactive"}
    yield call(caller, at + 4 * HOUR, "iam:GetAccessKeyLastUsed", {"accessKeyId": old})
    yield call(caller, at + 4 * HOUR + 900, "iam:UpdateAccessKey", off)
    yield call(caller, at + 9 * HOUR, "iam:DeleteAccessKey", {"userName": name, "accessKeyId": old})
