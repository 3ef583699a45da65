"""Elastic Common Schema documents of audit, identity and authentication logs.

Read: nested fields and fields with dotted names. Alerts, metrics and documents that name no user or
no action are passed over, as most of an index says nothing about a credential. Calls to AWS have the
same actor, credential and deed as in CloudTrail. Where `event.original` holds the record of a format
that has a source of its own, that reads it; `kubernetes.audit` is one too. `host`, `container` and `service` tell where a document
was collected, not who acted, so they are not taken for the caller's.

References:
    Elastic Common Schema reference 9.x: event, user, client, source, user_agent, cloud, service and
    http fields, "User fields usage and examples"; Beats reference, "AWS CloudTrail fields".

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

from functools import lru_cache
from typing import Any

from detector.sources.base import SkipRecord
from detector.sources.clients import BROWSER
from detector.sources.format import Format
from detector.sources.normal import amazon
from detector.sources.normal.ecs_kinds import deed_of
from detector.sources.normal.original import events_of
from detector.sources.normal.outcomes import outcome
from detector.sources.origins import origin_of
from detector.sources.record import Fields, Record, texts_of
from detector.sources.text import kept
from detector.sources.verbs import plane_by_words
from schemas.event import (
    Action,
    ActivityEvent,
    Credential,
    Origin,
    Outcome,
    Principal,
    Target,
)

NAME = "ecs"
_NOTHING: Fields = {}
_NAMES = 256  # more than there are in this module
_OTHER_KINDS = frozenset({"alert", "signal", "metric", "asset", "enrichment", "pipeline_error"})
# Where the record stands that a document was made from.
_ORIGINALS = ("event.original", "kubernetes.audit")
_ENDED = {"success": True, "failure": False}
_AUTHENTICATION = "authentication"
_USERS = ("user", "client.user", "source.user")
_TARGETS = (
    ("user.target.id", "user"), ("user.target.email", "user"), ("user.target.name", "user"),
    ("group.id", "group"), ("group.name", "group"), ("orchestrator.resource.id", "resource"),
    ("orchestrator.resource.name", "resource"), ("cloud.instance.id", "instance"),
    ("service.target.name", "service"), ("entity.target.id", "entity"), ("file.path", "file"),
    ("url.path", "path"), ("url.domain", "site"), ("destination.domain", "host"),
)  # fmt: skip
_TRAIL = "aws.cloudtrail.user_identity."
Actor = tuple[Principal, Credential | None, tuple[str, ...]]


class _Document:
    """Fields by their dotted names, however a document writes them. `record` is what it stands in."""

    __slots__ = ("_objects", "flat", "record")

    def __init__(self, record: Record) -> None:
        self.record = record
        # Most documents write all of them one way: to try both would double the cost.
        self.flat = "." in "".join(record.fields)
        # A few objects hold all that is asked for, or are not there: each is gone into once.
        self._objects: dict[str, Fields] = {}

    def get(self, name: str) -> Any:
        """Whatever a field holds: not to be kept."""
        fields = self.record.fields
        if self.flat and name in fields:
            return fields[name]
        top, inside, last = _within(name)
        if top not in fields:
            return None
        found = self._objects.get(inside)
        if found is None:
            value = fields[top] if inside == top else self.get(inside)
            found = self._objects[inside] = value if value.__class__ is dict else _NOTHING
        return found.get(last)

    def text(self, name: str) -> str:
        """The text of a field, the first where there are several, or an empty one."""
        value = self.get(name)
        return "" if value is None else _text(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """All texts of a field."""
        value = self.get(name)
        return () if value is None else texts_of(value)

    def first(self, *names: str) -> str:
        """The first field that has a text."""
        for name in names:
            value = self.get(name)
            if value is not None and (one := _text(value)):
                return one
        return ""


def _text(value: Any) -> str:
    return kept(value) if value.__class__ is str else next(iter(texts_of(value)), "")


@lru_cache(_NAMES)
def _within(name: str) -> tuple[str, str, str]:
    """The objects that a field stands in, outermost and innermost, and its name there: of names in
    code, never of those in records."""
    inside, _, last = name.rpartition(".")
    return inside.partition(".")[0], inside, last


def _read(record: Record) -> ActivityEvent | tuple[ActivityEvent, ...]:
    document = _Document(record)
    if document.text("event.kind") in _OTHER_KINDS:
        raise SkipRecord("a document of another kind")
    for name in _ORIGINALS:
        original = events_of(record, document.get(name))
        if original is not None:
            return original
    action = document.text("event.action")
    if not action:
        raise SkipRecord("a document that names no action")
    categories = frozenset(document.texts("event.category"))
    account = document.first("cloud.account.id", "organization.id")
    origin = _origin(document, account)
    principal, credential, chain = _actor(document, account, origin)
    return ActivityEvent(
        uid=document.text("event.id") or record.uid("_id"),
        source=NAME,
        tenant=record.tenant,
        time=record.time("@timestamp"),
        principal=principal,
        action=_action(document, action, categories),
        credential=credential,
        target=_target(document),
        origin=origin,
        outcome=_outcome(document, signs_in=_AUTHENTICATION in categories),
        chain=chain,
        raw=record.ref,
    )


def _origin(document: _Document, account: str) -> Origin | None:
    number = document.first("source.as.number", "client.as.number")
    return origin_of(
        document.first("source.ip", "client.ip", "source.address", "client.address"),
        document.text("user_agent.original"), within=account or NAME,
        region=document.text("cloud.region"), asn=int(number) if number.isdigit() else None,
        country=document.first("source.geo.country_iso_code", "client.geo.country_iso_code"),
    )  # fmt: skip


def _actor(document: _Document, account: str, origin: Origin | None) -> Actor:
    record = document.record
    uid = document.text("user.id")
    trail = document.get("aws.cloudtrail") is not None or document.flat
    arn = document.text(f"{_TRAIL}arn") if trail else ""
    type_ = document.text(f"{_TRAIL}type") if trail else ""
    arn = arn or (uid if uid.startswith("arn:aws") else "")
    key = document.text(f"{_TRAIL}access_key_id") if trail else ""
    if amazon.is_caller(arn, type_):
        session = f"{_TRAIL}session_context."
        mfa = document.text(f"{session}mfa_authenticated").lower() if trail else ""
        made = amazon.caller(
            record.context, record.tenant, arn=arn, type_=type_, account=account,
            uid="" if uid == arn else uid, name=document.text("user.name"), key=key,
            issuer=document.text(f"{session}session_issuer.arn") if trail else "",
            mfa={"true": True, "false": False}.get(mfa),
            invoked_by=document.text(f"{_TRAIL}invoked_by") if trail else "",
            human=origin is not None and (origin.console or origin.client == BROWSER),
        )  # fmt: skip
        return made.principal, made.credential, made.chain
    return _user(document, account), amazon.access_key(key, record.context, record.tenant), ()


def _user(document: _Document, account: str) -> Principal:
    for user in _USERS:
        mail, name = document.text(f"{user}.email"), document.text(f"{user}.name")
        who = document.text(f"{user}.id") or mail or name
        if who:
            break
    else:
        service = document.text("service.origin.name")
        if not service:
            raise SkipRecord("a document that names no user")
        return Principal(f"ecs:service/{service}", service, account, "service", known_by=service)
    domain = document.text(f"{user}.domain")
    roles = document.texts(f"{user}.roles")
    return Principal(
        f"ecs:{domain}/user/{who}" if domain else f"ecs:user/{who}",
        name or document.text(f"{user}.full_name") or mail, account,
        "human" if mail or "@" in name else "unknown", role=roles[0] if len(roles) == 1 else "",
        session=document.first("user.session.id", "session.id"), known_by=mail or name,
    )  # fmt: skip


def _action(document: _Document, action: str, categories: frozenset[str]) -> Action:
    provider = document.text("event.provider")
    known = amazon.deed(provider, action)
    if known is not None:
        return known
    service = provider or document.first("event.dataset", "event.module", "service.name") or NAME
    types = frozenset(document.texts("event.type"))
    access, effect = deed_of(action, categories, types, document.text("http.request.method"))
    return Action(service, action, access, plane_by_words(action, access), effect)


def _target(document: _Document) -> Target | None:
    for name, kind in _TARGETS:
        value = document.get(name)
        if value is not None and (uid := _text(value)):
            return Target(uid, kind)
    return None


def _outcome(document: _Document, *, signs_in: bool) -> Outcome | None:
    code = document.first("aws.cloudtrail.error_code", "error.code", "http.response.status_code")
    types = document.texts("event.type")
    said = _ENDED.get(document.text("event.outcome"))
    if "denied" in types and not said:
        return Outcome("denied", code)
    return outcome(said, code, refused=signs_in)


SOURCE = Format(
    NAME,
    (
        ("@timestamp", "ecs", "event"),
        ("@timestamp", "event.action"),
        ("@timestamp", "ecs.version"),
    ),
    _read,
    never=("_document_id", "class_uid"),
)
