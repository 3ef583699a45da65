"""Entra ID sign-ins: of users (interactive or not), service principals and managed identities.

Read: Microsoft Graph's records, the diagnostic export, which has the same under `properties`, and
the rows of a Log Analytics workspace. An application's credential is the key or federated credential
that it signed in with, a person's the token that came of it.

References:
    Microsoft Graph documentation, "signIn resource type" (v1.0 and beta); Azure Monitor reference,
    tables "SigninLogs", "AADServicePrincipalSignInLogs", "AADManagedIdentitySignInLogs".

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"id": "s1", "createdDateTime": "2026-01-05T09:30:00Z", "appDisplayName": "Portal",
    ...     "userId": "u1", "userPrincipalName": "ada@example.com", "ipAddress": "192.0.2.9",
    ...     "status": {"errorCode": 0}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.action.operation, event.outcome.status
    ('entra:user/u1', 'sign-in', 'success')
"""

from detector.sources.credentials import public
from detector.sources.format import Format
from detector.sources.microsoft import entra
from detector.sources.microsoft.tables import SIGN_IN_ROWS, exported
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import (
    Action,
    ActivityEvent,
    Credential,
    Outcome,
    Principal,
    Status,
    Target,
)  # fmt: skip

NAME = "entra_signin"
_NOBODY = "00000000-0000-0000-0000-000000000000"
_DIGITS = 18
_MULTI = "multiFactorAuthentication"
_MET = ("MFA requirement satisfied", "MFA completed")
# Applications of Microsoft's own.
_OWN = "MicrosoftServicePrincipalSignInLogs"
_CATEGORIES = {
    "SignInLogs": "sign-in", "NonInteractiveUserSignInLogs": "token refresh",
    "ServicePrincipalSignInLogs": "service principal sign-in",
    "ManagedIdentitySignInLogs": "managed identity sign-in", "ADFSSignInLogs": "sign-in",
    _OWN: "service principal sign-in",
}  # fmt: skip
# Ways in that a person hardly ever takes, and that phishing and spraying do: a code entered elsewhere,
# a password handed to an application.
_WAYS = {"devicecode": "device code sign-in", "ropc": "password grant sign-in",
         "authenticationtransfer": "transferred sign-in"}  # fmt: skip
_GOES_ON = frozenset({"sign-in", "token refresh"})
# The same of sessions that began so: what they came by is told of all their tokens.
_BEGAN = {"devicecodeflow": "device code", "authenticationtransfer": "transfer"}
# AADSTS codes: interrupts on the way to a sign-in are no denials.
_INTERRUPTS = frozenset(
    {50055, 50058, 50072, 50074, 50076, 50079, 50125, 50127, 50129, 50140, 65001}
)
_THROTTLED = frozenset({50196, 90055})
# Whoever was asked for the second factor said no, or nothing.
_FACTOR_REFUSED = "500121"


def _read(record: Record) -> ActivityEvent:
    record = exported(record)
    told = record.part("properties") if record.get("properties") is not None else record
    directory = told.first("homeTenantId", "resourceTenantId")
    directory = directory or record.first("tenantId", "tenantid")
    when = told if told.get("createdDateTime") else record
    uid = told.get("id") or told.get("originalRequestId") or record.get("correlationId")
    name = "createdDateTime" if when.get("createdDateTime") else "time"
    principal = _principal(record, told, directory)
    outcome = _outcome(record, told)
    return ActivityEvent(
        uid=told.uid("id", "originalRequestId", "correlationId") if uid else record.uid("id"),
        source=NAME,
        tenant=record.tenant,
        time=when.time(name),
        principal=principal,
        action=_action(record, told, outcome, human=principal.type == "human"),
        credential=_credential(told, outcome),
        target=_target(told),
        origin=origin_of(
            told.text("ipAddress") or record.first("callerIpAddress", "calleripaddress"), told.text("userAgent"),
            within=directory or "entra", asn=told.number("autonomousSystemNumber"),
            country=told.text("location", "countryOrRegion"),
            client="" if told.text("userAgent") else _client(told),
        ),
        outcome=outcome,
        chain=_behind(told, directory),
        raw=record.ref,
    )  # fmt: skip


