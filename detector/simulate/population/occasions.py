"""What happens seldom and is nobody's abuse: a recovery exercise, and grave changes by those whose
job they are.

Examples:
    >>> sorted(_CHANGES)[:2]
    ['admin', 'analyst']
"""

from collections.abc import Callable, Iterator

from detector.simulate.changing import ingress
from detector.simulate.clock import DAY, HOUR, MINUTE, worded
from detector.simulate.lines import steps
from detector.simulate.made_up import access_key, letters, resource_id
from detector.simulate.population.kubernetes import launch
from detector.simulate.population.people import Person
from detector.simulate.records import Event, call
from detector.simulate.schedules import apart, office, once
from detector.simulate.tokens import Job, TokenUser, approval, task_event
from detector.simulate.world import World

EXERCISE = "recovery_exercise"


def change_window(person: Person, at: int, intent: str, hours: int) -> Iterator[Event]:
    """A declared change with an end, approved by somebody else, as the change calendar reports it."""
    job = Job(
        f"chg-{letters(person.rng, 8).lower()}", intent, "action", (), (), "", at + hours * HOUR
    )
    user = TokenUser(
        person.rng, f"user:{person.mail}", "human", None, "change-calendar", "", "", task=job
    )
    yield task_event(user, at, job)
    yield approval(
        user, at + 60_000, job, f"user:change-board@{person.world.estate.company}.example"
    )


def recovery_exercise(world: World, people: list[Person]) -> None:
    """One platform engineer rebuilds a service in another region, once, on a declared day."""
    engineers = [p for p in people if p.profession == "sre" and not p.joins]
    options = world.options
    day = (options.end - options.start) * 3 // 5 // DAY
    at = options.start + day * DAY + 13 * HOUR
    if engineers and at < options.end - 3 * HOUR:
        engineers[0].follow(once(at), exercise, EXERCISE)


def exercise(person: Person, at: int) -> Iterator[Event]:
    """Restore, launch, point the name at it, and clean up again."""
    yield from change_window(person, at, "recovery exercise", 4)
    at += 30 * MINUTE
    caller = person.at_desk(at, 0, console=False)
    away = caller.but(region=caller.account.regions[-1])
    at += 5000
    for line in (
        "rds:DescribeDBSnapshots rds:RestoreDBInstanceFromDBSnapshot rds:DescribeDBInstances*8",
        "ec2:DescribeSnapshots ec2:CopySnapshot*2 ec2:CreateVolume*2 ec2:DescribeVolumes*4",
    ):
        for event in steps(away, at, line, 2, 15):
            yield event
            at = event[0]
    for _ in range(3):
        yield launch(away, at, "m5.xlarge", 2)
        at += apart(person.rng, 10, 60)
    yield from steps(caller, at, "route53:ChangeResourceRecordSets route53:GetChange*3", 2, 10)
    at += 50 * MINUTE
    for line in ("rds:DeleteDBInstance", "ec2:TerminateInstances*2 ec2:DeleteSnapshot*2"):
        yield from steps(away, at, line, 3, 20)
        at += 2 * MINUTE


def hire(person: Person, at: int) -> Iterator[Event]:
    """A new IAM user with a policy and a key, for somebody's tool."""
    caller = person.at_desk(at, 0, console=False)
    name = f"svc-{letters(person.rng, 6).lower()}"
    key = {
        "accessKeyId": access_key(person.rng, "AKIA"),
        "status": "Active",
        "userName": name,
        "createDate": worded(at),
    }
    yield call(
        caller,
        at + 3000,
        "iam:CreateUser",
        {"userName": name},
        response={"user": {"userName": name}},
    )
    policy = {"userName": name, "policyArn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}
    yield call(caller, at + 20_000, "iam:AttachUserPolicy", policy)
    yield call(
        caller, at + 40_000, "iam:CreateAccessKey", {"userName": name}, response={"accessKey": key}
    )


def open_port(person: Person, at: int) -> Iterator[Event]:
    """A web port is opened to the world for a public service."""
    caller = person.at_desk(at, 0, console=True)
    group = caller.holdings.pick("group")
    yield call(caller, at + 3000, "ec2:DescribeSecurityGroups")
    yield call(
        caller, at + 30_000, "ec2:AuthorizeSecurityGroupIngress", ingress(group, "0.0.0.0/0", 443)
    )


def trust_service(person: Person, at: int) -> Iterator[Event]:
    """A role may now be taken by another role of the same organisation."""
    caller = person.at_desk(at, 0, console=False)
    partner = person.rng.choice(person.world.estate.accounts)
    document = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":'
        f'"arn:aws:iam::{partner.id}:role/{person.rng.choice(partner.things["role"])}"}},'
        '"Action":"sts:AssumeRole"}]}'
    )
    params = {"roleName": caller.holdings.pick("role"), "policyDocument": document}
    yield call(caller, at + 5000, "iam:GetRole")
    yield call(caller, at + 25_000, "iam:UpdateAssumeRolePolicy", params)


def debug_machine(person: Person, at: int) -> Iterator[Event]:
    """A machine is started to look into something, dry run first, and ended in the evening."""
    caller = person.at_desk(at, 0, console=False)
    yield call(
        caller,
        at + 2000,
        "ec2:RunInstances",
        {"instanceType": "t3.large"},
        error="Client.DryRunOperation",
        message="Request would have succeeded, but DryRun flag is set.",
    )
    yield launch(caller, at + 9000, "t3.large", 1)
    yield call(
        caller,
        at + 5 * HOUR,
        "ec2:TerminateInstances",
        {"instancesSet": {"items": [{"instanceId": resource_id(person.rng, "i")}]}},
    )


def tune_trail(person: Person, at: int) -> Iterator[Event]:
    """A trail records more than before."""
    caller = person.at_desk(at, 0, console=False)
    selector = {"readWriteType": "All", "includeManagementEvents": True, "dataResources": []}
    yield call(caller, at + 3000, "cloudtrail:GetEventSelectors")
    yield call(
        caller,
        at + 30_000,
        "cloudtrail:PutEventSelectors",
        {"trailName": "org-trail", "eventSelectors": [selector]},
    )


Change = Callable[[Person, int], Iterator[Event]]
_CHANGES: dict[str, tuple[Change, ...]] = {
    "admin": (hire, open_port, trust_service),
    "sre": (open_port, debug_machine),
    "analyst": (tune_trail,),
}


def rare_changes(people: list[Person]) -> None:
    """Give each of those whose job it is one grave kind of change, every few days."""
    for number, person in enumerate(people):
        kinds = _CHANGES.get(person.profession, ())
        if kinds:
            rate = 0.3 * person.world.options.volume
            person.follow(office(rate, person.zone), kinds[number % len(kinds)], "rare_change")
