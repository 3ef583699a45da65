"""Posture scanners and inventory readers: whoever reads everything in all accounts every day.

Examples:
    >>> from detector.simulate.options import Options
    >>> world = World(Options(identities=60))
    >>> {reader.kind for reader in readers(world, 3)}
    {'reader'}
"""

from collections.abc import Iterator

from detector.simulate.actor import Actor
from detector.simulate.clock import HOUR
from detector.simulate.estate import Account
from detector.simulate.lines import steps
from detector.simulate.networks import private
from detector.simulate.operations import parsed
from detector.simulate.population.pipelines import first_day
from detector.simulate.records import Caller, Event, call, denied
from detector.simulate.schedules import every, from_then_on, nightly
from detector.simulate.sessions import Role, assume, by_service, role_identity
from detector.simulate.tools import boto3, go
from detector.simulate.world import World

_SWEEP = (
    "sts:GetCallerIdentity iam:GetAccountSummary iam:GetCredentialReport iam:ListUsers iam:ListRoles*3 "
    "iam:ListPolicies iam:ListAccessKeys*8 iam:ListAttachedUserPolicies*6 iam:GetAccountPasswordPolicy "
    "iam:GetPolicyVersion*6 iam:ListMFADevices*4 s3:ListBuckets s3:GetBucketAcl*16 s3:GetBucketPolicy*16 "
    "s3:GetBucketEncryption*10 s3:GetBucketLogging*8 s3:GetBucketPublicAccessBlock*14 "
    "ec2:DescribeRegions ec2:DescribeInstances*3 ec2:DescribeSecurityGroups*2 ec2:DescribeVpcs "
    "ec2:DescribeFlowLogs ec2:DescribeSnapshots ec2:DescribeImages ec2:DescribeVolumes "
    "ec2:DescribeInstanceAttribute*12 ec2:DescribeSnapshotAttribute*6 lambda:ListFunctions*2 "
    "lambda:GetFunction*14 lambda:GetPolicy*10 rds:DescribeDBInstances rds:DescribeDBSnapshots "
    "rds:DescribeDBSnapshotAttributes*3 kms:ListKeys kms:DescribeKey*8 kms:GetKeyPolicy*8 "
    "kms:GetKeyRotationStatus*6 secretsmanager:ListSecrets secretsmanager:DescribeSecret*10 "
    "ssm:DescribeParameters cloudtrail:DescribeTrails cloudtrail:GetTrailStatus*2 "
    "cloudtrail:GetEventSelectors*2 config:DescribeConfigurationRecorders guardduty:ListDetectors "
    "ecr:DescribeRepositories ecr:GetRepositoryPolicy*6 eks:ListClusters eks:DescribeCluster*2 "
    "ecs:ListClusters elasticloadbalancing:DescribeLoadBalancers cloudfront:ListDistributions "
    "route53:ListHostedZones acm:ListCertificates sns:ListTopics sqs:ListQueues dynamodb:ListTables "
    "dynamodb:DescribeTable*5 es:ListDomainNames redshift:DescribeClusters organizations:ListAccounts"
)
_MARK = "posture_readers"


