"""The cloud provider's own services at work in the organisation's accounts.

Service-linked roles sweep and change things that nobody asked for at that moment; a service name
stands where an address would.

Examples:
    >>> from detector.simulate.options import Options
    >>> world = World(Options(identities=60))
    >>> ServiceRole(world, world.estate.accounts[0], "config").at_work(0).address
    'config.amazonaws.com'
"""

from collections.abc import Iterator

from detector.simulate.actor import Actor, Play
from detector.simulate.clock import HOUR, MINUTE
from detector.simulate.estate import Account
from detector.simulate.lines import steps
from detector.simulate.made_up import resource_id
from detector.simulate.population.kubernetes import launch
from detector.simulate.records import Caller, Event, Record, call
from detector.simulate.schedules import every, nightly, steadily
from detector.simulate.sessions import Role, by_service, role_identity
from detector.simulate.world import World

_ROLES = {
    "config": ("AWSServiceRoleForConfig", "AWSConfig-Describe"),
    "trustedadvisor": ("AWSServiceRoleForTrustedAdvisor", "TrustedAdvisor"),
    "inspector2": ("AWSServiceRoleForAmazonInspector2", "MandoService"),
    "autoscaling": ("AWSServiceRoleForAutoScaling", "AutoScaling"),
    "rds": ("AWSServiceRoleForRDS", "SLRManagement"),
    "malware-protection.guardduty": (
        "AWSServiceRoleForAmazonGuardDutyMalwareProtection",
        "GuardDutyMalwareProtection",
    ),
}
_RECORDER = (
    "ec2:DescribeVolumes ec2:DescribeSecurityGroups ec2:DescribeVpcs ec2:DescribeSubnets "
    "ec2:DescribeNetworkInterfaces*2 ec2:DescribeRouteTables s3:GetBucketAcl*4 s3:GetBucketPolicy*4 "
    "s3:GetBucketVersioning*3 s3:GetBucketTagging*3 s3:GetBucketEncryption*3 iam:ListRoles "
    "iam:GetRole*3 iam:ListUsers iam:GetPolicyVersion*2 rds:DescribeDBInstances lambda:GetFunction*2 "
    "dynamodb:DescribeTable*3 kms:DescribeKey*3 elasticloadbalancing:DescribeLoadBalancers"
)
_ADVISOR = (
    "ec2:DescribeInstances ec2:DescribeVolumes ec2:DescribeAddresses ec2:DescribeSecurityGroups "
    "ec2:DescribeSnapshots rds:DescribeDBInstances s3:ListBuckets s3:GetBucketAcl*5 iam:ListUsers "
    "iam:GetAccountPasswordPolicy iam:GetAccountSummary iam:GetCredentialReport cloudtrail:DescribeTrails "
    "elasticloadbalancing:DescribeLoadBalancers route53:ListHostedZones lambda:ListFunctions "
    "autoscaling:DescribeAutoScalingGroups cloudfront:ListDistributions acm:ListCertificates"
)
_INSPECTOR = "ec2:DescribeInstances ssm:DescribeInstanceInformation ecr:DescribeImages*3 lambda:ListFunctions lambda:GetFunction*3 ec2:CreateTags"
_MARK = "service_linked_roles"


class ServiceRole(Actor):
    """A service in one account, acting under its service-linked role."""

    def __init__(self, world: World, account: Account, service: str) -> None:
        super().__init__(
            f"{service}-{account.name}", "provider", world.rng(f"{service}:{account.id}")
        )
        name, self.session = _ROLES[service]
        self.world = world
        self.service = service
        self.role = Role(account, name, f"aws-service-role/{service}.amazonaws.com/")
        self._held: tuple[Caller, int] | None = None

    def caller(self, at: int) -> Caller:
        """The service with a session of an hour."""
        if self._held is None or at > self._held[1]:
            identity = role_identity(self.rng, self.role, self.session, at)
            region = self.role.account.region
            self.issued.append(by_service(self.rng, self.role, identity, self.service, at, region))
            identity = {k: v for k, v in identity.items() if k != "accessKeyId"}
            host = f"{self.service}.amazonaws.com"
            identity["invokedBy"] = host
            self._held = (
                Caller(self.rng, identity, self.role.account, host, host, region),
                at + HOUR,
            )
        return self._held[0]


