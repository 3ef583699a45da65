"""IAM users with long-lived keys: a few people's command lines, servers on premises, vendors.

Examples:
    >>> from detector.simulate.options import Options
    >>> world = World(Options(identities=60))
    >>> user = key_user(world, 0)
    >>> user.at_work(world.options.start).key[:4]
    'AKIA'
"""

from collections.abc import Iterator
from random import Random

from detector.simulate.actor import Actor
from detector.simulate.clock import MINUTE, day_of
from detector.simulate.estate import WORDS, Account
from detector.simulate.lines import steps
from detector.simulate.population.desk import RARE_READS, TASKS
from detector.simulate.population.people import Whereabouts
from detector.simulate.population.workloads import works
from detector.simulate.records import Caller, Event, call
from detector.simulate.schedules import (
    Schedule,
    apart,
    every,
    habitually,
    nightly,
    office,
    steadily,
)
from detector.simulate.sessions import user_identity
from detector.simulate.tools import boto3, command_line, java
from detector.simulate.world import World

_PERSONAL_TASKS = [
    "whoami",
    "instances",
    "tail",
    "buckets",
    "functions",
    "stacks",
    "own_secret",
    "own_parameters",
    "services",
    "images",
]
_SERVER_LINES = {
    "mailer": "ses:SendRawEmail*4 ses:GetSendQuota",
    "uploader": "s3:ListBuckets s3:GetBucketLocation*2 kms:GenerateDataKey*6",
    "monitor": "cloudwatch:GetMetricData*4 cloudwatch:DescribeAlarms ec2:DescribeInstances",
    "queue": "sqs:GetQueueAttributes*3 kms:Decrypt*4",
    "deployer": "sts:GetCallerIdentity ecr:GetAuthorizationToken lambda:UpdateFunctionCode "
    "lambda:GetFunctionConfiguration*3",
}


class KeyUser(Actor):
    """An IAM user. `places` are the addresses of servers; a person's key roams instead.

    A key may be replaced: `replace` is what a rotator does, and old and new are both live a while.
    Whoever does not rotate keeps a key for good, as many do.
    """

    def __init__(
        self, world: World, name: str, account: Account, agent: str, places: tuple[str, ...]
    ) -> None:
        super().__init__(name, "key", world.rng(f"key:{name}"))
        self.world = world
        self.account = account
        self.agent = agent
        self.places = places
        self.identity = user_identity(self.rng, account, name)
        self.holdings = account.everything.share(self.rng)
        self.whereabouts = Whereabouts(world, self.rng) if not places else None
        self.zone = self.rng.choice(world.zones)
        self.trade = ""
        self.rotates = True

    def caller(self, at: int) -> Caller:
        """The user, from wherever it works today."""
        if self.whereabouts is None:
            address = self.places[int(self.rng.random() * len(self.places))]
        else:
            address = self.whereabouts.now(day_of(at, self.zone))
        return Caller(
            self.rng, self.identity, self.account, address, self.agent, self.account.region,
            holdings=self.holdings,
        )  # fmt: skip

    def labels(self) -> set[str]:
        """A key of a person or a server; of two servers; of what it is for."""
        if self.kind != "key":
            return {self.kind}
        found = {"key", "key:server" if self.places else "key:personal", f"key:{self.trade}"}
        return found | {"key:shared"} if len(self.places) > 1 else found

    def rhythm(self, per_day: float) -> Schedule:
        """People's keys on working days, servers' on all."""
        return habitually(per_day, self.zone, weekends=bool(self.places))

    def live(self, at: int) -> bool:  # noqa: ARG002 - the same at any time
        """A long-lived key can be taken over at any time."""
        return True

    def replace(self, key: str) -> None:
        """Go on with a new key."""
        self.identity = self.identity | {"accessKeyId": key}


def key_user(world: World, number: int) -> KeyUser:
    """A person's key (every second one) or a server's."""
    rng = world.rng(f"make-key:{number}")
    account = world.account_for(rng)
    if number % 2 == 0:
        return _personal(world, rng, account, number)
    return _server(world, rng, account, number)


def _personal(world: World, rng: Random, account: Account, number: int) -> KeyUser:
    user = KeyUser(world, f"{rng.choice(WORDS)}-dev-{number}", account, command_line(rng), ())
    volume = world.options.volume
    habits = rng.sample(_PERSONAL_TASKS, 4)

    def sitting(actor: Actor, at: int) -> Iterator[Event]:
        caller = actor.at_work(at)
        for _ in range(actor.rng.randint(1, 3)):
            if actor.rng.random() < 0.04:
                yield call(caller, at, actor.rng.choice(RARE_READS))
            else:
                yield from steps(caller, at, TASKS[actor.rng.choice(habits)], 0.5, 8)
            at += apart(actor.rng, 15, 200)

    user.follow(office(rng.uniform(4, 9) * volume, user.zone), sitting, "roaming")
    return user


def _server(world: World, rng: Random, account: Account, number: int) -> KeyUser:
    what = rng.choice(list(_SERVER_LINES))
    networks = world.networks
    home = networks.rented(rng) if rng.random() < 0.5 else networks.office(rng, rng.randrange(3))
    places: tuple[str, ...] = (home,)
    mark = ""
    if number % 6 == 1:  # one key in two workloads: untidy, and nobody's abuse
        places = (home, networks.provider(rng, account.region))
        mark = "shared_key"
    agent = rng.choice((boto3, java))(rng)
    user = KeyUser(world, f"{what}-{rng.choice(WORDS)}-{number}", account, agent, places)
    user.trade = what
    volume = world.options.volume
    user.follow(steadily(rng.uniform(15, 45) * volume), works(_SERVER_LINES[what]), mark)
    if rng.random() < 0.2:
        user.follow(every(30 * MINUTE), works(_SERVER_LINES[what]), mark)
    if rng.random() < 0.25:
        user.follow(
            nightly(rng.randrange(24)),
            works("s3:ListBuckets kms:GenerateDataKey*25", low=0.3, high=4),
            "nightly_batch",
        )
    return user
