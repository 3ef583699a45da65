"""Entra ID audit log: what was changed in a directory, by whom, in which application or account.

Read: Microsoft Graph's directory audits, the diagnostic export, which has the same under `properties`,
rows of a Log Analytics workspace, and Intune's audit log, which travels with it. A secret, certificate or federated
credential that is added to an application is a credential issued to it.

References:
    Microsoft Graph documentation, "directoryAudit resource type"; Microsoft Entra documentation,
    "Audit activities reference", "View history of role assignments in PIM"; Azure Monitor reference,
    table "IntuneAuditLogs".

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"id": "a1", "activityDateTime": "2026-01-05T09:30:00Z", "result": "success",
    ...     "activityDisplayName": "Add member to role", "initiatedBy": {"user": {"id": "u1",
    ...     "userPrincipalName": "ada@example.com"}}, "targetResources": [{"id": "u2", "type": "User"}]}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.action.effect, event.target.uid
    ('entra:user/u1', 'grant', 'u2')
"""

import re

from msgspec.structs import replace

from detector.sources.credentials import public
from detector.sources.deeds import Deeds
from detector.sources.format import Format
from detector.sources.microsoft import entra
from detector.sources.microsoft.tables import AUDIT_ROW, exported
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import (
    Action,
    ActivityEvent,
    Child,
    Credential,
    Kind,
    Outcome,
    Principal,
    Target,
)  # fmt: skip

