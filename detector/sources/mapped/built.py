"""The event that a mapping's values make.

Examples:
    >>> from detector.sources.fingerprint import Fingerprints
    >>> from detector.sources.base import Context
    >>> from detector.sources.record import opened
    >>> record = opened(b"{}", "portal", Context(Fingerprints("a key of sixteen characters")), 1)
    >>> built(record, {"time": 5, "principal.uid": "p", "action.operation": "delete_file"}).action.access
    'delete'
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from msgspec import Struct

from detector.sources import credentials
from detector.sources.origins import origin_of
from detector.sources.record import Record
from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import (
    Action,
    ActivityEvent,
    Child,
    Credential,
    Origin,
    Outcome,
    Posture,
    Principal,
    Target,
    Task,
    Workload,
)  # fmt: skip

Found = Mapping[str, Any]
_T = TypeVar("_T", bound=Struct)


def built(record: Record, found: Found) -> ActivityEvent:
    """One event of `found`: values by the names of an event's fields."""
    uid = found.get("uid") or record.uid()
    return ActivityEvent(
        uid=uid,
        source=record.what,
        tenant=record.tenant,
        time=found["time"],
        principal=Principal(**_part(found, "principal")),
        kind=found.get("kind", "use"),
        action=_action(record, found),
        credential=_credential(record, found),
        target=_made(Target, _part(found, "target")),
        origin=_origin(record, found),
        outcome=_outcome(found),
        workload=_made(Workload, _part(found, "workload")),
        task=_made(Task, _part(found, "task")),
        child=_child(record, found),
        posture=_made(Posture, _part(found, "posture")),
        raw=record.ref,
        note=found.get("note", ""),
    )


def _part(found: Found, name: str) -> dict[str, Any]:
    before = f"{name}."
    return {
        key[len(before) :]: value
        for key, value in found.items()
        if key.startswith(before) and "." not in key[len(before) :]
    }


def _made(kind: type[_T], values: dict[str, Any]) -> _T | None:
    needed = "uid" in kind.__struct_fields__ and "uid" not in values
    return None if not values or needed else kind(**values)


def _action(record: Record, found: Found) -> Action | None:
    given = _part(found, "action")
    operation = given.get("operation", "")
    if not operation:
        return None
    service = given.get("service", record.what)
    access = given.get("access") or access_by_verb(operation, service)
    plane = given.get("plane") or plane_by_words(operation, access)
    return Action(
        service, operation, access, plane, given.get("effect", ""), given.get("foreign", "")
    )


def _credential(record: Record, found: Found) -> Credential | None:
    given = _part(found, "credential")
    if not given:
        return None
    digest, text = given.pop("sha256", ""), given.pop("secret", "")
    kind, uid = given.pop("uid_kind", ""), given.pop("uid", "")
    context, tenant = record.context, record.tenant
    if digest:
        return credentials.hashed(digest, kind or "sha256", context, tenant, **given)
    if text:
        short = {name: given[name] for name in ("type", "lifetime") if name in given}
        return credentials.secret(text, context, tenant, **short)
    return credentials.public(uid, kind or "id", context, tenant, **given)


def _origin(record: Record, found: Found) -> Origin | None:
    given = _part(found, "origin")
    if not given:
        return None
    address, agent = given.pop("address", ""), given.pop("user_agent", "")
    return origin_of(address, agent, within=record.what, **given)


def _outcome(found: Found) -> Outcome | None:
    given = _part(found, "outcome")
    return Outcome(**given) if given else None


def _child(record: Record, found: Found) -> Child | None:
    given, who = _part(found, "child.credential"), _part(found, "child.principal")
    credential = None
    if given.get("uid"):
        kind = given.get("uid_kind") or "id"
        credential = credentials.public(given["uid"], kind, record.context, record.tenant)
    principal = _made(Principal, who)
    return Child(credential, principal) if credential or principal else None
