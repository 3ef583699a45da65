"""What AgentCore Identity hands out: workload access tokens, OAuth tokens and API keys of others.

Examples:
    >>> ISSUES["getresourceapikey"]
    'secret_read'
"""

import re

from detector.sources.aws.agentcore_call import Call
from detector.sources.credentials import secret
from detector.sources.record import Record
from schemas.event import Access, Child, Target

# Spelled differently in the service's interface and in its spans (`OAuth2`, `APIKey`).
ISSUES: dict[str, Access] = {
    "getworkloadaccesstoken": "credential_issue",
    "getworkloadaccesstokenforjwt": "credential_issue",
    "getworkloadaccesstokenforuserid": "credential_issue",
    "getresourceoauth2token": "credential_issue",
    "getresourceapikey": "secret_read",
}
_TOKENS = ("accessToken", "workloadAccessToken", "apiKey")
# What stands in a token's place once it has been masked has blanks, stars or brackets.
_TOKEN = re.compile(r"[\w.~+/=-]{20,}")


def child_of(record: Record, call: Call) -> Child | None:
    """The agent that a credential was handed to, and the credential if the response shows it."""
    holder = call.principal if call.principal.type != "unknown" else None
    answer = record.part("response_payload")
    for name in _TOKENS:
        value = answer.get(name)
        if isinstance(value, str) and _TOKEN.fullmatch(value) and "REDACTED" not in value.upper():
            static = name == "apiKey"
            made = secret(
                value, record.context, record.tenant, type="api_key" if static else "access_token",
                lifetime="static" if static else "ephemeral",
            )  # fmt: skip
            return Child(made, holder)
    return Child(None, holder) if holder is not None else None


def target_of(record: Record) -> Target | None:
    """The provider whose credential was handed out."""
    name = record.text("attributes", "credential.provider.name") or record.part(
        "request_payload"
    ).text("resourceCredentialProviderName")
    return Target(f"credential-provider/{name}", "credential-provider") if name else None


def chain_of(record: Record) -> tuple[str, ...]:
    """The user on whose behalf a token was asked for, where request or span names one."""
    user = record.text("attributes", "user_sub") or record.part("request_payload").text("userId")
    return (user,) if user else ()
