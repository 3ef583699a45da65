"""An actor from a bare ARN, as other logs of AWS than CloudTrail give it.

The key is the one that CloudTrail's records of the same session get, so both are one history. What
only CloudTrail knows (the subject of a web identity, the function or task that a session was issued
to) cannot be told from an ARN: there such a session falls back to its role and session name.

Examples:
    >>> actor_of_arn("arn:aws:sts::123456789012:assumed-role/web/i-0123456789abcdef0", "").uid
    'aws:123456789012:role/web/i-0123456789abcdef0'
    >>> actor_of_arn("arn:aws:iam::123456789012:user/staff/ada", "").uid
    'aws:123456789012:user/ada'
    >>> account_of("arn:aws:bedrock-agentcore:eu-central-1:123456789012:runtime/helper-a1")
    '123456789012'
"""

from functools import lru_cache

from detector.sources.aws.cloudtrail_identity import principal_of
from detector.sources.aws.cloudtrail_record import Identity
from schemas.event import Principal

_CACHED = 16_384
_PARTS = 6


@lru_cache(_CACHED)
def actor_of_arn(arn: str, account: str) -> Principal:
    """The principal that `arn` stands for, in a log of `account`. Both have passed `kept`.

    Raises:
        DecodeError: there is nothing to tell an actor by.
    """
    return principal_of(Identity(arn=arn or None), account)


def account_of(arn: str) -> str:
    """The account in an ARN; empty where there is none."""
    parts = arn.split(":", _PARTS - 1)
    return parts[4] if len(parts) == _PARTS else ""


def region_of(arn: str) -> str:
    """The region in an ARN; empty where there is none."""
    parts = arn.split(":", _PARTS - 1)
    return parts[3] if len(parts) == _PARTS else ""


def resource_of(arn: str) -> str:
    """The resource in an ARN, as its service writes it: `runtime/helper-a1`."""
    parts = arn.split(":", _PARTS - 1)
    return parts[5] if len(parts) == _PARTS else ""
