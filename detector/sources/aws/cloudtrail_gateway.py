"""A call through a gateway of AgentCore, as CloudTrail's data events tell it: who called which tool,
and how it ended.

`userIdentity` names nobody where a token let the caller in: the token's claims stand in
`additionalEventData`. Whoever the token is about is the actor, and its `jti` the credential.

References:
    Amazon Bedrock AgentCore developer guide, "Understanding Amazon Bedrock AgentCore Gateway
    CloudTrail events".

Examples:
    >>> outcome_of({"statusCode": 401}).status, outcome_of({"statusCode": 200}).status
    ('denied', 'success')
    >>> tool_of({"body": {"method": "tools/call", "params": {"name": "crm___find_customer"}}})[1].uid
    'crm/find_customer'
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Raw

from detector.sources.ai import outcomes
from detector.sources.aws.agentcore_gateway import CALL, done
from detector.sources.aws.cloudtrail_actor import Actor
from detector.sources.aws.cloudtrail_call import part_of, text_of
from detector.sources.base import Context, DecodeError
from detector.sources.contract import read
from detector.sources.credentials import public
from detector.sources.times import in_range
from schemas.event import Action, Outcome, Principal, PrincipalType, Target

SERVICE = "bedrock-agentcore.amazonaws.com"
OPERATIONS = frozenset({"InvokeGateway", "InvokeMcp"})
_DATA = msgspec.json.Decoder(dict[str, object])


def caller_of(more: Raw, account: str, context: Context, tenant: str) -> Actor | None:
    """Who called, by the claims of the token; None where there are none."""
    try:
        data = read(_DATA, more, "additionalEventData")
    except DecodeError:
        return None
    claims = part_of(part_of(data, "jwt"), "claims")
    client = text_of(claims.get("client_id")) or text_of(claims.get("azp"))
    uid, mail = text_of(claims.get("sub")) or client, text_of(claims.get("email"))
    if not uid:
        return None
    type_: PrincipalType = "human" if mail else "service" if uid == client else "unknown"
    principal = Principal(
        f"aws:{account}:web/{uid}", mail or uid, account, type_, known_by=mail or uid
    )
    credential = public(
        text_of(claims.get("jti")), "jti", context, tenant, type="bearer_token",
        lifetime="ephemeral", issued=_time(claims.get("iat")), expires=_time(claims.get("exp")),
        scopes=tuple(text_of(claims.get("scope")).split()),
    )  # fmt: skip
    return Actor(principal, credential, ())


def tool_of(request: Mapping[str, Any]) -> tuple[Action, Target | None] | None:
    """The tool that was called; None where another method was."""
    body = part_of(request, "body")
    name = text_of(part_of(body, "params").get("name"))
    return done(CALL, name) if body.get("method") == CALL and name else None


def outcome_of(response: Mapping[str, Any]) -> Outcome:
    """How the gateway answered, which no error code of the call tells: its HTTP status, the error of
    its JSON-RPC answer, or a tool that failed."""
    status, body = response.get("statusCode"), part_of(response, "body")
    if isinstance(status, int) and status >= 400:
        return outcomes.outcome_of(str(status))
    error = part_of(body, "error")
    if error:
        code = error.get("code")
        return outcomes.outcome_of(
            str(code) if isinstance(code, int) else "", text_of(error.get("message"))
        )
    failed = part_of(body, "result").get("isError") is True
    return Outcome("failure", "tool_error") if failed else outcomes.SUCCESS


def _time(seconds: object) -> int | None:
    try:
        return in_range(int(seconds * 1_000)) if isinstance(seconds, int) else None
    except ValueError:
        return None
