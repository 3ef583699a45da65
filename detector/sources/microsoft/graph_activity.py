"""Requests to Microsoft Graph: who asked for what of a directory, its mail and its files, with which
token. A token's id is that of the sign-in that it came of.

An operation is the method and the path with every id left out: `GET users/{id}/messages`.

References:
    Microsoft Graph documentation, "Access Microsoft Graph activity logs"; Azure Monitor reference, tables
    "MicrosoftGraphActivityLogs", "AADGraphActivityLogs".

Examples:
    >>> action = action_of("POST", template("https://graph.microsoft.com/v1.0/applications/"
    ...     "5ec2e701-0000-4000-8000-00000000cafe/addPassword"))
    >>> action.operation, action.access, action.effect
    ('POST applications/{id}/addpassword', 'credential_issue', 'mint_credential')
    >>> template("https://graph.microsoft.com/beta/users('ada@example.com')/messages?$top=5")
    'users/{id}/messages'
"""

import re
from functools import lru_cache

from detector.sources.ai.outcomes import outcome_of
from detector.sources.credentials import public
from detector.sources.microsoft import entra
from detector.sources.origins import origin_of
from detector.sources.record import Record
from detector.sources.verbs import BY_METHOD
from schemas.event import (
    Access,
    Action,
    ActivityEvent,
    Credential,
    Effect,
    Outcome,
    Plane,
    Principal,
    Target,
)  # fmt: skip

CATEGORIES = frozenset({"MicrosoftGraphActivityLogs", "AzureADGraphActivityLogs"})
_CACHED, _DEEPEST = 8_192, 8
_GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_PLACE = re.compile(r"^https?://[^/]+/+", re.IGNORECASE)
_VERSION = re.compile(
    r"^(?:v\d[\w.]*|beta|" + _GUID + r"|myorganization|[\w-]+\.onmicrosoft\.com)/"
)
_KEYED = re.compile(r"\([^)]+\)")
_ID = re.compile(r".*\d.*|.*[@!:=,%+].*|.{40,}", re.DOTALL)
# Segments of Graph's own that look like ids, but name something.
_NAMES = frozenset({"oauth2permissiongrants", "me", "$batch", "$ref", "$value", "$count"})
_READS = re.compile(r"(?:^|/)(?:\$batch|search/query|getbyids|validate\w*|check\w*|delta|get\w+)$")
# Where something grave is done, by what an operation (without ids) matches. The first that fits decides.
_FORMS: tuple[tuple[str, Access, Effect], ...] = (
    (
        r"POST (?:applications|serviceprincipals)\b.*/add(?:password|key|tokensigningcertificate)",
        "credential_issue",
        "mint_credential",
    ),
    (
        r"POST users/.*/authentication/temporaryaccesspassmethods",
        "credential_issue",
        "mint_credential",
    ),
    (
        r"(?:POST|PATCH|PUT) applications/.*/federatedidentitycredentials",
        "credential_issue",
        "persist",
    ),
    (
        r"POST (?:.*/)?(?:approleassignments|approleassignedto|oauth2permissiongrants)",
        "admin",
        "grant",
    ),
    (r"PATCH oauth2permissiongrants/", "admin", "grant"),
    (
        r"POST (?:directoryroles/.*/members|rolemanagement/.*(?:assignment|request))",
        "admin",
        "grant",
    ),
    (r"POST (?:applications|serviceprincipals)/.*/owners", "admin", "persist"),
    (r"POST users$", "admin", "persist"),
    (r"POST invitations$", "write", "share_out"),
    (r"(?:POST|PATCH|PUT) users/.*/authentication/.*", "admin", "persist"),
    (r"DELETE users/.*/authentication/.*", "delete", "impair_defence"),
    (r"(?:POST|PATCH|PUT) domains/.*/federationconfiguration", "admin", "persist"),
    (r"(?:PATCH|PUT|DELETE) (?:identity/conditionalaccess|policies)/", "admin", "impair_defence"),
    (r"POST devicemanagement/.*scripts", "write", "execute"),
    (
        r"GET (?:devicelocalcredentials|informationprotection/bitlocker/recoverykeys)/\{id\}",
        "secret_read",
        "",
    ),
)
_GRAVE = tuple((re.compile(form), access, effect) for form, access, effect in _FORMS)
_PLANES: dict[Access, Plane] = {
    "read": "retrieval", "list": "retrieval", "secret_read": "retrieval", "write": "action",
    "delete": "action", "admin": "action",
}  # fmt: skip


