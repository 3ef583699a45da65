"""Deeds in the formats that many systems share, and in the directory's own audit log.

Examples:
    >>> from detector.simulate.across.deed import Actor
    >>> ada = Actor("ada", "human", "ecs", "192.0.2.1", "Mozilla/5.0")
    >>> ecs(Deed(0, ada, "user-login"))["event"]["category"], ocsf(Deed(0, ada, "logon"))["class_uid"]
    (['authentication'], 3002)
"""

from hashlib import sha256
from uuid import UUID

from detector.simulate.across.deed import Deed, Record
from detector.simulate.clock import stamp

ADDED = "Add service principal credentials"

_DIRECTORY = "0d1e2c3b-0000-4000-8000-00000000d1d1"
# Of what is neither a sign-in nor a view: the categories and types that ECS gives it.
_KINDS = {
    "user-login": ("authentication", ["start"]), "added-to-admins": ("iam", ["group", "change"]),
    "user-created": ("iam", ["user", "creation"]), "report-saved": ("web", ["change"]),
}  # fmt: skip
_CLASSES = {
    "logon": (3002, 1, "Logon"), "disable second factor": (3001, 11, "MFA Factor Disable"),
    "attach policy": (3001, 7, "Attach Policy"), "assign role": (3005, 3, "Assign Roles"),
}  # fmt: skip


def ecs(deed: Deed) -> Record:
    """A portal that writes Elastic Common Schema."""
    category, kinds = _KINDS.get(deed.operation, ("web", ["access"]))
    return {
        "@timestamp": stamp(deed.at), "ecs": {"version": "8.17.0"},
        "event": {
            "id": deed.uid, "kind": "event", "action": deed.operation, "category": [category],
            "type": kinds, "outcome": "failure" if deed.denied else "success",
            "dataset": "portal.audit", "provider": "portal",
        },
        "user": {"id": deed.actor.name, "name": deed.actor.name,
                 "email": f"{deed.actor.name}@example.com"},
        "source": {"ip": deed.address}, "user_agent": {"original": deed.agent},
        "url": {"path": f"/{deed.target}"},
    }  # fmt: skip


def ocsf(deed: Deed) -> Record:
    """A wiki that writes OCSF: sign-ins, changes to accounts and calls of its interface."""
    class_, activity, name = _CLASSES.get(deed.operation, (6003, 99, "Other"))
    person = {
        "uid": f"u-{deed.actor.name}", "name": deed.actor.name, "type_id": 1,
        "email_addr": f"{deed.actor.name}@example.com",
    }  # fmt: skip
    record: Record = {
        "class_uid": class_, "category_uid": class_ // 1_000, "activity_id": activity,
        "activity_name": name, "type_uid": class_ * 100 + activity, "time": deed.at,
        "severity_id": 1, "status_id": 2 if deed.denied else 1,
        "metadata": {"version": "1.4.0", "uid": deed.uid,
                     "product": {"name": "wiki", "vendor_name": "example"}},
        "actor": {"user": person}, "src_endpoint": {"ip": deed.address},
        "http_request": {"user_agent": deed.agent},
    }  # fmt: skip
    if class_ == 6003:
        return record | {
            "api": {"operation": deed.operation, "service": {"name": "wiki"}},
            "resources": [{"uid": deed.target, "type": "page"}],
        }
    return record | {"user": person, "service": {"name": deed.target or "wiki"}}


def entra_audit(deed: Deed) -> Record:
    """Entra's audit log: what people change in the directory."""
    mail = f"{deed.actor.name}@example.com"
    return {
        "id": deed.uid, "activityDateTime": stamp(deed.at), "activityDisplayName": deed.operation,
        "category": "ApplicationManagement" if deed.operation == ADDED else "UserManagement",
        "correlationId": deed.uid, "loggedByService": "Core Directory", "operationType": "Update",
        "result": "failure" if deed.denied else "success",
        "resultReason": "Access denied" if deed.denied else "", "tenantId": _DIRECTORY,
        "initiatedBy": {"user": {"id": mail, "displayName": deed.actor.name,
                                 "userPrincipalName": mail, "ipAddress": deed.address}},
        "targetResources": [_changed(deed)],
        "additionalDetails": [{"key": "User-Agent", "value": deed.agent}],
    }  # fmt: skip


def _changed(deed: Deed) -> Record:
    """A person, or an app with the secret that it was given."""
    if deed.operation != ADDED:
        return {"id": deed.target, "type": "User"}
    key = deed.more.get("key") or key_id(deed.uid)
    described = f'["[KeyIdentifier={key},KeyType=Password,KeyUsage=Verify,DisplayName=]"]'
    return {
        "id": f"object-{deed.target}", "type": "ServicePrincipal", "displayName": deed.target,
        "modifiedProperties": [
            {"displayName": "KeyDescription", "oldValue": "[]", "newValue": described},
            {"displayName": "ServicePrincipal.AppId", "newValue": f'"{deed.target}"'},
        ],
    }  # fmt: skip


def key_id(seed: str) -> str:
    """An id as Entra gives to an app's secret.

    Examples:
        >>> key_id("a")
        'ca978112-ca1b-4dca-bac2-31b39a23dc4d'
    """
    return str(UUID(bytes=sha256(seed.encode()).digest()[:16], version=4))