NAME = "entra_audit"
_KEY = re.compile(r"KeyIdentifier=([0-9a-fA-F-]{36})")
_SUBJECT = re.compile(r'"Subject"\s*:\s*"([^"]{1,512})"')
# What an application may sign in with, each among the properties that an update changes.
_LISTED = {"KeyDescription": _KEY, "FederatedIdentityCredentials": _SUBJECT}
_LOOKED_AT = 4_096
_RULES = "ConditionalAccessPolicy"
_STATE = re.compile(r'"state"\s*:\s*"(\w{1,64})"')
_IN_FORCE = {"enabled"}
_PIM = "PIM"
_HOLDERS = frozenset({"User", "ServicePrincipal", "Group"})
_DEEDS = Deeds("entra", {
    "Add member to role*": ("admin", "grant"),
    "Add eligible member to role*": ("admin", "grant"),
    "Add scoped member to role*": ("admin", "grant"),
    "Add app role assignment*": ("admin", "grant"),
    "Add delegated permission grant": ("admin", "grant"),
    "Update delegated permission grant": ("admin", "grant"),
    "Add role assignment to role definition": ("admin", "grant"),
    "Update role definition": ("admin", "grant"),
    "Add delegated admin customer": ("admin", "grant"),
    "Consent to application": ("admin", "grant"),
    "Add owner to application": ("admin", "persist"),
    "Add owner to service principal": ("admin", "persist"),
    "Add owner to group": ("admin", "grant"),
    "Add member to group": ("write", ""),
    "User has elevated their access*": ("admin", "grant"),
    "Assigns the caller to user access administrator": ("admin", "grant"),
    "Create role assignment": ("admin", "grant"),
    "Add service principal credentials": ("credential_issue", "mint_credential"),
    "Update application \u2013 Certificates and secrets management*": (
        "credential_issue", "mint_credential"),
    "Add federated identity credential*": ("credential_issue", "persist"),
    "Update federated identity credential*": ("admin", "persist"),
    "Remove service principal credentials": ("delete", ""),
    "Add user": ("admin", "persist"),
    "Add application": ("write", ""),
    "Add service principal": ("admin", ""),
    "Reset password*": ("admin", "persist"),
    "Reset password (self-service)": ("write", ""),
    "Reset user password": ("admin", "persist"),
    "Change user password": ("write", ""),
    "Disable Strong Authentication": ("admin", "impair_defence"),
    "Admin deleted security info": ("admin", "impair_defence"),
    "User deleted security info": ("write", "impair_defence"),
    "Admin registered security info": ("admin", "persist"),
    "Admin updated security info": ("admin", "persist"),
    "Update PasswordProfile": ("admin", "persist"),
    "Set force change user password": ("admin", ""),
    "Add FIDO2 security key*": ("admin", "persist"),
    "Delete FIDO2 security key*": ("delete", "impair_defence"),
    "Add passkey*": ("admin", "persist"),
    "Delete passkey*": ("delete", "impair_defence"),
    "Delete Windows Hello for Business credential*": ("delete", "impair_defence"),
    "User registered security info": ("write", ""),
    "Update conditional access policy": ("admin", "impair_defence"),
    "Delete conditional access policy": ("delete", "impair_defence"),
    "Delete policy": ("delete", "impair_defence"),
    "Update policy": ("admin", "impair_defence"),
    "Update authentication methods policy": ("admin", "impair_defence"),
    "Authentication Methods Policy Update": ("admin", "impair_defence"),
    "Authentication Methods Policy Reset": ("admin", "impair_defence"),
    "Update security defaults": ("admin", "impair_defence"),
    "Disable security defaults": ("admin", "impair_defence"),
    "Update authorization policy": ("admin", "impair_defence"),
    "Update authentication strength*": ("admin", "impair_defence"),
    "Delete authentication strength*": ("delete", "impair_defence"),
    "Update role setting in PIM*": ("admin", "impair_defence"),
    "Disable PIM alert": ("admin", "impair_defence"),
    "Disable PIM Alert": ("admin", "impair_defence"),
    "Delete named location": ("delete", "impair_defence"),
    "Remove policy from service principal": ("delete", "impair_defence"),
    "Delete diagnostic settings": ("delete", "impair_defence"),
    "Add policy": ("admin", ""),
    "Added policy": ("admin", ""),
    "Add conditional access policy": ("admin", ""),
    "Update named location": ("admin", "impair_defence"),
    "Set federation settings on domain": ("admin", "persist"),
    "Set domain authentication": ("admin", "persist"),
    "Add partner to company": ("admin", "grant"),
    "Add unverified domain": ("admin", "persist"),
    "Add verified domain": ("admin", "persist"),
    "Verify domain": ("admin", "persist"),
    "Add identity provider": ("admin", "persist"),
    "Update identity provider": ("admin", "persist"),
    "Create PublicKeyInfrastructure": ("admin", "persist"),
    "Add certificate authority to PublicKeyInfrastructure": ("admin", "persist"),
    "Add certificate based authentication configuration": ("admin", "persist"),
    "Enable passthrough authentication": ("admin", "persist"),
    "Enable Desktop Sso*": ("admin", "persist"),
    "Add a partner to cross-tenant access setting": ("admin", "grant"),
    "Update a partner cross-tenant access setting": ("admin", "grant"),
    "Update the company default cross-tenant access setting": ("admin", "grant"),
    "Create a partner cross-tenant identity sync setting": ("admin", "grant"),
    "Update a partner cross-tenant identity sync setting": ("admin", "grant"),
    "Invite external user": ("write", "share_out"),
    "Create temporary access pass*": ("credential_issue", "mint_credential"),
    "Create Temporary Access Pass*": ("credential_issue", "mint_credential"),
    "Admin registered temporary access pass*": ("credential_issue", "mint_credential"),
    "Recover device local administrator password": ("secret_read", ""),
    "Read BitLocker key": ("secret_read", ""),
    "Hard Delete*": ("delete", "destroy"),
    "Update device": ("write", ""),
    "Sign-in activity": ("read", ""),
    "assignDeviceManagementScript*": ("write", "execute"),
})  # fmt: skip
# Privileged Identity Management writes each step; nothing is granted before the last one.
_UNDERWAY = re.compile(r"\b(?:requested|request|canceled|cancelled|denied|expired)\b")
_ENDS = ("Remove service principal", "Remove federated identity credential",
         "Delete federated identity credential")  # fmt: skip
_MADE = frozenset({"", "0", "success", "succeeded"})
_FAILED = frozenset({"failure", "failed", "timeout"})


