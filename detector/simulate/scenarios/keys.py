"""Stolen and shared keys: leaked, used next to the owner, slowly, or since before we looked.

Examples:
    >>> [scenario.name for scenario in SCENARIOS][:2]
    ['leaked_key', 'leaked_key_minute_later']
"""

from collections.abc import Iterator

from detector.simulate.clock import HOUR
from detector.simulate.population.terraform import apply
from detector.simulate.records import Event
from detector.simulate.scenarios.moves import (
    attach,
    create_user,
    finish,
    mint,
    new_name,
    read_secrets,
    recon,
)
from detector.simulate.scenarios.scene import Scenario, Scene
from detector.simulate.tokens import Token, TokenUser, exposure


def leaked(scene: Scene) -> Iterator[Event]:
    """Whoever found the key looks what it opens."""
    yield scene.do("sts:GetCallerIdentity", None)
    yield scene.do("s3:ListBuckets")
    yield from scene.some(
        "iam:ListRoles iam:ListUsers iam:ListPolicies iam:GetAccountSummary", 2, 4
    )
    name = str(scene.caller.identity.get("userName", ""))
    if name:
        yield scene.do("iam:ListAttachedUserPolicies", {"userName": name})
        yield scene.do("iam:ListUserPolicies", {"userName": name})
    yield from scene.some(
        "ec2:DescribeInstances lambda:ListFunctions secretsmanager:ListSecrets", 0, 3
    )


def inspects_own_key(scene: Scene) -> Iterator[Event]:
    """The same questions, from whatever café the owner sits in."""
    yield from scene.line("sts:GetCallerIdentity s3:ListBuckets iam:ListRoles iam:ListPolicies")
    name = str(scene.caller.identity.get("userName", ""))
    yield scene.do("iam:ListAttachedUserPolicies", {"userName": name})


def a_minute_later(scene: Scene) -> Iterator[Event]:
    """A scanner reports the key in a public repository; a minute later it is used."""
    token = Token(scene.caller.key, kind="access_key_id", lifetime="static")
    scanner = TokenUser(
        scene.rng, f"user:{scene.caller.identity.get('userName', 'unknown')}", "human", token,
        "secret-scanner", "", "",
    )  # fmt: skip
    yield exposure(scanner, scene.at, f"repos/public/{new_name(scene.rng)}")
    scene.wait(40, 110)
    yield from recon(scene, 3, 8)
    scene.wait(5, 120)
    yield from finish(scene)


def tries_new_key(scene: Scene) -> Iterator[Event]:
    """An administrator makes a key for a test user, tries it at once, and removes it again."""
    name = "smoke-test"
    event, identity = mint(scene, name)
    yield event
    admin = scene.caller
    scene.wait(30, 70)
    scene.elsewhere(identity=identity)
    yield from scene.line("sts:GetCallerIdentity s3:ListBuckets")
    scene.elsewhere(identity=admin.identity)
    yield scene.do(
        "iam:DeleteAccessKey", {"userName": name, "accessKeyId": identity["accessKeyId"]}
    )


def beside_the_owner(scene: Scene) -> Iterator[Event]:
    """The owner goes on working while a stranger uses the same key for hours."""
    for _ in range(scene.rng.randint(5, 9)):
        yield from recon(scene, 0, 3)
        scene.wait(200, 1500)
    yield from read_secrets(scene, 2, 5)
    yield from finish(scene)


def both_workloads(scene: Scene) -> Iterator[Event]:
    """Two servers with one key, at the same time, doing what they always do."""
    for _ in range(6):
        scene.elsewhere(address=scene.any(*scene.actor.places))  # type: ignore[attr-defined]
        yield from scene.line("s3:ListBuckets kms:GenerateDataKey")
        scene.wait(60, 600)


def tool_on_terraform(scene: Scene) -> Iterator[Event]:
    """An attack tool on the key of Terraform, which is loud itself."""
    yield from recon(scene, 1, 4)
    moves = (_many_secrets, _silence, _backdoor, _user_data, _leave)
    for move in scene.rng.sample(moves, scene.rng.randint(2, 4)):
        yield from move(scene)
        scene.wait(1, 20)


def _many_secrets(scene: Scene) -> Iterator[Event]:
    return read_secrets(scene, 6, 20)


def _silence(scene: Scene) -> Iterator[Event]:
    return scene.line("cloudtrail:DescribeTrails cloudtrail:StopLogging")


def _leave(scene: Scene) -> Iterator[Event]:
    return scene.line("ec2:DescribeSnapshots organizations:LeaveOrganization")


def _backdoor(scene: Scene) -> Iterator[Event]:
    name = new_name(scene.rng)
    yield create_user(scene, name)
    yield attach(scene, name)
    yield mint(scene, name)[0]


def _user_data(scene: Scene) -> Iterator[Event]:
    for machine in scene.things.several("instance", scene.rng.randint(8, 20)):
        yield scene.do(
            "ec2:DescribeInstanceAttribute", {"instanceId": machine, "attribute": "userData"}
        )


def terraform_itself(scene: Scene) -> Iterator[Event]:
    """Terraform plans and applies."""
    yield from apply(scene.actor, scene.at)


