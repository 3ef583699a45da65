"""Azure activity log and resource logs: what was asked of Azure's resources, and who asked.

Read: the diagnostic export, the REST layout, rows of a Log Analytics workspace, and logs of resources
that name a caller, such as Key Vault's, and requests to Microsoft Graph. Callers are the users and applications of Entra, under the same names as in its own logs.

References:
    Azure Monitor documentation, "Azure activity log event schema"; "Common and service-specific
    schemas for Azure resource logs"; Azure Key Vault documentation, "Key Vault logging".

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"time": "2026-01-05T09:30:00Z", "category": "Administrative", "resultType": "Success",
    ...     "resourceId": "/subscriptions/s1/resourcegroups/rg", "callerIpAddress": "192.0.2.9",
    ...     "operationName": "MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/WRITE", "correlationId": "c1",
    ...     "identity": {"claims": {"appid": "a1", "idtyp": "app"}}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.action.operation, event.action.effect
    ('entra:app/a1', 'authorization/roleassignments/write', 'grant')
"""

import re

from detector.sources.credentials import hashed, public
from detector.sources.format import Format
from detector.sources.microsoft import entra, graph_activity
from detector.sources.microsoft.azure_activity_deeds import action_of, refined, type_of
from detector.sources.microsoft.tables import ACTIVITY_ROWS, exported
from detector.sources.origins import origin_of, specified
from detector.sources.record import Record
from schemas.event import ActivityEvent, Credential, Outcome, Principal, Status, Target

NAME = "azure_activity"
_OBJECT = "http://schemas.microsoft.com/identity/claims/objectidentifier"
_UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
_MAIL = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"
_ADDRESS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
_METHODS = "http://schemas.microsoft.com/claims/authnmethodsreferences"
_TENANT = "http://schemas.microsoft.com/identity/claims/tenantid"
_STATUS: dict[str, Status] = {
    "failed": "failure", "failure": "failure", "forbidden": "denied", "unauthorized": "denied",
    "clienterror": "failure", "403": "denied", "401": "denied", "404": "not_found",
    "429": "throttled", "503": "throttled", "toomanyrequests": "throttled", "notfound": "not_found",
}  # fmt: skip
_STORED = {"fileservices": "file", "queueservices": "queue", "tableservices": "table"}
_CLAIMS = (("identity", "claims"), ("claims",), ("identity", "claim"), ("properties", "claims"))
# Storage names a key or a signature by its SHA-256, behind the key's name: `key1(9F86...)`.
_HASH = re.compile(r"\b([0-9A-Fa-f]{64})\b")
# `Active` and the like are states of what Azure gives notice of.
_MADE = frozenset({
    "0", "success", "succeeded", "start", "started", "accept", "accepted", "ok", "created", "nocontent",
    "inprogress", "in progress", "active", "resolved", "updated", "none",
})  # fmt: skip
_HTTP_ERROR = re.compile(r"[45]\d\d")
_HTTP_MADE = re.compile(r"[123]\d\d")


def _read(record: Record) -> ActivityEvent:
    record = exported(record)
    if record.text("category") in graph_activity.CATEGORIES:
        return graph_activity.read(record, NAME)
    claims = _claims(record)
    directory = claims.text(_TENANT) or claims.text("tid") or record.text("tenantId")
    operation = record.text("operationName") or record.text("operationName", "value")
    resource = record.first("resourceId", "ResourceId", "resourceUri")
    return ActivityEvent(
        uid=_uid(record),
        source=NAME,
        tenant=record.tenant,
        time=record.time("time" if record.get("time") is not None else "eventTimestamp"),
        principal=_principal(record, claims, directory),
        action=refined(
            action_of(record.need(operation, "operationName"), _kind(record, resource.lower())),
            record.part("properties", "requestbody"),
        ),
        credential=_credential(record, claims),
        target=_target(record, resource.lower()),
        origin=origin_of(
            record.first("callerIpAddress", "CallerIPAddress", "httpRequest.clientIpAddress")
            or claims.text("ipaddr"),
            record.first("properties.userAgent", "properties.clientInfo", "properties.userAgentHeader"),
            within=directory or "azure", region=record.first("location", "resourceLocation"),
        ),
        outcome=_outcome(record),
        raw=record.ref,
    )  # fmt: skip


def _uid(record: Record) -> str:
    uid = record.uid("eventDataId", "properties.eventDataId")
    if not uid.startswith("sha256:"):
        return uid
    request, result = record.text("correlationId"), record.first("resultType", "status.value")
    return (
        f"{request}:{record.first('operationName', 'operationName.value')}:{result}"
        if request
        else uid
    )