def read(record: Record, source: str) -> ActivityEvent:
    """The event of one request, told by `source`.

    Raises:
        DecodeError: there is no time, or nobody who asked.
    """
    told = record.part("properties")
    directory = told.first("tenantId", "aadTenantId") or record.text("tenantId")
    address = told.text("ipAddress") or record.text("callerIpAddress")
    path = template(told.text("requestUri"))
    return ActivityEvent(
        uid=told.uid("requestId", "operationId"),
        source=source,
        tenant=record.tenant,
        time=record.time("time") if record.get("time") is not None else told.time("timeGenerated"),
        principal=_principal(told, directory),
        action=action_of(told.first("requestMethod", "httpMethod").upper() or "GET", path),
        credential=_credential(told),
        target=_target(told.text("requestUri"), path),
        origin=origin_of(address, told.text("userAgent"), within=directory or "entra"),
        outcome=_outcome(told),
        raw=record.ref,
    )  # fmt: skip


@lru_cache(_CACHED)
def template(uri: str) -> str:
    """The path of a request with ids left out, in small letters, without version and query."""
    path = _PLACE.sub("", uri).partition("?")[0].lower().strip("/")
    path = _VERSION.sub("", path + "/").strip("/")
    path = _KEYED.sub("/{id}", path).replace("()", "")
    parts = [part for part in path.split("/") if part][:_DEEPEST]
    return "/".join("{id}" if _is_id(part) else part for part in parts)


def _is_id(part: str) -> bool:
    return part != "{id}" and part not in _NAMES and _ID.fullmatch(part) is not None


@lru_cache(_CACHED)
def action_of(method: str, path: str) -> Action:
    """What a request does."""
    operation = f"{method} {path}".strip()
    for form, access, effect in _GRAVE:
        if form.match(operation):
            return Action("graph", operation, access, _PLANES.get(access, ""), effect)
    access = BY_METHOD.get(method, "write")
    if access == "write" and _READS.search(path):
        access = "read"
    if access == "read" and not path.endswith(("{id}", "$value", "$count", "me")):
        access = "list"
    return Action("graph", operation, access, _PLANES.get(access, ""))


def _principal(told: Record, directory: str) -> Principal:
    person = told.first("userId", "UserPrincipalObjectID", "userPrincipalObjectID")
    if person:
        return entra.user(directory, person, "", "", told.text("sessionId"))
    uid = told.first("appId", "servicePrincipalId")
    told.need(uid, "userId", "a user or an application")
    return entra.app(directory, uid, "")


def _credential(told: Record) -> Credential | None:
    token = told.text("signInActivityId").rstrip("=")
    scopes = tuple(f"{told.text('scopes')} {told.text('roles')}".split())
    return public(
        token, entra.TOKEN, told.context, told.tenant, type="access_token", lifetime="ephemeral",
        issued=told.when("tokenIssuedAt"), scopes=tuple(sorted(set(scopes))),
    )  # fmt: skip


def _target(uri: str, path: str) -> Target | None:
    plain = _PLACE.sub("", uri).partition("?")[0]
    return Target(plain, path.partition("/")[0]) if plain else None


def _outcome(told: Record) -> Outcome:
    code = told.first("responseStatusCode", "httpStatusCode")
    return outcome_of(code) if code else Outcome()