def slow_and_low(scene: Scene) -> Iterator[Event]:
    """A call now and then, for a day or more, each harmless by itself."""
    scene.refusal = 0.1
    for _ in range(scene.rng.randint(12, 22)):
        yield from scene.some(
            "s3:ListBuckets s3:GetBucketPolicy iam:ListRoles iam:GetRole secretsmanager:ListSecrets "
            "kms:ListKeys ec2:DescribeInstances rds:DescribeDBInstances iam:ListUsers "
            "lambda:ListFunctions ssm:DescribeParameters",
            1,
            1,
        )
        scene.wait(1500, 5400)
    for _ in range(3):
        yield from read_secrets(scene, 1, 1)
        scene.wait(1200, 4000)
    yield attach(scene, str(scene.caller.identity.get("userName", "")))


def slow_owner(scene: Scene) -> Iterator[Event]:
    """The owner looks at something every half hour of a working day."""
    for _ in range(6):
        yield from scene.some(
            "s3:ListBuckets s3:GetBucketPolicy iam:ListRoles ec2:DescribeInstances", 1, 1
        )
        scene.wait(900, 2700)


def poisons(scene: Scene) -> Iterator[Event]:
    """Days of patience: a little more each day, so that it becomes normal; then the blow."""
    ladder = [
        "sts:GetCallerIdentity",
        "s3:ListBuckets",
        "ec2:DescribeInstances",
        "s3:GetBucketLocation",
        "iam:ListUsers",
        "iam:ListRoles",
        "secretsmanager:ListSecrets",
        "secretsmanager:DescribeSecret",
        "ssm:DescribeParameters",
        "kms:ListKeys",
        "iam:ListAccessKeys",
        "iam:GetRole",
    ]
    left = scene.world.options.end - scene.at
    rounds = max(6, min(60, int(left * 0.8 / (2 * HOUR))))
    for number in range(rounds):
        known = ladder[: 2 + number * len(ladder) // rounds]
        for op in scene.rng.sample(known, min(3, len(known))):
            yield scene.do(op)
        scene.wait(3600, 9000)
    scene.refusal = 0.0
    yield from read_secrets(scene, 5, 9)
    yield from _backdoor(scene)


def learns_the_job(scene: Scene) -> Iterator[Event]:
    """Somebody new to a job uses one more service every few days, and does no harm with it."""
    day = (scene.at - scene.world.options.start) // (24 * HOUR)
    ladder = [
        "sts:GetCallerIdentity",
        "s3:ListBuckets",
        "ec2:DescribeInstances",
        "logs:DescribeLogGroups",
        "cloudwatch:DescribeAlarms",
        "rds:DescribeDBInstances",
        "lambda:ListFunctions",
        "sqs:ListQueues",
        "dynamodb:ListTables",
        "ecs:ListClusters",
        "eks:ListClusters",
        "sns:ListTopics",
    ]
    yield from scene.line(" ".join(scene.rng.sample(ladder[: 3 + day], 3)))


def always_there(scene: Scene) -> Iterator[Event]:
    """The attacker had the key before anybody watched: quiet use first, harm much later."""
    options = scene.world.options
    calm = "s3:ListBuckets sts:GetCallerIdentity ec2:DescribeInstances kms:ListKeys iam:ListUsers"
    blow = options.attacks_from + int(
        (options.end - options.attacks_from) * scene.rng.uniform(0.2, 0.7)
    )
    while scene.at < blow:
        yield from scene.some(calm, 1, 3)
        scene.wait(3 * 3600, 8 * 3600)
    yield from recon(scene, 3, 6)
    yield from _backdoor(scene)
    yield from read_secrets(scene, 4, 8)


SCENARIOS = (
    Scenario(
        "leaked_key", "A leaked key is tried out",
        "the first call: a static key from a new network with a new tool",
        ("key",), leaked, ("key:personal",), inspects_own_key,
    ),
    Scenario(
        "leaked_key_minute_later", "A leaked key is used a minute after its exposure",
        "the first call after the exposure",
        ("key",), a_minute_later, ("person:admin", "person:sre"), tries_new_key,
        entries=("abroad", "cloud"),
    ),
    Scenario(
        "shared_key", "A stranger uses a server's key beside the server",
        "the first call from the second context",
        ("key:server",), beside_the_owner, ("key:shared",), both_workloads,
    ),
    Scenario(
        "tool_on_terraform_key", "An attack tool on Terraform's own credential",
        "the first operation Terraform never does here",
        ("terraform",), tool_on_terraform, ("terraform",), terraform_itself,
        entries=("host", "host tool", "host tool", "abroad"), per_day=1.5, by_itself=True,
    ),
    Scenario(
        "slow_and_low", "One call an hour",
        "the first call from the new network",
        ("key",), slow_and_low, ("key:personal",), slow_owner, per_day=1.0,
    ),
    Scenario(
        "poisoning", "An attacker trains the baseline before striking",
        "the new context, then the secrets and the new user",
        ("key",), poisons, ("key:personal",), learns_the_job,
    ),
    Scenario(
        "there_before_baseline", "An attacker who was there before the baseline",
        "the grave actions that nobody here ever did",
        ("key:server",), always_there, ("key:shared",), both_workloads, early=True,
    ),
)  # fmt: skip
