"""Build pipelines: a fresh runner, a fresh address, a fresh session for every run.

The runner trades its signed token (whose subject names repository and branch) for a session of the
repository's role; addresses come from ranges that all pipelines of the world share.

Examples:
    >>> from detector.simulate.options import Options
    >>> world = World(Options(identities=60))
    >>> runs = pipeline(world, 0)
    >>> first, second = (runs.caller(world.options.start + n) for n in (0, 1))
    >>> first.address != second.address, first.key != second.key
    (True, True)
"""

from collections.abc import Iterator

from detector.simulate.actor import Actor
from detector.simulate.clock import HOUR
from detector.simulate.estate import WORDS, Account
from detector.simulate.lines import steps
from detector.simulate.records import Caller, Event
from detector.simulate.schedules import Schedule, apart, from_then_on, nightly, office
from detector.simulate.sessions import GITHUB, Role, by_web_identity, role_identity
from detector.simulate.tools import boto3, command_line
from detector.simulate.world import World

_JOBS = {
    "image": "sts:GetCallerIdentity ecr:GetAuthorizationToken ecr:BatchCheckLayerAvailability*6 "
    "ecr:InitiateLayerUpload*3 ecr:UploadLayerPart*4 ecr:CompleteLayerUpload*3 ecr:PutImage",
    "service": "sts:GetCallerIdentity ecs:DescribeTaskDefinition ecs:RegisterTaskDefinition "
    "ecs:UpdateService ecs:DescribeServices*8",
    "function": "sts:GetCallerIdentity lambda:GetFunction lambda:UpdateFunctionCode "
    "lambda:GetFunctionConfiguration*5 lambda:PublishVersion",
    "site": "sts:GetCallerIdentity s3:ListBuckets cloudfront:CreateInvalidation "
    "cloudfront:GetDistribution",
    "stack": "sts:GetCallerIdentity cloudformation:DescribeStacks cloudformation:CreateChangeSet "
    "cloudformation:DescribeChangeSet*3 cloudformation:ExecuteChangeSet cloudformation:DescribeStackEvents*6",
    "tests": "sts:GetCallerIdentity secretsmanager:GetSecretValue*3 ssm:GetParametersByPath",
}


class Pipeline(Actor):
    """One repository's pipeline. Every run has its own runner, address and session."""

    def __init__(
        self, world: World, repository: str, account: Account, role: str, *, agent: str = ""
    ) -> None:
        super().__init__(repository, "pipeline", world.rng(f"pipeline:{repository}"))
        self.world = world
        self.role = Role(account, role, lifetime=HOUR)
        branch = self.rng.choice(("ref:refs/heads/main", "environment:production"))
        self.subject = f"repo:{world.estate.company}/{repository}:{branch}"
        self.agent = agent or command_line(self.rng).replace("os/macos", "os/linux")
        self.holdings = account.everything.share(self.rng, 2)
        style = self.rng.random()
        self.session = "GitHubActions" if style < 0.3 else repository[:50]
        self.numbered = style > 0.7
        self.jobs: list[str] = []

    def caller(self, at: int) -> Caller:
        """A new run: a new runner with a new session."""
        name = (
            f"{self.session}-{self.rng.randrange(10**9, 10**10)}" if self.numbered else self.session
        )
        account = self.role.account
        provider = f"arn:aws:iam::{account.id}:oidc-provider/{GITHUB}"
        identity = role_identity(self.rng, self.role, name, at, provider=provider)
        address = self.world.networks.runner(self.rng)
        caller = Caller(
            self.rng, identity, account, address, self.agent, account.region, holdings=self.holdings
        )
        self.issued.append(
            by_web_identity(self.rng, self.role, identity, self.subject, GITHUB, caller, at)
        )
        return caller


def run(actor: Pipeline, at: int) -> Iterator[Event]:
    """One run of the repository's jobs, one after the other."""
    yield from jobs(actor, actor.at_work(at), at + 3000)


def jobs(actor: Pipeline, caller: Caller, at: int) -> Iterator[Event]:
    """The repository's jobs, on a runner."""
    for job in actor.jobs:
        for event in steps(caller, at, _JOBS[job], 0.2, 4):
            yield event
            at = event[0]
        at += apart(actor.rng, 5, 60)


def first_day(world: World) -> int:
    """When a new pipeline or a new employee begins: in the second half, on a working morning."""
    options = world.options
    day = (options.end - options.start) * 2 // 3 // (24 * HOUR)
    return options.start + day * 24 * HOUR + 9 * HOUR


def pipeline(world: World, number: int) -> Pipeline:
    """A repository with its jobs; one in twelve is created while we watch."""
    rng = world.rng(f"make-pipeline:{number}")
    account = world.account_for(rng)
    repository = (
        f"{rng.choice(WORDS)}-{rng.choice(('api', 'web', 'jobs', 'infra', 'lib'))}-{number}"
    )
    # Some repositories share one deployment role; the session name then tells them apart.
    role = f"{account.tag}-deploy" if rng.random() < 0.25 else f"ci-{repository}"
    made = Pipeline(
        world, repository, account, role, agent=boto3(rng) if rng.random() < 0.3 else ""
    )
    made.session = repository if role.endswith("-deploy") else made.session
    made.jobs = rng.sample(list(_JOBS), rng.randint(1, 3))
    new = made.newcomer = number % 12 == 11
    start = first_day(world) + rng.randrange(3 * HOUR) if new else 0
    volume = world.options.volume
    zone = rng.choice(world.zones)
    made.follow(
        _since(start, office(rng.uniform(4, 12) * volume, zone)),
        run,
        "first_day" if new else "build_churn",
    )
    if rng.random() < 0.3:
        made.follow(_since(start, nightly(rng.randrange(0, 6), 5)), run)
    return made


def _since(start: int, schedule: Schedule) -> Schedule:
    return from_then_on(start, schedule) if start else schedule
