"""Terraform: plans that refresh hundreds of resources in seconds, applies, and a weekly tear-down.

The loudest fan-out of all, and benign. A refresh asks for settings that do not exist and gets
`NoSuch...` and `NotFound` for answers; those are no denials.

Examples:
    >>> from detector.simulate.options import Options
    >>> world = World(Options(identities=60))
    >>> terraform(world, 0).kind
    'terraform'
"""

from collections.abc import Iterator
from random import Random

from detector.simulate.actor import Actor
from detector.simulate.clock import HOUR, MINUTE
from detector.simulate.estate import WORDS, Account
from detector.simulate.made_up import resource_id
from detector.simulate.operations import parsed
from detector.simulate.population.pipelines import Pipeline
from detector.simulate.population.static_users import KeyUser
from detector.simulate.population.workloads import Workload, issued_by, nat
from detector.simulate.records import Caller, Event, call
from detector.simulate.schedules import nightly, office
from detector.simulate.sessions import Role
from detector.simulate.tools import terraform as terraform_agent
from detector.simulate.world import World

_REFRESH = {
    "bucket": "s3:GetBucketAcl s3:GetBucketCors s3:GetBucketWebsite s3:GetBucketVersioning "
    "s3:GetAccelerateConfiguration s3:GetBucketRequestPayment s3:GetBucketLogging "
    "s3:GetBucketLifecycle s3:GetBucketReplication s3:GetBucketEncryption "
    "s3:GetBucketObjectLockConfiguration s3:GetBucketTagging s3:GetBucketPolicy",
    "role": "iam:GetRole iam:ListRolePolicies iam:ListAttachedRolePolicies",
    "policy": "iam:GetPolicy iam:GetPolicyVersion iam:ListPolicyVersions",
    "function": "lambda:GetFunction lambda:ListVersionsByFunction lambda:GetPolicy",
    "network": "ec2:DescribeVpcs ec2:DescribeVpcAttribute*2 ec2:DescribeSubnets*3 "
    "ec2:DescribeRouteTables*3 ec2:DescribeInternetGateways ec2:DescribeNetworkAcls "
    "ec2:DescribeNatGateways",
    "group": "ec2:DescribeSecurityGroups ec2:DescribeNetworkInterfaces",
    "instance": "ec2:DescribeInstances ec2:DescribeInstanceAttribute*3 ec2:DescribeVolumes "
    "ec2:DescribeTags ec2:DescribeInstanceTypes ec2:DescribeInstanceCreditSpecifications",
    "database": "rds:DescribeDBInstances rds:ListTagsForResource rds:DescribeDBSubnetGroups",
    "secret": "secretsmanager:DescribeSecret secretsmanager:GetResourcePolicy "
    "secretsmanager:GetSecretValue",
    "parameter": "ssm:GetParameter ssm:DescribeParameters ssm:ListTagsForResource",
    "key": "kms:DescribeKey kms:GetKeyPolicy kms:GetKeyRotationStatus kms:ListResourceTags",
    "table": "dynamodb:DescribeTable dynamodb:DescribeTimeToLive "
    "dynamodb:DescribeContinuousBackups dynamodb:ListTagsOfResource",
    "loggroup": "logs:DescribeLogGroups logs:ListTagsForResource",
    "zone": "route53:GetHostedZone route53:ListResourceRecordSets route53:ListTagsForResource",
    "repository": "ecr:DescribeRepositories ecr:GetRepositoryPolicy ecr:ListTagsForResource",
    "queue": "sqs:GetQueueAttributes sqs:ListQueueTags",
    "trail": "cloudtrail:DescribeTrails cloudtrail:GetTrailStatus cloudtrail:GetEventSelectors",
}
_CREATE = {
    "bucket": "s3:CreateBucket s3:PutBucketTagging s3:PutBucketEncryption s3:PutBucketPublicAccessBlock",
    "role": "iam:CreateRole iam:PutRolePolicy iam:AttachRolePolicy",
    "policy": "iam:CreatePolicy",
    "function": "lambda:CreateFunction lambda:AddPermission",
    "network": "ec2:CreateVpc ec2:CreateSubnet*3 ec2:CreateRouteTable ec2:CreateRoute "
    "ec2:AssociateRouteTable*2 ec2:CreateInternetGateway ec2:AttachInternetGateway",
    "group": "ec2:CreateSecurityGroup ec2:AuthorizeSecurityGroupIngress ec2:AuthorizeSecurityGroupEgress",
    "instance": "ec2:RunInstances ec2:DescribeInstances*3 ec2:CreateTags",
    "secret": "secretsmanager:CreateSecret secretsmanager:PutSecretValue",
    "parameter": "ssm:PutParameter",
    "loggroup": "logs:CreateLogGroup logs:PutRetentionPolicy",
    "zone": "route53:ChangeResourceRecordSets route53:GetChange*2",
    "queue": "sqs:CreateQueue",
}
_DESTROY = {
    "bucket": "s3:DeleteBucket",
    "role": "iam:DetachRolePolicy iam:DeleteRolePolicy iam:DeleteRole",
    "function": "lambda:DeleteFunction",
    "group": "ec2:RevokeSecurityGroupIngress ec2:DeleteSecurityGroup",
    "network": "ec2:DetachInternetGateway ec2:DeleteInternetGateway ec2:DeleteSubnet*3 ec2:DeleteVpc",
    "instance": "ec2:TerminateInstances ec2:DescribeInstances*4",
    "secret": "secretsmanager:DeleteSecret",
    "parameter": "ssm:DeleteParameter",
    "loggroup": "logs:DeleteLogGroup",
}
_MISSING = {
    "s3:GetBucketCors": "NoSuchCORSConfiguration",
    "s3:GetBucketWebsite": "NoSuchWebsiteConfiguration",
    "s3:GetBucketLifecycle": "NoSuchLifecycleConfiguration",
    "s3:GetBucketReplication": "ReplicationConfigurationNotFoundError",
    "s3:GetBucketObjectLockConfiguration": "ObjectLockConfigurationNotFoundError",
    "s3:GetBucketTagging": "NoSuchTagSet",
    "s3:GetBucketPolicy": "NoSuchBucketPolicy",
    "lambda:GetPolicy": "ResourceNotFoundException",
    "ecr:GetRepositoryPolicy": "RepositoryPolicyNotFoundException",
    "iam:GetRole": "NoSuchEntityException",
    "ec2:DescribeSecurityGroups": "Client.InvalidGroup.NotFound",
    "ec2:DescribeSubnets": "Client.InvalidSubnetID.NotFound",
}
_OFTEN_MISSING = 0.7