def _read(record: Record) -> ActivityEvent:
    record = exported(record)
    told = record.part("properties") if record.get("properties") is not None else record
    operation = told.text("activityDisplayName") or record.text("operationName")
    if not operation:
        operation = record.first("operationName.value", "Operation")
    action = _by_keys(_action(record.need(operation, "activityDisplayName"), told), told)
    directory = record.first("tenantId", "tenantid", "properties.tenantId")
    principal = _principal(record, told, directory)
    outcome = _outcome(record, told)
    kind, child = _subject(told, action, outcome, directory)
    when = told if told.get("activityDateTime") else record
    origin = told.part("initiatedBy", "user")
    own = next((name for name in ("id", "AuditEventId") if told.get(name)), "")
    return ActivityEvent(
        uid=told.uid(own) if own else record.uid("id", "correlationId"),
        source=NAME,
        tenant=record.tenant,
        time=when.time("activityDateTime" if when is told and told.get("activityDateTime") else "time"),
        principal=principal,
        kind=kind,
        action=action,
        target=_target(told, record, operation),
        origin=origin_of(
            origin.text("ipAddress") or record.first("callerIpAddress", "calleripaddress")
            or _detail(told, "ipaddr"),
            _detail(told, "User-Agent") or told.text("userAgent"),
            within=directory or "entra",
        ),
        outcome=outcome,
        child=child,
        raw=record.ref,
    )  # fmt: skip


def _action(operation: str, told: Record) -> Action:
    action = _DEEDS.of(operation, "intune" if told.get("Actor") else "")
    if action.effect == "grant" and _UNDERWAY.search(operation):
        return replace(action, effect="")
    if action.effect == "impair_defence" and _put_in_force(told):
        return replace(action, effect="")
    if action.effect == "share_out":
        return replace(action, foreign=_detail(told, "invitedUserEmailAddress"))
    return action


def _put_in_force(told: Record) -> bool:
    """Whether rules that were off, or only reported, are enforced from now on."""
    return any(
        _found(_STATE, one.get("newValue")) == _IN_FORCE
        and bool(_found(_STATE, one.get("oldValue")) - _IN_FORCE)
        for target in told.parts("targetResources")
        for one in target.parts("modifiedProperties")
        if one.text("displayName") == _RULES
    )


def _by_keys(action: Action, told: Record) -> Action:
    """An update of an application may add a way to sign in as it, or only take one away."""
    target = next(told.parts("targetResources"), None)
    added, removed = _changed(target) if target is not None else (set(), set())
    begins = action.access == "credential_issue"
    if added and not begins and action.operation == "Update application":
        return replace(action, access="credential_issue", plane="action", effect="persist")
    if removed and not added and (begins or action.operation == "Update application"):
        return replace(action, access="delete", plane="action", effect="")
    return action


def _changed(target: Record) -> tuple[set[str], set[str]]:
    """The keys and federated subjects that are new, and those that are gone."""
    added: set[str] = set()
    removed: set[str] = set()
    for one in target.parts("modifiedProperties"):
        form = _LISTED.get(one.text("displayName"))
        if form is not None:
            after, before = _found(form, one.get("newValue")), _found(form, one.get("oldValue"))
            added |= after - before
            removed |= before - after
    return added, removed


def _found(form: re.Pattern[str], value: object) -> set[str]:
    return set(form.findall(value[:_LOOKED_AT])) if isinstance(value, str) else set()


def _detail(told: Record, key: str) -> str:
    details = told.parts("additionalDetails")
    return next((one.text("value") for one in details if one.text("key") == key), "")


