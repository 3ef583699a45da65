"""Instances, tasks and functions: the provider's machines that act under roles.

Examples:
    >>> from detector.simulate.options import Options
    >>> world = World(Options(identities=60))
    >>> box = instance(world, 0)
    >>> box.at_work(world.options.start).identity["sessionContext"]["ec2RoleDelivery"]
    '2.0'
"""

from collections.abc import Iterator
from random import Random

from detector.simulate.actor import Actor, Play
from detector.simulate.clock import HOUR, MINUTE
from detector.simulate.estate import WORDS
from detector.simulate.made_up import resource_id
from detector.simulate.population.workloads import (
    Workload,
    endpoint,
    issued_by,
    mixed,
    nat,
    provider,
    works,
)
from detector.simulate.records import Event, call, denied
from detector.simulate.schedules import every, nightly, steadily
from detector.simulate.sessions import Role
from detector.simulate.tools import CLOUDWATCH_AGENT, SSM_AGENT, boto3, go, java, node
from detector.simulate.world import World

_SERVER_LINES = (
    "secretsmanager:GetSecretValue",
    "kms:Decrypt*3",
    "ssm:GetParameters",
    "s3:GetBucketLocation sqs:GetQueueAttributes",
    "kms:GenerateDataKey*2",
)
_FUNCTION_LINES = (
    "kms:Decrypt logs:CreateLogStream",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter kms:Decrypt",
    "dynamodb:DescribeTable",
    "logs:CreateLogStream",
    "kms:Decrypt*2",
)
_TASK_LINES = (
    "secretsmanager:GetSecretValue*2",
    "ssm:GetParameters",
    "kms:Decrypt*3",
    "sqs:GetQueueAttributes*2",
    "kms:GenerateDataKey*2 kms:Decrypt",
)


def heartbeat(actor: Actor, at: int) -> Iterator[Event]:
    """The instance agent reports that it is alive, with its own user agent."""
    caller = actor.at_work(at).but(agent=SSM_AGENT)
    yield call(caller, at, "ssm:UpdateInstanceInformation")
    if actor.rng.random() < 0.15:
        yield call(caller, at + 400, "ssm:ListInstanceAssociations")
        yield call(caller, at + 900, "ssm:PutInventory", None)


def metrics_agent(actor: Actor, at: int) -> Iterator[Event]:
    """The metrics agent looks up its instance and streams."""
    caller = actor.at_work(at).but(agent=CLOUDWATCH_AGENT)
    yield call(caller, at, "ec2:DescribeTags", {"filterSet": {}})
    yield call(caller, at + 300, "logs:CreateLogStream")


def instance(world: World, number: int) -> Workload:
    """A server with an instance profile: rotating keys, an agent, an application."""
    rng = world.rng(f"make-instance:{number}")
    account = world.account_for(rng)
    word = rng.choice(WORDS)
    machine = resource_id(rng, "i")
    egress = rng.choice((nat, endpoint, mixed))(account)
    server = Workload(
        world,
        f"server-{number}",
        "instance",
        Role(account, f"{account.tag}-{word}-instance", lifetime=6 * HOUR),
        egress,
        issuer=issued_by("ec2"),
        naming=lambda _: machine,
        agent=rng.choice((java, boto3, go))(rng),
        sticky=False,
        context={"ec2RoleDelivery": "2.0"},
    )
    # One machine keeps its private address; only the way out differs between services.
    if egress.__qualname__.startswith("endpoint"):
        server.sticky = True
    server.holdings.things["instance"] = [machine]
    volume = world.options.volume
    server.follow(every(int(12 * MINUTE / volume)), heartbeat, "instance_metadata")
    server.follow(steadily(50 * volume), works(*rng.sample(_SERVER_LINES, 3)), "nat_and_endpoint")
    if rng.random() < 0.4:
        server.follow(every(30 * MINUTE), metrics_agent)
    if rng.random() < 0.15:
        server.follow(
            nightly(rng.randrange(1, 5)), works(_batch(rng), low=0.2, high=3), "nightly_batch"
        )
    return server


def _batch(rng: Random) -> str:
    return rng.choice(
        (
            "s3:ListBuckets secretsmanager:GetSecretValue*3 kms:GenerateDataKey*20 kms:Decrypt*20",
            "rds:DescribeDBInstances rds:CreateDBSnapshot rds:DescribeDBSnapshots*8 kms:Decrypt*6",
            "athena:StartQueryExecution*6 athena:GetQueryExecution*12 glue:GetPartitions*10",
        )
    )


def function(world: World, number: int) -> Workload:
    """A function: many containers at once, each with its own session and address."""
    rng = world.rng(f"make-function:{number}")
    account = world.account_for(rng)
    name = rng.choice(account.things["function"])
    in_vpc = rng.random() < 0.25
    arn = f"arn:aws:lambda:{account.region}:{account.id}:function:{name}"
    work = Workload(
        world,
        f"{name}-{number}",
        "function",
        Role(account, f"{name}-role-{number}", "service-role/", lifetime=12 * HOUR),
        mixed(account) if in_vpc else provider(account),
        issuer=issued_by("lambda"),
        lanes=rng.choice((1, 2, 3, 5, 8)),
        naming=lambda _: name,
        agent=rng.choice((boto3, node))(rng),
        churn=True,
    )
    work.context = {"function": arn}
    work.holdings.things["function"] = [name]
    lines = rng.sample(_FUNCTION_LINES, 3)
    volume = world.options.volume
    if rng.random() < 0.4:
        work.follow(
            every(int(rng.choice((5, 10, 15)) * MINUTE / volume)),
            works(lines[0]),
            "function_concurrency",
        )
    work.follow(steadily(rng.uniform(30, 110) * volume), works(*lines), "function_concurrency")
    if rng.random() < 0.06:
        work.follow(every(20 * MINUTE), works_denied("dynamodb:DescribeTable"))
    return work


def works_denied(op: str) -> Play:
    """A routine that has never had the permission it asks for: misconfigured, and nobody's abuse."""

    def play(actor: Actor, at: int) -> Iterator[Event]:
        yield denied(actor.at_work(at), at, op)

    return play


def task(world: World, number: int) -> Workload:
    """A container service: a few tasks, replaced at every deployment."""
    rng = world.rng(f"make-task:{number}")
    account = world.account_for(rng)
    word = rng.choice(WORDS)
    work = Workload(
        world,
        f"{account.tag}-{word}-task-{number}",
        "task",
        Role(account, f"{account.tag}-{word}-task-{number}", lifetime=6 * HOUR),
        rng.choice((nat, mixed, endpoint))(account),
        issuer=issued_by("ecs-tasks"),
        lanes=rng.choice((1, 2, 4)),
        naming=lambda r: f"{r.getrandbits(128):032x}",
        agent=rng.choice((java, node, boto3))(rng),
        churn=rng.random() < 0.5,
    )
    volume = world.options.volume
    work.follow(steadily(rng.uniform(30, 90) * volume), works(*rng.sample(_TASK_LINES, 3)))
    work.follow(
        every(6 * HOUR),
        works("ecr:GetAuthorizationToken ecr:BatchGetImage ecr:GetDownloadUrlForLayer*3"),
    )
    return work
