"""Kubernetes audit events (audit.k8s.io/v1): what users and workloads asked of the API server.

Read: service accounts with the pod that their token is bound to, the token's own id, impersonation,
tokens that were issued, reads of secrets, shells in pods, grants of roles. The stages of a request
are one event by its id; the first of them, before anything is answered, is skipped. Of a request's
body only what a token is bound to and what kind of secret is made are looked at. EKS, GKE and AKS
put the same events into envelopes, which are opened.

References:
    Kubernetes documentation, "Auditing" and kube-apiserver Audit Configuration (v1); "Managing
    Service Accounts" (credential ids in audit annotations).

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"kind": "Event", "apiVersion": "audit.k8s.io/v1", "auditID": "a1",
    ...     "stage": "ResponseComplete", "requestReceivedTimestamp": "2026-01-05T09:30:00.000000Z",
    ...     "verb": "get", "user": {"username": "system:serviceaccount:shop:web"},
    ...     "objectRef": {"resource": "secrets", "namespace": "shop", "name": "db"},
    ...     "responseStatus": {"code": 200}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.action.access, event.target.uid
    ('k8s:serviceaccount/shop/web', 'secret_read', 'shop/secrets/db')
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from detector.sources.aws.cloudtrail_credential import key_of
from detector.sources.aws.cloudtrail_identity import principal_of as aws_principal
from detector.sources.aws.cloudtrail_record import Identity
from detector.sources.base import SkipRecord
from detector.sources.credentials import public
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record, texts_of
from schemas.event import (
    Access,
    Action,
    ActivityEvent,
    Child,
    Credential,
    Effect,
    Kind,
    Lifetime,
    Outcome,
    Plane,
    Principal,
    Status,
    Target,
    Workload,
)  # fmt: skip

NAME = "kubernetes_audit"
_SERVICE = "kubernetes"
_EXTRA = "authentication.kubernetes.io/"
_RENAMED = "authentication_kubernetes_io_slash_"  # Panther's
_ISSUED = "authentication.kubernetes.io/issued-credential-id"
_ACCOUNT = "system:serviceaccount:"
_BOOTSTRAP = "system:bootstrap:"
_NOBODY = frozenset({"system:anonymous", "system:unauthenticated"})
# The certificate that some distributions give their first administrator: no part of the system.
_ADMIN = "system:admin"
_PROVIDERS = ("system:", "eks:", "aks-", "aksService", "gke-")
_STATIC = "kubernetes.io/service-account-token"
_VERBS: dict[str, Access] = {
    "get": "read", "list": "list", "watch": "list", "create": "write", "update": "write",
    "patch": "write", "delete": "delete", "deletecollection": "delete", "post": "write",
    "put": "write", "bind": "admin", "escalate": "admin", "impersonate": "admin", "approve": "admin",
    "connect": "write", "head": "read", "options": "read",
}  # fmt: skip
_RIGHTS = frozenset({"roles", "clusterroles", "rolebindings", "clusterrolebindings"})
_BINDINGS = frozenset({"rolebindings", "clusterrolebindings"})
_SHELLS = frozenset({"exec", "attach", "portforward", "proxy", "ephemeralcontainers"})
_PROBES = frozenset({"selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews"})
# Questions are put by creating an object that is never kept.
_QUESTIONS = frozenset({"tokenreviews", "subjectaccessreviews", "localsubjectaccessreviews"})
# Whoever answers them sees, and may change, what others send to the cluster.
_HOOKS = frozenset({"validatingwebhookconfigurations", "mutatingwebhookconfigurations"})
_DEFENCES = frozenset({
    "validatingwebhookconfigurations", "mutatingwebhookconfigurations", "networkpolicies",
    "validatingadmissionpolicies", "validatingadmissionpolicybindings", "mutatingadmissionpolicies",
    "mutatingadmissionpolicybindings", "podsecuritypolicies", "events",
})  # fmt: skip
# Where EKS keeps which identities of AWS get in, and as what.
_ADMITTED = ("kube-system", "aws-auth")
_STATUS: dict[int, Status] = {401: "denied", 403: "denied", 404: "not_found", 429: "throttled"}


def _read(record: Record) -> ActivityEvent:
    if record.text("stage") == "RequestReceived":
        raise SkipRecord("a request, whose response follows")
    verb = record.text("verb") or "request"
    what = record.part("objectRef")
    resource, sub = what.text("resource"), what.text("subresource")
    action = action_of(verb, resource, sub)
    if resource == "configmaps" and action.access == "write" and _admits(what):
        action = replace(action, access="admin", effect="grant")
    if sub == "approval" and _denies(record):
        action = replace(action, access="admin", effect="")
    user = record.part("user")
    acting = record.part("impersonatedUser")
    principal = _principal(record, user)
    chain: tuple[str, ...] = ()
    if acting.text("username"):
        chain = (principal.uid,)
        principal = _principal(record, acting)
    outcome = _outcome(record)
    credential = _credential(record, user)
    kind: Kind = "use"
    child = None
    if verb == "create" and (outcome is None or outcome.status == "success"):
        child = _issued(record, resource, sub, what, credential)
        kind = "issue" if child else "use"
        if child and resource == "secrets":
            action = replace(action, access="credential_issue", effect="persist")
    addresses = record.texts("sourceIPs")
    when = (
        "requestReceivedTimestamp" if record.get("requestReceivedTimestamp") else "stageTimestamp"
    )
    if record.get(when) is None:
        when = "timestamp"
    return ActivityEvent(
        uid=record.uid("auditID"),
        source=NAME,
        tenant=record.tenant,
        time=record.time(when),
        principal=principal,
        kind=kind,
        action=action,
        credential=credential,
        target=_target(record, what, resource, sub),
        origin=origin_of(
            addresses[0] if addresses else "", record.text("userAgent"), within=_SERVICE
        ),
        outcome=outcome,
        workload=_workload(user),
        child=child,
        chain=chain,
        raw=record.ref,
    )


def _admits(what: Record) -> bool:
    return (what.text("namespace"), what.text("name")) == _ADMITTED


def _principal(record: Record, user: Record) -> Principal:
    extra = user.part("extra")
    session, arns = extra.texts("sessionName"), extra.texts("arn")
    return principal_of(
        record.need(user.text("username"), "user.username", "who acted"),
        session[0] if session else "",
        arns[0] if arns else "",
    )


@lru_cache(8_192)
def principal_of(name: str, session: str = "", arn: str = "") -> Principal:
    """Who a user name of a cluster stands for. All texts have passed `kept`.

    Examples:
        >>> principal_of("system:serviceaccount:shop:web").uid
        'k8s:serviceaccount/shop/web'
    """
    if name.startswith(_ACCOUNT):
        space, _, own = name.removeprefix(_ACCOUNT).partition(":")
        return Principal(f"k8s:serviceaccount/{space}/{own}", own, type="workload", known_by=name)
    if name.startswith("system:node:"):
        own = name.removeprefix("system:node:")
        return Principal(f"k8s:node/{own}", own, type="workload", role="node", known_by=name)
    if name in _NOBODY:
        return Principal("k8s:anonymous", name, known_by=name)
    if name.startswith(_BOOTSTRAP):
        own = name.removeprefix(_BOOTSTRAP)
        return Principal(f"k8s:bootstrap/{own}", own, type="workload", role="node", known_by=name)
    account = arn.split(":")[4] if arn.startswith("arn:aws") and arn.count(":") > 4 else ""
    if name.startswith(_PROVIDERS) and name != _ADMIN:
        return Principal(f"k8s:system/{name}", name, account, "provider", known_by=name)
    if arn.startswith("arn:aws"):  # EKS: the same actor as in CloudTrail
        kind = "AssumedRole" if ":assumed-role/" in arn else "IAMUser"
        return aws_principal(Identity(type=kind, arn=arn, accountId=account or None), account)
    if name.endswith("gserviceaccount.com"):  # GKE: the same actor as in Google Cloud's own log
        home = name.partition("@")[2].removesuffix(".iam.gserviceaccount.com")
        return Principal(
            f"gcp:serviceaccount/{name}", name.partition("@")[0], type="service", owner=home,
            session=session, known_by=name,
        )  # fmt: skip
    return Principal(
        uid=f"k8s:user/{name}",
        name=name,
        type="human" if "@" in name else "unknown",
        session=session,
        known_by=name,
    )


def _workload(user: Record) -> Workload | None:
    """What the API server attests of the caller's token: its pod or, without one, its node."""
    pods = _extra(user, "pod-name")
    if pods:
        return Workload(f"{_space(user)}/{pods[0]}", "pod", attested=True)
    nodes = _extra(user, "node-name")
    return Workload(nodes[0], "node", attested=True) if nodes else None