def _principal(record: Record, told: Record, directory: str) -> Principal:
    user, app = told.part("initiatedBy", "user"), told.part("initiatedBy", "app")
    mail = user.text("userPrincipalName")
    # What stands beside a user's id is often the name of the application that they worked through.
    name = "" if mail else user.text("displayName")
    if name and told.text("loggedByService") == _PIM:
        return entra.system(directory, name)
    if user.text("id") or mail:
        return entra.user(directory, user.text("id"), name, mail)
    uid, name = (
        app.first("appId", "servicePrincipalId"),
        app.first("displayName", "servicePrincipalName"),
    )
    if uid or name:
        # The name is no proof of Microsoft's own: whoever registers an application chooses it.
        return entra.app(directory, uid, name) if uid else entra.system(directory, name)
    actor = told.part("Actor")  # Intune's
    if actor.first("UPN", "ObjectId"):
        if actor.text("Application") and not actor.text("UPN"):
            return entra.app(directory, actor.text("Application"), actor.text("ApplicationName"))
        return entra.user(directory, actor.text("ObjectId"), "", actor.text("UPN"))
    who = record.text("identity")
    if who:
        return entra.user(directory, "", who, who) if "@" in who else entra.system(directory, who)
    return entra.system(directory)


def _target(told: Record, record: Record, operation: str) -> Target | None:
    found = [one for one in map(_named, told.parts("targetResources")) if one is not None]
    if found:
        # Whoever is given a role, which stands first where it was given for a time.
        holder = next((one for one in found if one.type in _HOLDERS), found[0])
        return holder if found[0].type == "Role" else found[0]
    uid = next(iter(told.texts("TargetObjectIds")), "")
    if uid:
        return Target(uid, operation.partition(" ")[2])
    uid = record.text("resourceId")
    return Target(uid) if uid else None


def _named(one: Record) -> Target | None:
    uid = one.first("id", "userPrincipalName", "displayName")
    return Target(uid, one.text("type")) if uid else None


def _outcome(record: Record, told: Record) -> Outcome:
    result = told.text("result") or record.first("resultType", "result")
    if result.lower() in _MADE:
        return Outcome()
    reason = told.text("resultReason")
    refused = "denied" in reason.lower() or "authoriz" in reason.lower()
    code = reason[:64] or ("" if result.lower() in _FAILED else result)
    return Outcome("denied" if refused else "failure", code)


def _subject(
    told: Record, action: Action, outcome: Outcome, directory: str
) -> tuple[Kind, Child | None]:
    begins = action.access == "credential_issue"
    target = next(told.parts("targetResources"), None)
    if outcome.status != "success" or target is None:
        return "use", None
    ends = action.operation.startswith(_ENDS) or (
        action.access == "delete" and bool(_changed(target)[1])
    )
    if not (begins or ends):
        return "use", None
    credential = _key(target)
    person = target.text("type") == "User"
    uid, name = target.text("id"), target.text("displayName")
    holder = (
        entra.user(directory, uid, name, target.text("userPrincipalName"))
        if person
        else entra.app(directory, _app_id(target) or _detail(told, "AppId") or uid, name)
    )
    return "issue" if begins else "end", Child(credential, holder)


def _app_id(target: Record) -> str:
    changed = target.parts("modifiedProperties")
    known = ("AppId", "ServicePrincipal.AppId", "TargetId.AppId")
    value = next((one.text("newValue") for one in changed if one.text("displayName") in known), "")
    return value.strip('"')


def _key(target: Record) -> Credential | None:
    for one in target.parts("modifiedProperties"):
        if one.text("displayName") not in {"KeyDescription", "FederatedIdentityCredentials"}:
            continue
        new, old = _found(_KEY, one.get("newValue")), _found(_KEY, one.get("oldValue"))
        found = sorted(new - old) or sorted(old - new)
        if found:
            return public(
                found[0], entra.KEY, target.context, target.tenant, type="client_credential",
                lifetime="static",
            )  # fmt: skip
    return None


SOURCE = Format(
    NAME,
    (
        ("activityDateTime", "initiatedBy"),
        ("properties/activityDateTime", "properties/initiatedBy"),
        ("category=AuditLogs", "operationName"),
        ("activityDateTime", "activityDisplayName"),
        AUDIT_ROW,
    ),
    _read,
    never=("category=*SignInLogs",),
)
