"""Who acts in a record of AgentCore, and what it says of the call: the parts all layouts share.

Examples:
    >>> _agent("runtime/helper-a1/runtime-endpoint/DEFAULT"), _agent("gateway/crm-b2")
    (('runtime', 'helper-a1'), ('gateway', 'crm-b2'))
    >>> _agent("workload-identity-directory/default/workload-identity/helper-a1")
    ('workload-identity', 'helper-a1')
"""

from functools import lru_cache

from msgspec import Struct

from detector.sources.aws.arns import account_of, region_of, resource_of
from detector.sources.record import Record
from schemas.event import Principal

_CACHED = 16_384
# A runtime's workload identity is called after it, so both are one actor.
_AGENTS = frozenset({"runtime", "agent", "workload-identity"})
_VAULT = "token-vault"


class Call(Struct, frozen=True):
    """`kind` is the kind of resource that logs: runtime, gateway, memory, code-interpreter..."""

    arn: str
    kind: str
    region: str
    operation: str
    trace: str
    principal: Principal


def call_of(record: Record) -> Call:
    """What a record says of its call.

    Raises:
        DecodeError: no ARN in it says which resource logs.
    """
    arn = record.first("resource_arn")
    arn = arn or _attribute(record, "aws.resource.arn") or _attribute(record, "cloud.resource_id")
    record.need(arn, "resource_arn", "the ARN of the resource that logs")
    kind, name = _agent(resource_of(arn))
    workload = identity_of(record)
    if workload:
        kind_of_actor, name = "workload-identity", workload
    else:
        kind_of_actor = kind
    account = record.text("account_id") or _attribute(record, "aws.account.id") or account_of(arn)
    session = record.text("session_id") or _attribute(record, "session.id")
    return Call(
        arn=arn, kind=kind, region=region_of(arn),
        operation=record.text("operation") or _attribute(record, "aws.operation.name"),
        trace=record.first("trace_id", "traceId"),
        principal=_principal(account, kind_of_actor, name, session, "" if kind == _VAULT else arn),
    )  # fmt: skip


def identity_of(record: Record) -> str:
    """The workload identity that a token is handed to, where request or span names it."""
    return _attribute(record, "workload.identity.id") or record.part("request_payload").text(
        "workloadName"
    )


def _attribute(record: Record, name: str) -> str:
    return record.text("attributes", name) or record.text("resource", "attributes", name)


def stranger_of(principal: Principal) -> Principal:
    """Whoever was refused at a gateway: not the gateway, and nobody it knows."""
    return Principal(f"{principal.uid}/refused", "refused caller", principal.account)


@lru_cache(_CACHED)
def _agent(resource: str) -> tuple[str, str]:
    """The kind and name in an ARN's resource; of a path, the part that names an identity."""
    parts = resource.split("/")
    if "workload-identity" in parts[:-1]:
        return "workload-identity", parts[parts.index("workload-identity") + 1]
    return parts[0], parts[1] if len(parts) > 1 else ""


@lru_cache(_CACHED)
def _principal(account: str, kind: str, name: str, session: str, arn: str) -> Principal:
    if kind in _AGENTS and name:
        return Principal(
            f"aws:{account}:agent/{name}", name, account, "agent", session=session, known_by=arn
        )
    if kind == _VAULT or not name:  # the provider of a token does not act, and nobody else is named
        return Principal(f"aws:{account}:account/{account}", account, account)
    return Principal(
        f"aws:{account}:{kind}/{name}", name, account, "workload", session=session, known_by=arn
    )