class Stack:
    """What one Terraform configuration manages: how many of which resources."""

    def __init__(self, rng: Random) -> None:
        kinds = rng.sample(list(_REFRESH), rng.randint(6, 12))
        self.resources = {kind: rng.randint(1, 5) for kind in kinds}

    def lines(self, table: dict[str, str], share: float, rng: Random) -> Iterator[str]:
        """The operations of a share of the resources."""
        for kind, count in self.resources.items():
            for _ in range(count):
                if kind in table and rng.random() < share:
                    yield table[kind]


def _play(caller: Caller, at: int, line: str, parallel: float) -> Iterator[Event]:
    for op, times in parsed(line):
        for _ in range(times):
            error = _MISSING.get(op, "")
            missing = error and caller.rng.random() < (_OFTEN_MISSING if op[:3] == "s3:" else 0.05)
            yield call(caller, at, op, error=error if missing else "")
            at += int(caller.rng.random() * 2 * parallel * 1000)


def refresh(actor: Actor, caller: Caller, at: int) -> Iterator[Event]:
    """A refresh: ten requests in flight at once, over everything in the stack."""
    stack: Stack = actor.stack  # type: ignore[attr-defined]
    for line in stack.lines(_REFRESH, 1.0, actor.rng):
        for event in _play(caller, at, line, 0.03):
            yield event[0], event[1], "not_found_refresh"
            at = event[0]
        at += 20


def plan(actor: Actor, at: int) -> Iterator[Event]:
    """`terraform plan`: who am I, then a refresh of everything."""
    caller = actor.at_work(at)
    yield call(caller, at + 1000, "sts:GetCallerIdentity")
    yield from refresh(actor, caller, at + 1500)


def apply(actor: Actor, at: int) -> Iterator[Event]:
    """`terraform apply`: a refresh, then a few changes."""
    yield from plan(actor, at)
    assert actor.held is not None  # noqa: S101 - plan has just worked
    caller, at = actor.held, at + 60_000
    stack: Stack = actor.stack  # type: ignore[attr-defined]
    for line in stack.lines(_CREATE, 0.15, actor.rng):
        for event in _play(caller, at, line, 0.25):
            yield event
            at = event[0]
        at += 400


def rebuild(actor: Actor, at: int) -> Iterator[Event]:
    """A test environment is torn down and set up again."""
    yield from plan(actor, at)
    assert actor.held is not None  # noqa: S101 - plan has just worked
    caller, at = actor.held, at + 60_000
    stack: Stack = actor.stack  # type: ignore[attr-defined]
    for table in (_DESTROY, _CREATE):
        for line in stack.lines(table, 0.9, actor.rng):
            for event in _play(caller, at, line, 0.2):
                yield event
                at = event[0]
            at += 300
        at += 2 * MINUTE


def terraform(world: World, number: int) -> Actor:
    """One configuration, run by a hosted pipeline, from a server, or with a user's own key."""
    rng = world.rng(f"make-terraform:{number}")
    account = world.account_for(rng)
    name = f"terraform-{account.tag}-{rng.choice(WORDS)}-{number}"
    actor = _runner(world, rng, account, name, number)
    actor.kind = "terraform"
    actor.stack = Stack(rng)  # type: ignore[attr-defined]
    volume = world.options.volume
    zone = rng.choice(world.zones)
    actor.follow(office(rng.uniform(1, 2.5) * volume, zone), plan)
    actor.follow(office(0.6 * volume, zone), apply)
    if account.name in {"dev", "staging", "sandbox"}:
        actor.follow(nightly(rng.randrange(2, 6), weekdays=True), rebuild)
    return actor


def _runner(world: World, rng: Random, account: Account, name: str, number: int) -> Actor:
    how = number % 4
    if how == 1:
        user = KeyUser(
            world,
            name,
            account,
            terraform_agent(rng),
            (rng.choice(account.egress[account.region]),),
        )
        user.holdings = account.everything.share(rng, 8)
        return user
    if how == 2:
        machine = resource_id(rng, "i")
        return Workload(
            world, name, "instance", Role(account, name, lifetime=6 * HOUR), nat(account),
            issuer=issued_by("ec2"), naming=lambda _: machine, agent=terraform_agent(rng),
            holdings=account.everything.share(rng, 8), context={"ec2RoleDelivery": "2.0"},
        )  # fmt: skip
    pipeline = Pipeline(world, name, account, f"{name}-deploy", agent=terraform_agent(rng))
    pipeline.holdings = account.everything.share(rng, 8)
    return pipeline
