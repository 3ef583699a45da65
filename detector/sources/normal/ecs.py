"""Elastic Common Schema documents of audit and authentication logs.

Read: nested fields and fields with dotted names. Documents that name no user and no client are passed
over, as most of an index says nothing about a credential.

References:
    Elastic Common Schema reference 9.x: event, user, source, user_agent, cloud, related fields.

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"@timestamp": "2026-01-05T09:30:00Z", "ecs": {"version": "9.0"}, "event": {
    ...     "action": "user-login", "outcome": "failure", "id": "e1", "category": ["authentication"]},
    ...     "user": {"name": "ada"}, "source": {"ip": "192.0.2.9"}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.outcome.status, event.origin.network
    ('ecs:user/ada', 'denied', '192.0.2.0/24')
"""

from detector.sources.aws.cloudtrail_identity import principal_of
from detector.sources.aws.cloudtrail_record import Identity
from detector.sources.base import SkipRecord
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record, path_of
from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import Action, ActivityEvent, Outcome, Principal, Target, Workload

NAME = "ecs"
_WHO = ("user.id", "user.email", "user.name", "client.user.id", "client.user.name", "service.name")


def _read(record: Record) -> ActivityEvent:
    action = _either(record, "event.action")
    who = next((one for name in _WHO if (one := _either(record, name))), "")
    if not action or not who:
        raise SkipRecord("a document that names no user or no action")
    account = _either(record, "cloud.account.id") or _either(record, "organization.id")
    number = _either(record, "source.as.number")
    return ActivityEvent(
        uid=_either(record, "event.id") or record.uid("_id"),
        source=NAME,
        tenant=record.tenant,
        time=record.time("@timestamp"),
        principal=_principal(record, who, account),
        action=_action(record, action),
        target=_target(record),
        origin=origin_of(
            _either(record, "source.ip") or _either(record, "client.ip"),
            _either(record, "user_agent.original"), within=account or NAME,
            region=_either(record, "cloud.region"), asn=int(number) if number.isdigit() else None,
            country=_either(record, "source.geo.country_iso_code"),
        ),
        outcome=_outcome(record),
        workload=_workload(record),
        raw=record.ref,
    )  # fmt: skip


def _either(record: Record, name: str) -> str:
    """A field, nested or under its dotted name."""
    return record.text(*path_of(name)) or record.text(name)


def _principal(record: Record, who: str, account: str) -> Principal:
    if who.startswith("arn:aws"):
        how = "AssumedRole" if ":assumed-role/" in who else "IAMUser"
        return principal_of(Identity(type=how, arn=who, accountId=account or None), account)
    mail, name = _either(record, "user.email"), _either(record, "user.name")
    service = not (mail or name or _either(record, "user.id"))
    domain = _either(record, "user.domain")
    at = f"{domain}/" if domain else ""
    return Principal(
        f"ecs:{at}{'service' if service else 'user'}/{who}", name or mail, account,
        "service" if service else "human" if mail or "@" in who else "unknown",
        session=_either(record, "user.session.id") or _either(record, "session.id"), known_by=mail or name,
    )  # fmt: skip


def _action(record: Record, action: str) -> Action:
    service = _either(record, "event.provider") or _either(record, "event.dataset") or NAME
    signs_in = "authentication" in record.texts("event", "category")
    access = "read" if signs_in else access_by_verb(action)
    return Action(
        service.removesuffix(".amazonaws.com"), action, access, plane_by_words(action, access)
    )


def _target(record: Record) -> Target | None:
    for name, kind in (
        ("user.target.name", "user"), ("user.target.id", "user"), ("group.name", "group"),
        ("orchestrator.resource.name", "resource"), ("file.path", "file"), ("url.path", "path"),
        ("cloud.instance.id", "instance"), ("service.target.name", "service"),
    ):  # fmt: skip
        uid = _either(record, name)
        if uid:
            return Target(uid, kind)
    return None


def _outcome(record: Record) -> Outcome | None:
    said = _either(record, "event.outcome")
    if said == "success":
        return Outcome()
    if said != "failure":
        return None
    code = _either(record, "error.code")
    denied = "authentication" in record.texts("event", "category") or code in {"401", "403"}
    return Outcome("denied" if denied or "denied" in code.lower() else "failure", code)


def _workload(record: Record) -> Workload | None:
    pod = _either(record, "kubernetes.pod.uid") or _either(record, "container.id")
    return Workload(pod, "pod") if pod else None


SOURCE = Format(
    NAME,
    (
        (b'"@timestamp"', b'"ecs"', b'"event"'),
        (b'"@timestamp"', b'"event.action"'),
        (b'"@timestamp"', b'"ecs.version"'),
    ),
    _read,
    never=(b'"_document_id"', b'"class_uid"'),
)