class VendorReader(Actor):
    """A posture vendor: comes from its own account with an external id, into every account."""

    def __init__(self, world: World, name: str) -> None:
        super().__init__(name, "reader", world.rng(f"reader:{name}"))
        self.world = world
        self.role_name = name
        self.places = [world.networks.provider(self.rng, "us-east-1") for _ in range(3)]
        self.agent = boto3(self.rng)
        self.sweeps = 0

    def caller(self, at: int) -> Caller:
        """The vendor in the account whose turn it is."""
        accounts = self.world.estate.accounts
        account = accounts[self.sweeps % len(accounts)]
        role = Role(account, self.role_name)
        identity = role_identity(self.rng, role, f"{self.role_name}-scan", at)
        caller = Caller(
            self.rng, identity, account, self.rng.choice(self.places), self.agent, account.region
        )
        who = {
            "type": "AWSAccount",
            "principalId": f"AROAVENDOR{self.world.estate.partner[:11]}:scanner",
            "accountId": self.world.estate.partner,
        }
        params = {
            "roleArn": role.arn,
            "roleSessionName": f"{self.role_name}-scan",
            "externalId": self.world.estate.partner[::-1],
        }
        response = {
            "credentials": {"accessKeyId": identity["accessKeyId"]},
            "assumedRoleUser": {"arn": identity["arn"], "assumedRoleId": identity["principalId"]},
        }
        self.issued.append(
            call(caller.but(identity=who), at, "sts:AssumeRole", params, response=response)
        )
        return caller

    def scan(self, at: int) -> Iterator[Event]:
        """One account after the other, in each of its regions."""
        for _ in self.world.estate.accounts:
            caller = self.at_work(at)
            self.sweeps += 1
            for region in caller.account.regions[:2]:
                for event in steps(caller.but(region=region), at + 2000, _part(self), 0.03, 0.5):
                    yield event
                    at = event[0]
                yield denied(caller, at, "ec2:GetEbsEncryptionByDefault", None)


def _part(actor: Actor) -> str:
    """A sweep that leaves out a few checks, as they come and go with the vendor's releases."""
    words = _SWEEP.split()
    return " ".join(w for w in words if actor.rng.random() > 0.08)


class InventoryReader(Actor):
    """The organisation's own inventory: a task in one account that takes a role in all the others."""

    def __init__(self, world: World, name: str, home: Account) -> None:
        super().__init__(name, "reader", world.rng(f"reader:{name}"))
        self.world = world
        self.role = Role(home, f"{name}-task", lifetime=6 * HOUR)
        self.agent = go(self.rng)
        self._held: tuple[Caller, int] | None = None

    def caller(self, at: int) -> Caller:
        """The task at home."""
        if self._held is None or at > self._held[1]:
            home = self.role.account
            identity = role_identity(self.rng, self.role, f"{self.rng.getrandbits(128):032x}", at)
            caller = Caller(
                self.rng, identity, home, private(self.rng), self.agent, home.region,
                endpoint=home.endpoints[home.region][1],
            )  # fmt: skip
            self.issued.append(
                by_service(self.rng, self.role, identity, "ecs-tasks", at, home.region)
            )
            self._held = (caller, at + 4 * HOUR)
        return self._held[0]

    def collect(self, at: int) -> Iterator[Event]:
        """Into every account in turn, reading what it holds; both sides of the hop are logged."""
        home = self.at_work(at)
        out = home.but(address=self.rng.choice(home.account.egress[home.region]), endpoint="")
        for account in self.world.estate.accounts:
            role = Role(account, "inventory-reader")
            events, inside = assume(out, role, "inventory", at)
            for event in events:
                yield event[0], event[1], "cross_account_call"
            inside = inside.but(region=account.region)
            for event in steps(inside, at + 1000, _part(self), 0.02, 0.3):
                yield event
                at = event[0]
            at += 5000


def readers(world: World, count: int) -> list[Actor]:
    """A vendor, an inventory, and more of both in a large organisation."""
    found: list[Actor] = []
    for number in range(count):
        if number % 2 == 0:
            vendor = VendorReader(world, f"cspm-audit-{number}")
            sweeps = nightly(vendor.rng.randrange(24))
            if number >= 2:  # a second vendor comes while we watch
                vendor.newcomer = True
                vendor.follow(
                    from_then_on(first_day(world), sweeps), VendorReader.scan, "first_day"
                )
            else:
                vendor.follow(sweeps, VendorReader.scan, _MARK)
            found.append(vendor)
        else:
            home = world.estate.by_name("security")
            inventory = InventoryReader(world, f"inventory-{number}", home)
            inventory.follow(every(12 * HOUR), InventoryReader.collect, _MARK)
            found.append(inventory)
    return found


def sweep_size() -> int:
    """The most calls that one sweep of one region makes.

    Examples:
        >>> sweep_size() > 200
        True
    """
    return sum(times for _, times in parsed(_SWEEP))