def _extra(user: Record, name: str) -> tuple[str, ...]:
    """What the API server adds about a token, also where a store has renamed the fields."""
    extra = user.fields.get("extra")
    if extra.__class__ is not dict:
        return ()
    return texts_of(extra.get(_EXTRA + name)) or texts_of(extra.get(_RENAMED + name))


def _noted(record: Record, name: str) -> str:
    """What the API server notes about a request, also where Elastic has taken the dots out."""
    notes = record.part("annotations")
    return notes.text(name) or notes.text(name.replace(".", "_"))


def _space(user: Record) -> str:
    return user.text("username").removeprefix(_ACCOUNT).partition(":")[0]


def _credential(record: Record, user: Record) -> Credential | None:
    for uid in _extra(user, "credential-id"):
        pods = _extra(user, "pod-name")
        return _of_id(record, uid, f"{_space(user)}/{pods[0]}" if pods else "")
    keys = user.texts("extra", "accessKeyId")
    if keys:
        lifetime: Lifetime = "static" if keys[0].startswith("AKIA") else "ephemeral"
        return key_of(keys[0], lifetime, record.context.fingerprints, record.tenant)
    name = user.text("username")
    if name.startswith(_BOOTSTRAP):
        return public(
            name.removeprefix(_BOOTSTRAP), "k8s_bootstrap_token", record.context, record.tenant,
            type="bootstrap_token", lifetime="static",
        )  # fmt: skip
    return None


