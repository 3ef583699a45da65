"""Azure activity log and resource logs: what was asked of Azure's resources, and who asked.

Read: the diagnostic export, the REST layout, and logs of resources that name a caller, such as Key
Vault's. Callers are the users and applications of Entra, under the same names as in its own logs.

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
from functools import lru_cache

from detector.sources.credentials import hashed, public
from detector.sources.format import Format
from detector.sources.microsoft import entra
from detector.sources.origins import origin_of
from detector.sources.record import Record
from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import (
    Access,
    Action,
    ActivityEvent,
    Credential,
    Effect,
    Outcome,
    Principal,
    Status,
    Target,
)  # fmt: skip

NAME = "azure_activity"
_OBJECT = "http://schemas.microsoft.com/identity/claims/objectidentifier"
_UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"
_MAIL = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"
_TENANT = "http://schemas.microsoft.com/identity/claims/tenantid"
# How operations of providers end, and in what; the longest that fits decides.
_GRAVE: dict[str, tuple[Access | str, Effect]] = {
    "authorization/roleassignments/write": ("admin", "grant"),
    "authorization/roledefinitions/write": ("admin", "grant"),
    "authorization/elevateaccess/action": ("admin", "grant"),
    "authorization/policyassignments/delete": ("delete", "impair_defence"),
    "authorization/locks/delete": ("delete", "impair_defence"),
    "insights/diagnosticsettings/delete": ("delete", "impair_defence"),
    "insights/diagnosticsettings/write": ("admin", ""),
    "insights/activitylogalerts/delete": ("delete", "impair_defence"),
    "operationalinsights/workspaces/delete": ("delete", "impair_defence"),
    "security/pricings/write": ("admin", "impair_defence"),
    "security/pricings/delete": ("delete", "impair_defence"),
    "network/networksecuritygroups/securityrules/write": ("admin", "open_network"),
    "network/networksecuritygroups/write": ("admin", "open_network"),
    "network/azurefirewalls/delete": ("delete", "impair_defence"),
    "network/networkwatchers/delete": ("delete", "impair_defence"),
    "compute/virtualmachines/runcommand/action": ("write", "execute"),
    "compute/virtualmachines/extensions/write": ("write", "execute"),
    "automation/automationaccounts/runbooks/write": ("write", "execute"),
    "automation/automationaccounts/jobs/write": ("write", "execute"),
    "automation/automationaccounts/webhooks/write": ("admin", "persist"),
    "containerservice/managedclusters/listclusteradmincredential/action": ("secret_read", ""),
    "containerservice/managedclusters/listclusterusercredential/action": ("secret_read", ""),
    "managedidentity/userassignedidentities/federatedidentitycredentials/write": ("admin", "persist"),
    "keyvault/vaults/accesspolicies/write": ("admin", "grant"),
    "keyvault/vaults/delete": ("delete", "destroy"),
    "recoveryservices/vaults/delete": ("delete", "destroy"),
    "storage/storageaccounts/regeneratekey/action": ("credential_issue", "mint_credential"),
    "compute/snapshots/delete": ("delete", "destroy"),
    "compute/disks/begingetaccess/action": ("read", "share_out"),
    "compute/snapshots/begingetaccess/action": ("read", "share_out"),
}  # fmt: skip
_SECRETS = ("listkeys/action", "secretget", "listsecrets/action", "keyget", "secretlistversions")
_STATUS: dict[str, Status] = {
    "failed": "failure", "failure": "failure", "forbidden": "denied", "unauthorized": "denied",
    "clienterror": "failure", "403": "denied", "401": "denied", "404": "not_found",
    "429": "throttled", "toomanyrequests": "throttled", "notfound": "not_found",
}  # fmt: skip
_CLAIMS = (
    ("identity", "claims"), ("claims",), ("identity", "claim"), ("properties", "claims"),
    ("identity", "requester"),
)  # fmt: skip
# Storage names a key or a signature by its SHA-256, behind the key's name: `key1(9F86...)`.
_HASH = re.compile(r"\b([0-9A-Fa-f]{64})\b")
_MADE = frozenset({"0", "", "success", "succeeded", "start", "started", "accept", "accepted", "ok"})


def _read(record: Record) -> ActivityEvent:
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
        action=_action(record.need(operation, "operationName"), _type(resource.lower())),
        credential=_credential(record, claims),
        target=Target(resource.lower(), _type(resource.lower())) if resource else None,
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
    for path in (
        ("identity", "claims"),
        ("claims",),
        ("identity", "claim"),
        ("properties", "claims"),
    ):
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
        return entra.user(directory, uid, claims.text("name"), mail or caller)
    if uid or caller:
        evidence = record.part("identity", "authorization", "evidence")
        person = evidence.text("principalType") == "User"
        known = uid or caller
        return entra.user(directory, known, "", "") if person else entra.app(directory, known, "")
    named = record.first("properties.userPrincipalName", "properties.userId")
    if named:
        return entra.user(directory, "", "", named)
    if record.first("callerIpAddress", "CallerIPAddress"):
        return Principal("entra:unidentified", account=directory)
    return entra.system(directory)


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


@lru_cache(8_192)
def _action(operation: str, kind: str) -> Action:
    name = operation.lower().removeprefix("microsoft.")
    service = (name if "/" in name else kind).partition("/")[0] or "azure"
    access: Access | str = ""
    effect: Effect = ""
    if name in _GRAVE:
        access, effect = _GRAVE[name]
    elif name.endswith(_SECRETS):
        access = "secret_read"
    elif name.endswith("/write"):
        access = "write"
    elif name.endswith("/delete"):
        access = "delete"
    elif name.endswith("/read"):
        access = "read"
    if not access:
        # Names without a path are in words of their own, such as GetBlob.
        access = access_by_verb(operation.removesuffix("/action").rpartition("/")[2], "")
    known: Access = access  # type: ignore[assignment]
    return Action(service, name, known, plane_by_words(name, known), effect)


def _type(resource: str) -> str:
    """The type within a resource's id: what follows `providers`, every second word."""
    _, _, rest = resource.rpartition("/providers/")
    words = rest.split("/") if rest and rest != resource else []
    return "/".join([words[0].removeprefix("microsoft."), *words[1::2]]) if words else ""


def _outcome(record: Record) -> Outcome:
    values = (
        record.text("resultSignature"), record.first("subStatus.value", "properties.statusCode"),
        record.first("properties.httpStatusCode", "statusCode"),
        record.first("resultType", "status.value", "status", "properties.status"),
    )  # fmt: skip
    for value in values:
        status = _STATUS.get(value.lower().partition(".")[0])
        if status is not None:
            return Outcome(status, value)
    kind = values[-1]
    return Outcome() if kind.lower() in _MADE or not kind.isdigit() else Outcome("failure", kind)


SOURCE = Format(
    NAME,
    (
        ("resourceId", "operationName", "category"),
        ("eventTimestamp", "operationName"),
        ("operationName", "callerIpAddress"),
    ),
    _read,
    never=(
        "category=*SignInLogs",
        "category=AuditLogs",
        "activityDateTime",
        "properties/activityDateTime",
    ),
)
