"""One CloudTrail record from a caller and an operation, laid out as AWS delivers it.

Examples:
    >>> from detector.simulate.estate import Estate
    >>> account = Estate(Random(1), accounts=1).accounts[0]
    >>> caller = Caller(Random(1), {"type": "Root"}, account, "192.0.2.1", "curl", "eu-west-1")
    >>> at, record, mark = call(caller, 1_767_571_200_000, "sts:GetCallerIdentity")
    >>> record["eventTime"], record["eventName"], mark
    ('2026-01-05T00:00:00Z', 'GetCallerIdentity', '')
"""

from functools import lru_cache
from random import Random
from typing import Any

from detector.simulate.clock import stamp
from detector.simulate.estate import Account, Holdings
from detector.simulate.operations import GLOBAL_SERVICES, HOME_REGION, operation
from detector.simulate.shapes import parameters
from detector.simulate.tools import S3_CONSOLE, spelled

Record = dict[str, Any]
Event = tuple[int, Record, str]
"""(time in epoch ms, raw record, mark); the mark is empty for plain benign traffic."""

DRAWN: dict[str, Any] = {}
"""Stands for parameters that the operation's shape draws."""


class Caller:
    """Somebody at a moment: who (identity and account), from where, with what tool, on what."""

    __slots__ = (
        "account",
        "address",
        "agent",
        "console",
        "endpoint",
        "holdings",
        "identity",
        "region",
        "rng",
    )

    def __init__(
        self,
        rng: Random,
        identity: Record,
        account: Account,
        address: str,
        agent: str,
        region: str,
        *,
        endpoint: str = "",
        console: bool = False,
        holdings: Holdings | None = None,
    ) -> None:
        self.rng = rng
        self.identity = identity
        self.account = account
        self.address = address
        self.agent = agent
        self.region = region
        self.endpoint = endpoint
        self.console = console
        self.holdings = holdings or account.seen_by(rng)

    def but(self, **changes: Any) -> "Caller":
        """The same caller with something changed: another region, address, tool, identity."""
        copy = object.__new__(Caller)
        for slot in Caller.__slots__:
            setattr(copy, slot, changes.get(slot, getattr(self, slot)))
        return copy

    @property
    def key(self) -> str:
        """The access key id in use, empty for a service."""
        return str(self.identity.get("accessKeyId", ""))

    @property
    def arn(self) -> str:
        """The caller's ARN as the log shows it."""
        return str(self.identity.get("arn", ""))


@lru_cache(maxsize=1024)
def _tls(host: str) -> Record:
    return {
        "tlsVersion": "TLSv1.3",
        "cipherSuite": "TLS_AES_128_GCM_SHA256",
        "clientProvidedHostHeader": host,
    }


def _resources(service: str, params: Record | None, account: str) -> list[Record] | None:
    """The resources field of the services that fill it."""
    if not params:
        return None
    if service == "s3" and "bucketName" in params:
        return [
            {
                "accountId": account,
                "type": "AWS::S3::Bucket",
                "ARN": f"arn:aws:s3:::{params['bucketName']}",
            }
        ]
    if service == "kms" and str(params.get("keyId", "")).startswith("arn:"):
        return [{"accountId": account, "type": "AWS::KMS::Key", "ARN": params["keyId"]}]
    if service == "sts" and "roleArn" in params:
        return [{"accountId": account, "type": "AWS::IAM::Role", "ARN": params["roleArn"]}]
    return None


def event_ids(rng: Random) -> tuple[str, str]:
    """A request id and an event id, from one draw."""
    digits = f"{rng.getrandbits(256):064x}"
    return (
        f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-b{digits[17:20]}-{digits[20:32]}",
        f"{digits[32:40]}-{digits[40:44]}-4{digits[45:48]}-9{digits[49:52]}-{digits[52:]}",
    )


def call(
    caller: Caller,
    at: int,
    op: str,
    params: Record | None = DRAWN,
    *,
    response: Record | None = None,
    error: str = "",
    message: str = "",
    region: str = "",
    **extra: Any,
) -> Event:
    """One API call. `params` left out means what the operation's shape draws; `extra` fields are
    put on the record as they are."""
    what = operation(op)
    where = HOME_REGION if what.service in GLOBAL_SERVICES else region or caller.region
    if params is DRAWN:
        params = parameters(op, caller.holdings, where)
    request, uid = event_ids(caller.rng)
    agent = spelled(caller.agent, what.service, op.partition(":")[2])
    record: Record = {
        "eventVersion": what.version,
        "userIdentity": caller.identity,
        "eventTime": stamp(at),
        "eventSource": what.source,
        "eventName": what.name,
        "awsRegion": where,
        "sourceIPAddress": caller.address,
        "userAgent": f"[{agent}]" if what.service == "s3" and agent[0] != "[" else agent,
        "requestParameters": params,
        "responseElements": response,
        "requestID": request,
        "eventID": uid,
        "readOnly": what.read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": caller.account.id,
        "eventCategory": "Management",
    }
    if error:
        record["errorCode"] = error
        record["errorMessage"] = message or _message(error, caller, op)
    if caller.endpoint:
        record["vpcEndpointId"] = caller.endpoint
    resources = _resources(what.service, params, caller.account.id)
    if resources:
        record["resources"] = resources
    if caller.console:
        _from_console(record, what.service)
    if "invokedBy" not in caller.identity:
        record["tlsDetails"] = _tls(f"{what.service}.{where}.amazonaws.com")
    record.update(extra)
    return at, record, ""


def _message(error: str, caller: Caller, op: str) -> str:
    if "Denied" in error or "Unauthorized" in error:
        return (
            f"User: {caller.arn} is not authorized to perform: {op} because no identity-based "
            f"policy allows the {op} action"
        )
    return "Rate exceeded" if "hrottl" in error or "LimitExceeded" in error else "Not found"


def _from_console(record: Record, service: str) -> None:
    """A call that a console page made: on the page's credentials, often through its own servers."""
    record["sessionCredentialFromConsole"] = "true"
    if service == "s3":
        record["userAgent"] = S3_CONSOLE
    elif service in {"cloudtrail", "wafv2", "inspector2"}:
        record["userAgent"] = record["sourceIPAddress"] = "AWS Internal"


def denied(caller: Caller, at: int, op: str, params: Record | None = DRAWN) -> Event:
    """The same call, refused. EC2 has its own word for it."""
    error = "Client.UnauthorizedOperation" if op.startswith("ec2:") else "AccessDenied"
    return call(caller, at, op, params, error=error)
