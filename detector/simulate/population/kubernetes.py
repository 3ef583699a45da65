"""Clusters: controllers that never sleep, and application pods with web-identity sessions.

Pods come and go; what stays is the service account and its role.

Examples:
    >>> from detector.simulate.options import Options
    >>> world = World(Options(identities=60))
    >>> pod = service_account(world, 0)
    >>> pod.kind
    'pod'
"""

from collections.abc import Callable, Iterator
from random import Random

from detector.simulate.actor import Actor
from detector.simulate.clock import HOUR, MINUTE
from detector.simulate.estate import WORDS, Account
from detector.simulate.lines import steps
from detector.simulate.made_up import resource_id, uuid
from detector.simulate.population.workloads import (
    Issuer,
    Workload,
    endpoint,
    epoch_named,
    issued_by,
    mixed,
    nat,
    works,
)
from detector.simulate.records import Caller, Event, call
from detector.simulate.schedules import every, office, steadily
from detector.simulate.sessions import Role, by_web_identity
from detector.simulate.tools import boto3, go, java
from detector.simulate.world import World

_CONTROLLERS = {
    "cluster-autoscaler": "autoscaling:DescribeAutoScalingGroups*2 autoscaling:DescribeAutoScalingInstances "
    "ec2:DescribeLaunchTemplateVersions ec2:DescribeInstanceTypes",
    "external-dns": "route53:ListHostedZones route53:ListResourceRecordSets*3 "
    "route53:ListTagsForResource",
    "aws-load-balancer-controller": "elasticloadbalancing:DescribeLoadBalancers "
    "elasticloadbalancing:DescribeTargetGroups*2 elasticloadbalancing:DescribeTargetHealth*3 "
    "ec2:DescribeSecurityGroups ec2:DescribeSubnets wafv2:GetWebACLForResource",
    "karpenter": "ec2:DescribeInstances ec2:DescribeInstanceTypeOfferings ec2:DescribeSubnets "
    "ec2:DescribeSecurityGroups ec2:DescribeSpotPriceHistory pricing:GetProducts",
    "ebs-csi": "ec2:DescribeVolumes*3 ec2:DescribeInstances",
    "external-secrets": "secretsmanager:GetSecretValue*10 ssm:GetParametersByPath*3 "
    "secretsmanager:ListSecrets",
}
_CONTROLLER_ACTS = {
    "cluster-autoscaler": "autoscaling:SetDesiredCapacity",
    "external-dns": "route53:ChangeResourceRecordSets*2",
    "aws-load-balancer-controller": "elasticloadbalancing:RegisterTargets*2 "
    "elasticloadbalancing:DeregisterTargets ec2:AuthorizeSecurityGroupIngress",
    "ebs-csi": "ec2:CreateVolume ec2:AttachVolume ec2:DescribeVolumes*4 ec2:CreateTags",
}
_POD_LINES = (
    "secretsmanager:GetSecretValue",
    "kms:Decrypt*3",
    "ssm:GetParameters",
    "kms:GenerateDataKey*2",
    "sqs:GetQueueAttributes",
    "dynamodb:DescribeTable*2",
)


def _oidc(account: Account) -> str:
    digits = f"{Random(account.id).getrandbits(128):032X}"
    return f"oidc.eks.{account.region}.amazonaws.com/id/{digits}"


def subject_of(pod: Workload) -> str:
    """The service account in whose name a pod asks for its session."""
    return f"system:serviceaccount:{pod.role.name.rsplit('-', 1)[-1]}:{pod.name}"


def by_pod_token() -> Issuer:
    """The pod exchanges its projected token for a session."""

    def issue(work: Workload, caller: Caller, at: int) -> Event:
        account = work.role.account
        return by_web_identity(
            caller.rng, work.role, caller.identity, subject_of(work), _oidc(account), caller, at
        )

    return issue


def _session(
    rng: Random, cluster: str, name: str, *, pod_identity: bool
) -> Callable[[Random], str]:
    if pod_identity:
        return lambda drawn: f"eks-{cluster[:12]}-{name[:10]}-{uuid(drawn)}"
    return epoch_named(rng.choice(("botocore-session-", "aws-sdk-java-", f"{name}-")))