def _claims(record: Record) -> Record:
    for path in _CLAIMS:
        part = record.part(*path)
        if part.fields:
            return part
    return record.part("identity")


def _principal(record: Record, claims: Record, directory: str) -> Principal:
    mail = (
        claims.text(_UPN)
        or claims.first("upn", "unique_name", "userPrincipalName")
        or claims.text(_MAIL)
    )
    uid = claims.text(_OBJECT) or claims.first("oid", "objectId")
    application = claims.first("appid", "azp", "appId")
    caller = record.first("caller", "properties.caller", "identity.UserName", "properties.identity")
    if application and (not mail or claims.text("idtyp") == "app"):
        return entra.app(directory, application, "")
    if mail or "@" in caller:
        return entra.user(directory, uid, claims.text("name"), mail or caller, mfa=_mfa(claims))
    if uid or caller:
        evidence = record.part("identity", "authorization", "evidence")
        person = evidence.text("principalType") == "User"
        known = uid or caller
        return entra.user(directory, known, "", "") if person else entra.app(directory, known, "")
    named = record.first("properties.userPrincipalName", "properties.userId")
    if named:
        return entra.user(directory, "", "", named)
    own = claims.text(_ADDRESS)  # services of Microsoft's write their name here
    if own.startswith("Microsoft."):
        return entra.system(directory, own)
    if specified(record.first("callerIpAddress", "CallerIPAddress")):
        return Principal("entra:unidentified", account=directory)
    return entra.system(directory)


def _mfa(claims: Record) -> bool | None:
    """Whether the token says that its holder showed a second factor; None where it says nothing."""
    methods = claims.text(_METHODS)
    return "mfa" in methods.split(",") if methods else None


def _kind(record: Record, resource: str) -> str:
    """The type of what was acted upon; storage does not always name its resource."""
    stored = record.first("properties.accountName", "properties.objectKey")
    return type_of(resource) or ("storage" if stored else "")


def _target(record: Record, resource: str) -> Target | None:
    """The object in a storage account, `/account/container/name`; else the resource."""
    stored = record.text("properties", "objectKey")
    if stored.count("/") > 1:
        service = record.text("properties", "serviceType") or _STORED.get(
            type_of(resource).rpartition("/")[2], "blob"
        )
        return Target(stored, service if stored.count("/") > 2 else "container")
    return Target(resource, type_of(resource)) if resource else None


def _credential(record: Record, claims: Record) -> Credential | None:
    shown = _HASH.search(record.text("identity", "tokenHash"))
    if shown is not None:
        kind = record.text("identity", "type")
        return hashed(
            shown[1], "azure_token_hash", record.context, record.tenant, type=kind,
            lifetime="static" if kind == "AccountKey" else "",
        )  # fmt: skip
    return public(
        claims.text("uti"), entra.TOKEN, record.context, record.tenant, type="access_token",
        lifetime="ephemeral", issued=claims.when("iat"), expires=claims.when("exp"),
    )  # fmt: skip


def _outcome(record: Record) -> Outcome:
    said = (
        record.text("resultSignature"), record.first("subStatus.value", "properties.statusCode"),
        record.first("properties.httpStatusCode", "statusCode"),
        record.first("resultType", "status.value", "status", "properties.status"),
    )  # fmt: skip
    values = [value for value in said if value]
    for value in values:
        status = _STATUS.get(value.lower().partition(".")[0])
        if status is not None:
            return Outcome(status, value)
    for value in values:
        if _HTTP_ERROR.fullmatch(value):
            return Outcome("failure", record.text("statusText") or value)
    answer = record.text("properties", "metricResponseType")
    if answer.startswith(("Authorization", "Authentication")):
        return Outcome("denied", answer)
    if answer.endswith(("Error", "Failure", "Failed")):
        return Outcome("failure", answer)
    return Outcome() if not values or _is_made(values[-1]) else Outcome("failure", values[-1])


def _is_made(value: str) -> bool:
    """A word that nobody knows is no success."""
    return value.lower().partition(".")[0] in _MADE or _HTTP_MADE.fullmatch(value) is not None


SOURCE = Format(
    NAME,
    (
        ("resourceId", "operationName", "category"),
        ("eventTimestamp", "operationName"),
        ("operationName", "callerIpAddress"),
        *ACTIVITY_ROWS,
    ),
    _read,
    never=(
        "category=*SignInLogs",
        "category=AuditLogs",
        "activityDateTime",
        "properties/activityDateTime",
    ),
)