def _action(record: Record, told: Record, outcome: Outcome, *, human: bool) -> Action:
    operation = _CATEGORIES.get(record.text("category"), "")
    if not operation:
        kinds = told.texts("signInEventTypes")
        service = "servicePrincipal" in kinds or "managedIdentity" in kinds
        person = human and not service
        operation = "sign-in" if person else "service principal sign-in"
        if "nonInteractiveUser" in kinds or told.flag("isInteractive") is False:
            operation = "token refresh" if person else operation
    if operation == "sign-in":
        operation = _WAYS.get(told.text("authenticationProtocol").lower(), operation)
    began = _BEGAN.get(told.text("originalTransferMethod").lower())
    if began and operation in _GOES_ON:
        operation = f"{operation} after {began}"
    refused = outcome.code == _FACTOR_REFUSED
    return Action("entra", operation, "read", "retrieval", "factor_refused" if refused else "")


def _principal(record: Record, told: Record, directory: str) -> Principal:
    person = told.text("userId")
    if person == _NOBODY:
        person = ""
    mail = told.text("userPrincipalName")
    if person or mail:
        return entra.user(
            directory, person, told.text("userDisplayName"), mail, told.text("sessionId"),
            mfa=_mfa(told),
        )  # fmt: skip
    agent = told.text("agent", "agentType")
    managed = "Managed" in record.text("category") or told.text("managedServiceIdentity", "msiType")
    uid = told.text("appId") or told.text("servicePrincipalId")
    name = told.first("servicePrincipalName", "appDisplayName")
    kind = "agent" if agent and agent != "notAgentic" else "workload" if managed else "service"
    if record.text("category") == _OWN:
        kind = "provider"
    record.need(uid or name, "userId", "a user or an application")
    return entra.app(directory, uid, name, kind)  # type: ignore[arg-type]


def _client(told: Record) -> str:
    """What Entra takes the client for: `Browser` is what a user agent would have been read as."""
    used = told.text("clientAppUsed").lower()
    return used if used != "unknown" else ""


def _behind(told: Record, directory: str) -> tuple[str, ...]:
    parent = told.text("agent", "agentSubjectParentId")
    return (entra.app(directory, parent, "").uid,) if parent else ()


def _mfa(told: Record) -> bool | None:
    required, made = told.text("authenticationRequirement"), told.number("status", "errorCode")
    # In words alone where nothing was required, and in version 1.0 of the interface.
    if made == 0 and told.text("status", "additionalDetails").startswith(_MET):
        return True
    return required == _MULTI and made in {0, None} if required else None


def _credential(told: Record, outcome: Outcome) -> Credential | None:
    """What an application signed in with; of others, the token that came of it, which Azure's and
    Graph's logs call `uti`."""
    key = told.text("servicePrincipalCredentialKeyId")
    if key and key != _NOBODY:
        how = told.text("clientCredentialType")
        return public(
            key, entra.KEY, told.context, told.tenant, type=how or "client_credential",
            lifetime="static",
        )  # fmt: skip
    federated = told.text("federatedCredentialId")
    if federated and federated != _NOBODY:
        return public(
            federated, "entra_federated_credential_id", told.context, told.tenant,
            type="federated_credential", lifetime="ephemeral",
        )  # fmt: skip
    thumb = told.text("servicePrincipalCredentialThumbprint")
    if thumb:
        return public(
            thumb, "x509_thumbprint", told.context, told.tenant, type="certificate",
            lifetime="static",
        )  # fmt: skip
    token = told.text("uniqueTokenIdentifier") if outcome.status == "success" else ""
    return public(
        token, entra.TOKEN, told.context, told.tenant, type="access_token", lifetime="ephemeral"
    )


def _target(told: Record) -> Target | None:
    uid = told.text("resourceId") or told.text("resourceDisplayName")
    return Target(uid, "application") if uid else None


def _outcome(record: Record, told: Record) -> Outcome:
    code = told.number("status", "errorCode")
    if code is None:
        result = record.first("resultType", "resulttype")
        if result.lower() in {"", "success"}:
            return Outcome()
        if not result.isascii() or not result.isdigit() or len(result) > _DIGITS:
            return Outcome("failure", result)
        code = int(result)
    if code == 0:
        return Outcome()
    status: Status = (
        "failure" if code in _INTERRUPTS else "throttled" if code in _THROTTLED else "denied"
    )
    return Outcome(status, str(code))


SOURCE = Format(
    NAME,
    (
        ("category=*SignInLogs", "properties"),
        ("createdDateTime", "appDisplayName", "ipAddress"),
        ("createdDateTime", "signInEventTypes"),
        ("createdDateTime", "servicePrincipalId", "resourceDisplayName"),
        *SIGN_IN_ROWS,
    ),
    _read,
    never=("activityDateTime",),
)