def controller(world: World, number: int) -> Workload:
    """One of the controllers that every cluster runs."""
    rng = world.rng(f"make-controller:{number}")
    names = list(_CONTROLLERS)
    name = names[number % len(names)]
    account = world.estate.workloads()[(number // len(names)) % len(world.estate.workloads())]
    cluster = account.things["cluster"][number // len(names) % 3]
    pod = Workload(
        world,
        f"{name}-{number}",
        "controller",
        Role(account, f"{cluster}-{name}", lifetime=12 * HOUR),
        rng.choice((nat, mixed))(account),
        issuer=by_pod_token(),
        naming=epoch_named("aws-sdk-go-"),
        agent=go(rng, name),
        churn=True,
    )
    volume = world.options.volume
    pod.follow(
        every(int(rng.choice((10, 15, 20)) * MINUTE / volume)),
        works(_CONTROLLERS[name]),
        "controllers",
    )
    if name == "karpenter":
        pod.follow(steadily(6 * volume), scale_out, "autoscaling")
    elif name in _CONTROLLER_ACTS:
        pod.follow(steadily(6 * volume), works(_CONTROLLER_ACTS[name]), "autoscaling")
    return pod


def launch(caller: Caller, at: int, family: str, count: int) -> Event:
    """RunInstances, with its request and its answer."""
    rng = caller.rng
    items = [{"instanceId": resource_id(rng, "i"), "instanceType": family} for _ in range(count)]
    params = {
        "instancesSet": {
            "items": [{"imageId": caller.holdings.pick("image"), "minCount": 1, "maxCount": count}]
        },
        "instanceType": family,
        "blockDeviceMapping": {},
        "monitoring": {"enabled": False},
        "disableApiTermination": False,
    }
    return call(caller, at, "ec2:RunInstances", params, response={"instancesSet": {"items": items}})


def scale_out(actor: Actor, at: int) -> Iterator[Event]:
    """Karpenter finds pending pods: it launches, tags, and later terminates instances."""
    caller = actor.at_work(at)
    yield from steps(
        caller, at, "ec2:DescribeInstanceTypes pricing:GetProducts ssm:GetParameter", 0.1, 0.5
    )
    at += 2500
    family = actor.rng.choice(("m6i.xlarge", "m6i.2xlarge", "c6i.xlarge", "r6i.large"))
    yield call(caller, at, "ec2:CreateFleet", {"CreateFleetRequest": {"Type": "instant"}})
    yield launch(caller, at + 900, family, actor.rng.randint(1, 3))
    yield call(caller, at + 2000, "ec2:CreateTags")
    if actor.rng.random() < 0.6:
        yield call(
            caller,
            at + 40 * MINUTE,
            "ec2:TerminateInstances",
            {"instancesSet": {"items": [{"instanceId": caller.holdings.pick("instance")}]}},
        )


def service_account(world: World, number: int) -> Workload:
    """An application in a cluster: pods that come and go under one service account."""
    rng = world.rng(f"make-pod:{number}")
    account = world.account_for(rng)
    cluster = rng.choice(account.things["cluster"])
    name = f"{rng.choice(WORDS)}-{rng.choice(('api', 'worker', 'consumer', 'cron'))}"
    pod_identity = rng.random() < 0.3
    pod = Workload(
        world,
        f"{name}-{number}",
        "pod",
        Role(account, f"{cluster}-{name}-{number}", lifetime=6 * HOUR),
        rng.choice((nat, mixed, endpoint))(account),
        issuer=issued_by("pods.eks") if pod_identity else by_pod_token(),
        lanes=rng.choice((1, 2, 3)),
        naming=_session(rng, cluster, name, pod_identity=pod_identity),
        agent=rng.choice((java, boto3, go))(rng),
        churn=True,
    )
    volume = world.options.volume
    pod.follow(
        steadily(rng.uniform(40, 110) * volume), works(*rng.sample(_POD_LINES, 3)), "pod_churn"
    )
    if rng.random() < 0.3:
        pod.follow(
            office(3 * volume), works("sts:GetCallerIdentity secretsmanager:GetSecretValue*3")
        )
    return pod
