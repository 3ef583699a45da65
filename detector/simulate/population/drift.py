"""Nothing stays as it was: releases, new gateways, servers that move, broken permissions, and an
investigation by the organisation's own analysts.

Each is novelty without abuse, and each is at its most suspicious when it happens for the first time.

Examples:
    >>> from detector.simulate.options import Options
    >>> from detector.simulate.population.machines import task
    >>> world = World(Options(identities=60))
    >>> work = task(world, 0)
    >>> list(release(work, world.options.start))[0][1]["eventName"] != ""
    True
"""

from collections.abc import Iterator, Sequence
from random import Random
from typing import TypeVar

from detector.simulate.actor import Actor, Play
from detector.simulate.clock import DAY, HOUR, MINUTE
from detector.simulate.estate import Account
from detector.simulate.lines import steps
from detector.simulate.population.people import Person
from detector.simulate.population.static_users import KeyUser
from detector.simulate.population.workloads import Workload
from detector.simulate.records import Event, call, denied
from detector.simulate.schedules import apart, once, steadily
from detector.simulate.world import World

# What a new version of an application may start to call.
_NEW_CALLS = (
    "sqs:ListQueues",
    "sns:ListTopics",
    "kinesis:DescribeStream",
    "events:ListRules",
    "states:ListExecutions",
    "secretsmanager:GetSecretValue*2",
    "ssm:GetParametersByPath",
    "kms:GenerateDataKey*2",
    "dynamodb:DescribeTable",
    "cloudwatch:DescribeAlarms",
    "rds:DescribeDBInstances",
    "s3:ListBuckets",
    "sts:GetCallerIdentity",
    "bedrock:InvokeModel*3",
    "ses:SendEmail*2",
    "athena:StartQueryExecution athena:GetQueryExecution*2",
)
_INVESTIGATION = (
    "cloudtrail:LookupEvents*6 iam:ListUsers iam:ListAccessKeys*4 iam:GetAccessKeyLastUsed*3",
    "iam:ListRoles iam:GetRole*4 iam:ListAttachedRolePolicies*4 iam:GetRolePolicy*3",
    "ec2:DescribeInstances*2 ec2:DescribeSecurityGroups*2 ec2:GetConsoleOutput*3",
    "ec2:DescribeInstanceAttribute*4 ec2:DescribeSnapshots ec2:DescribeVolumes*2",
    "s3:ListBuckets s3:GetBucketPolicy*6 s3:GetBucketAcl*6 s3:GetBucketLogging*4",
    "lambda:ListFunctions lambda:GetFunction*5 lambda:GetPolicy*4",
    "guardduty:ListFindings guardduty:GetFindings*4 organizations:DescribeOrganization",
)
_EVOLVING = frozenset({"pod", "task", "function", "instance"})


def release(work: Workload, at: int) -> Iterator[Event]:
    """A new version calls something that the old one never called, on something new."""
    work.extra.append(work.rng.choice(_NEW_CALLS))
    things, everything = work.holdings.things, work.holdings.account.things
    for kind in ("secret", "parameter", "key", "table"):
        things[kind] = [*things[kind], work.rng.choice(everything[kind])]
    yield from steps(work.at_work(at), at + 2000, work.extra[-1], 0.1, 1.0)


def breaks(work: Workload, at: int) -> Iterator[Event]:
    """A policy change takes a permission away; the application tries again and again."""
    op = work.rng.choice(("kms:Decrypt", "secretsmanager:GetSecretValue", "ssm:GetParameters"))
    caller = work.at_work(at)
    for _ in range(work.rng.randint(20, 50)):
        yield denied(caller, at, op)
        at += apart(work.rng, 10, 50)


def moves(user: KeyUser, at: int) -> Iterator[Event]:
    """A server moves to another provider, with its key and its job."""
    user.places = (user.world.networks.rented(user.rng),)
    yield from steps(user.at_work(at), at, "sts:GetCallerIdentity", 1, 2)


def gateway(account: Account) -> Play:
    """An engineer gives the account another way out, which half of its machines then take."""

    def play(person: Person, at: int) -> Iterator[Event]:
        caller = person.at_desk(at, 0, console=False).but(region=account.region)
        yield call(caller, at + 2000, "ec2:AllocateAddress", {"domain": "vpc"})
        subnet = account.everything.pick("subnet")
        request = {"CreateNatGatewayRequest": {"SubnetId": subnet, "ConnectivityType": "public"}}
        yield call(caller, at + 20_000, "ec2:CreateNatGateway", request)
        yield call(caller, at + 150_000, "ec2:ReplaceRoute", {"destinationCidrBlock": "0.0.0.0/0"})
        account.egress[account.region].append(account.networks.provider(person.rng, account.region))

    return play


def investigates(person: Person, at: int) -> Iterator[Event]:
    """An analyst follows something up through everything there is, for an hour or two."""
    for desk in range(len(person.desks)):
        caller = person.at_desk(at, desk, console=False)
        caller = caller.but(holdings=caller.account.seen_by(person.rng))
        for line in person.rng.sample(_INVESTIGATION, 4):
            for event in steps(caller, at + 3000, line, 1, 15):
                yield event
                at = event[0]
            at += apart(person.rng, 30, 300)


def let_drift(world: World, actors: Sequence[Actor]) -> None:
    """Give everybody their share of change."""
    rng = world.rng("drift")
    evolving = [a for a in actors if isinstance(a, Workload) and a.kind in _EVOLVING]
    servers = [a for a in actors if "key:server" in a.labels() and "key:shared" not in a.labels()]
    for work in evolving:
        work.follow(steadily(0.05), release, "release")
    for work in _share(rng, evolving, 0.015):
        work.follow(once(_some_time(world, rng)), breaks, "broken_permission")
    for server in _share(rng, servers, 0.12):
        server.follow(once(_some_time(world, rng)), moves, "moved_server")
    _staff_events(world, rng, [a for a in actors if isinstance(a, Person) and not a.newcomer])


def _staff_events(world: World, rng: Random, settled: list[Person]) -> None:
    """An investigation and a new gateway, on the day in the middle."""
    options = world.options
    noon = options.start + int((options.end - options.start) / DAY * 0.5) * DAY + 10 * HOUR
    if noon + 3 * HOUR >= options.end:
        return
    analyst = next(p for p in settled if p.profession == "analyst")
    engineer = next(p for p in settled if p.profession == "sre")
    analyst.follow(once(noon), investigates, "investigation")
    account = rng.choice(world.estate.workloads())
    engineer.follow(once(noon + 20 * MINUTE), gateway(account), "new_gateway")


_Anybody = TypeVar("_Anybody", bound=Actor)


def _share(rng: Random, actors: list[_Anybody], share: float) -> list[_Anybody]:
    """A share of these, one at least."""
    return rng.sample(actors, max(1, round(share * len(actors)))) if actors else []


def _some_time(world: World, rng: Random) -> int:
    options = world.options
    return options.start + int((options.end - options.start) * rng.uniform(0.15, 0.95))
