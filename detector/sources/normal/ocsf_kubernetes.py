"""Requests to a cluster that others have normalised: the same actor, deed and target as in its own log.

The schema has no field for the part of a resource (`exec`, `token`), so that is taken from the path.

References:
    OCSF mappings, "EKS Audit Logs"; AWS Security Lake user guide, "Amazon EKS audit logs".

Examples:
    >>> _part("/api/v1/namespaces/shop/pods/web-0/exec?command=sh", "pods")
    'exec'
    >>> _part("/api/v1/namespaces/shop/secrets/db", "secrets")
    ''
"""

from detector.sources.base import SkipRecord
from detector.sources.platform.kubernetes_audit import action_of, principal_of
from detector.sources.record import Record
from schemas.event import Action, Principal, Target

_VERSION = "audit.k8s.io/"
_BEHIND = 2  # the resource, its name, and then the part


def is_request(record: Record) -> bool:
    """Whether an event was a request to a cluster.

    Raises:
        SkipRecord: the request, whose response follows.
    """
    found = record.text("metadata", "product", "version").startswith(_VERSION)
    if found and record.text("message") == "RequestReceived":
        raise SkipRecord("a request, whose response follows")
    return found


def principal(record: Record, arn: str) -> Principal:
    """Who asked; `arn` is who that is to AWS, where the event says so."""
    name = record.need(record.text("actor", "user", "name"), "actor.user.name", "who acted")
    return principal_of(name, record.text("actor", "session", "uid"), arn)


def deed(record: Record) -> tuple[Action, Target | None]:
    """What was asked of which resource."""
    path = record.text("http_request", "url", "path")
    what = next(record.parts("resources"), record.part("resources"))
    resource, _, sub = what.text("type").partition("/")
    sub = sub or _part(path, resource)
    action = action_of(record.text("api", "operation") or "request", resource, sub)
    if not resource:
        return action, Target(path.partition("?")[0], "path") if path else None
    where = (what.text("namespace"), resource, what.text("name"))
    kind = f"{resource}/{sub}" if sub else resource
    return action, Target("/".join(part for part in where if part), kind)


def _part(path: str, resource: str) -> str:
    parts = path.partition("?")[0].split("/")
    at = parts.index(resource) + _BEHIND if resource in parts else len(parts)
    return parts[at] if at < len(parts) else ""