def _of_id(
    record: Record, uid: str, bound_to: str = "", expires: int | None = None, parent: str = ""
) -> Credential | None:
    form, _, value = uid.partition("=")
    if form == "JTI":
        return public(
            value, "k8s_jti", record.context, record.tenant, type="service_account_token",
            lifetime="ephemeral", expires=expires, bound_to=bound_to, parent=parent,
        )  # fmt: skip
    kind = "k8s_x509_sha256" if form == "X509SHA256" else "k8s_credential_id"
    return public(
        value or uid, kind, record.context, record.tenant, type="client_certificate" if value else "",
        lifetime="static" if value else "",
    )  # fmt: skip


@lru_cache(8_192)
def action_of(verb: str, resource: str, sub: str) -> Action:
    """What a verb does to a resource, or to the part `sub` of one.

    Examples:
        >>> action_of("create", "pods", "exec").effect
        'execute'
    """
    access: Access = _VERBS.get(verb, "unknown")
    effect: Effect = ""
    name = f"{resource}/{sub}" if sub else resource
    if resource == "secrets" and access in {"read", "list"}:
        access = "secret_read"
    elif ((resource, sub) == ("serviceaccounts", "token") and verb == "create") or (
        resource == "certificatesigningrequests" and (sub == "approval" or verb == "approve")
    ):
        access, effect = "credential_issue", "mint_credential"
    elif resource in _PROBES:
        access, effect = "read", "identity_probe"
    elif resource in _QUESTIONS and verb == "create":
        access = "read"
    elif resource in _HOOKS and verb == "create":
        access, effect = "admin", "persist"
    elif resource in _RIGHTS and access in {"write", "admin"}:
        access, effect = "admin", "grant" if resource in _BINDINGS or verb == "escalate" else ""
    elif sub in _SHELLS and access in {"write", "read", "admin"}:
        access, effect = "write", "execute"
    elif resource in _DEFENCES and access in {"write", "delete"}:
        effect = "impair_defence" if access == "delete" else ""
    elif verb == "deletecollection" or (verb == "delete" and name == "namespaces"):
        effect = "destroy"
    plane: Plane = "retrieval" if access in {"read", "list", "secret_read"} else "action"
    return Action(_SERVICE, f"{verb} {name}".strip(), access, plane, effect)


def _denies(record: Record) -> bool:
    """Whether a request for a certificate was turned down: approving it is the same call."""
    conditions = record.part("requestObject", "status").parts("conditions")
    return any(condition.text("type") == "Denied" for condition in conditions)


def _target(record: Record, what: Record, resource: str, sub: str) -> Target | None:
    if not resource:
        path = record.text("requestURI").partition("?")[0]
        return Target(path, "path") if path else None
    parts = (what.text("namespace"), resource, what.text("name"))
    return Target(
        "/".join(part for part in parts if part), f"{resource}/{sub}" if sub else resource
    )


def _outcome(record: Record) -> Outcome | None:
    code = record.number("responseStatus", "code")
    decision = _noted(record, "authorization.k8s.io/decision")
    if decision == "forbid":
        return Outcome("denied", str(code or 403))
    if code is None:
        return None
    if code < 400:
        return Outcome()
    return Outcome(_STATUS.get(code, "failure"), str(code))


def _issued(
    record: Record, resource: str, sub: str, what: Record, own: Credential | None
) -> Child | None:
    """The service account's token that a request made: a short-lived one, or a secret that holds
    one for good."""
    space, name = what.text("namespace"), what.text("name")
    parent = own.fingerprint if own is not None else ""
    if (resource, sub) == ("serviceaccounts", "token"):
        uid = _noted(record, _ISSUED)
        pod = record.part("requestObject", "spec", "boundObjectRef")
        bound = pod.text("name") if pod.text("kind") == "Pod" else ""
        credential = _of_id(
            record, uid, f"{space}/{bound}" if bound else "",
            record.when("responseObject", "status", "expirationTimestamp"), parent,
        ) if uid else None  # fmt: skip
        holder = principal_of(f"{_ACCOUNT}{space}:{name}") if name else None
        return Child(credential, holder) if credential or holder else None
    if resource != "secrets" or record.text("requestObject", "type") != _STATIC:
        return None
    meta = record.part("requestObject", "metadata")
    name = name or meta.text("name")
    account = meta.text("annotations", "kubernetes.io/service-account.name")
    static = public(
        f"{space}/{name}", "k8s_secret", record.context, record.tenant,
        type="service_account_token", lifetime="static", parent=parent,
    )  # fmt: skip
    return Child(static, principal_of(f"{_ACCOUNT}{space}:{account}") if account else None)


def _spills(record: Record) -> Iterator[tuple[str, Any]]:
    """Commands and variables of pods, where the log has whole requests; what a Secret holds is meant
    to stand there."""
    if record.text("objectRef", "resource") != "secrets":
        request = record.get("requestObject")
        if request:
            yield "requestObject", request


SOURCE = Format(
    NAME,
    (
        ("apiVersion=audit.k8s.io/*", "user"),
        ("verb", "objectRef"),
        ("auditID", "verb"),
    ),
    _read,
    spills=_spills,
)
