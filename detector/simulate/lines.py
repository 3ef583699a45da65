"""Playing a line of operations: gaps, repeats, pages, throttling, and calls on somebody's behalf.

Examples:
    >>> from detector.simulate.options import Options
    >>> from detector.simulate.world import World
    >>> account = World(Options(identities=60)).estate.accounts[0]
    >>> caller = Caller(Random(1), {"type": "Root"}, account, "192.0.2.1", "curl", "eu-west-1")
    >>> [record["eventName"] for _, record, _ in steps(caller, 0, "sts:GetCallerIdentity", 1, 2)]
    ['GetCallerIdentity']
"""

from collections.abc import Iterator
from random import Random

from detector.simulate.made_up import letters
from detector.simulate.operations import parsed
from detector.simulate.records import Caller, Event, call
from detector.simulate.schedules import apart


def steps(caller: Caller, at: int, line: str, low: float, high: float) -> Iterator[Event]:
    """Play a line of operations with gaps of `low` to `high` seconds. Now and then one is throttled
    and tried again, or a service makes a call of its own on the caller's behalf."""
    rng = caller.rng
    for op, times in parsed(line):
        for number in range(rng.randint(1, times)):
            if rng.random() < 0.004:
                yield throttled(caller, at, op)
                at += apart(rng, 0.1, 1.0)
            event = call(caller, at, op)
            if number and event[1]["readOnly"] and rng.random() < 0.3:
                _next_page(event, rng)
            yield event
            if op in ON_BEHALF and rng.random() < 0.35:
                yield on_behalf(caller, at, op)
            at += apart(rng, low, high)


def throttled(caller: Caller, at: int, op: str) -> Event:
    """A call that came too soon after others; the SDK repeats it."""
    error = "Client.RequestLimitExceeded" if op.startswith("ec2:") else "ThrottlingException"
    at, record, _ = call(caller, at, op, error=error)
    return at, record, "retries_and_throttling"


def _next_page(event: Event, rng: Random) -> None:
    """Turn a repeated read into the next page of the one before."""
    params = event[1]["requestParameters"]
    if isinstance(params, dict) and event[1]["eventSource"] != "s3.amazonaws.com":
        params["nextToken"] = letters(rng, 48)


# Which call makes which other service act on the caller's behalf.
ON_BEHALF = {
    "secretsmanager:GetSecretValue": ("secretsmanager.amazonaws.com", "kms:Decrypt"),
    "secretsmanager:PutSecretValue": ("secretsmanager.amazonaws.com", "kms:GenerateDataKey"),
    "ssm:GetParameter": ("AWS Internal", "kms:Decrypt"),
    "athena:StartQueryExecution": ("athena.amazonaws.com", "glue:GetTable"),
    "rds:CreateDBSnapshot": ("rds.amazonaws.com", "kms:CreateGrant"),
    "ec2:CreateVolume": ("AWS Internal", "kms:GenerateDataKeyWithoutPlaintext"),
    "cloudformation:ExecuteChangeSet": (
        "cloudformation.amazonaws.com",
        "lambda:UpdateFunctionCode",
    ),
    "cloudformation:CreateChangeSet": ("cloudformation.amazonaws.com", "s3:GetBucketLocation"),
}


def on_behalf(caller: Caller, at: int, op: str) -> Event:
    """The call that a service makes with the caller's permissions (a forward access session)."""
    service, inner = ON_BEHALF[op]
    behind = caller.but(
        identity=caller.identity | {"invokedBy": service}, address=service, agent=service,
        endpoint="", console=False,
    )  # fmt: skip
    at, record, _ = call(behind, at, inner)
    return at, record, "on_behalf"