def sweep(line: str) -> Play:
    """A service looks at everything in the account."""

    def play(actor: Actor, at: int) -> Iterator[Event]:
        yield from steps(actor.at_work(at), at + 1000, line, 0.05, 0.7)

    return play


def replace_instances(actor: Actor, at: int) -> Iterator[Event]:
    """A scaling group launches or ends instances."""
    caller = actor.at_work(at)
    yield launch(caller, at + 1000, "m5.large", actor.rng.randint(1, 2))
    yield call(caller, at + 2000, "ec2:CreateTags")
    target = {"instancesSet": {"items": [{"instanceId": caller.holdings.pick("instance")}]}}
    yield call(caller, at + actor.rng.randint(5, 50) * MINUTE, "ec2:TerminateInstances", target)


def share_with(snapshot: str, account: str) -> Record:
    """The request that lets another account use a snapshot."""
    return {
        "snapshotId": snapshot,
        "createVolumePermission": {"add": {"items": [{"userId": account}]}},
        "attributeType": "CREATE_VOLUME_PERMISSION",
    }


def malware_scan(actor: ServiceRole, at: int) -> Iterator[Event]:
    """A suspicious instance is copied into the provider's own account, scanned and forgotten."""
    caller = actor.at_work(at)
    snapshot = resource_id(actor.rng, "snap")
    yield call(
        caller,
        at + 1000,
        "ec2:CreateSnapshot",
        {"volumeId": caller.holdings.pick("volume")},
        response={"snapshotId": snapshot},
    )
    yield call(caller, at + 60_000, "ec2:DescribeSnapshots")
    yield call(
        caller,
        at + 90_000,
        "ec2:ModifySnapshotAttribute",
        share_with(snapshot, actor.world.estate.scanner),
    )
    yield call(caller, at + 20 * MINUTE, "ec2:DeleteSnapshot", {"snapshotId": snapshot})


def trail_writer(world: World, account: Account) -> Actor:
    """The services that act as themselves: trail delivery, certificate renewal."""

    class Itself(Actor):
        def caller(self, at: int) -> Caller:  # noqa: ARG002 - a service is always there
            host = "cloudtrail.amazonaws.com"
            identity = {"type": "AWSService", "invokedBy": host}
            return Caller(self.rng, identity, account, host, host, account.region)

    actor = Itself(f"trail-{account.name}", "provider", world.rng(f"trail:{account.id}"))
    actor.follow(every(HOUR), sweep("s3:GetBucketAcl*2"), _MARK)
    return actor


def services(world: World) -> list[Actor]:
    """All of the provider's services, in every account."""
    found: list[Actor] = []
    volume = world.options.volume
    for account in world.estate.accounts:
        made = {name: ServiceRole(world, account, name) for name in _ROLES}
        made["config"].follow(every(int(2 * HOUR / volume)), sweep(_RECORDER), _MARK)
        made["trustedadvisor"].follow(
            nightly(made["config"].rng.randrange(24)), sweep(_ADVISOR), _MARK
        )
        made["inspector2"].follow(every(int(6 * HOUR / volume)), sweep(_INSPECTOR), _MARK)
        made["autoscaling"].follow(steadily(4 * volume), replace_instances, "autoscaling")
        made["rds"].follow(
            steadily(2),
            sweep("ec2:DescribeSubnets ec2:CreateNetworkInterface ec2:DescribeSecurityGroups"),
            _MARK,
        )
        made["malware-protection.guardduty"].follow(
            steadily(0.6), malware_scan, "scan_and_backup_sharing"
        )
        found += [*made.values(), trail_writer(world, account)]
    return found
