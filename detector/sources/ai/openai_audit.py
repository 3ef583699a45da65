"""OpenAI: the audit log of an API organisation.

Sign-ins, API keys, service accounts, users, invitations, roles, projects, allowed addresses,
certificates, rate limits and the like. Read are the actor (a session of a user, a user's or a
service account's key, or the system where none is named), the id of the object in the part that is
called after the event, keys that come and go, and where it came from. The part's name is
written with dots or with underscores. Names, settings and error messages are left out. The log has no
session id and says nothing of a second factor.

References:
    OpenAI API reference, "Audit logs" (administration, 2026-11).

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"id": "audit_log-EXAMPLE1", "object": "organization.audit_log",
    ...     "type": "api_key.created", "effective_at": 1767605400, "actor": {"type": "session",
    ...     "session": {"user": {"id": "user-EXAMPLE", "email": "ada@example.com"},
    ...     "ip_address": "192.0.2.7"}}, "api_key.created": {"id": "key_EXAMPLE"}}'''
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> [event] = SOURCE.decode(raw, context, 1)
    >>> event.principal.uid, event.kind, event.child.credential.uid, event.origin.network
    ('openai:user/user-EXAMPLE', 'issue', 'key_EXAMPLE', '192.0.2.0/24')
"""

from detector.sources.ai.openai_audit_actor import actor_of
from detector.sources.ai.openai_audit_deed import (
    action_of,
    changed_credential,
    outcome_of,
    target_of,
)
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import ActivityEvent, Origin


def read(record: Record) -> ActivityEvent:
    """The event of one entry."""
    name = record.need(record.text("type"), "type", "the type of event")
    about = record.part(name)
    if not about.fields:
        about = record.part(name.replace(".", "_"))
    principal, credential = actor_of(record)
    time = record.time("effective_at")
    kind, child = changed_credential(record, name, about, credential, time)
    return ActivityEvent(
        uid=record.uid("id"),
        source=record.what,
        tenant=record.tenant,
        time=time,
        principal=principal,
        kind=kind,
        action=action_of(name, about),
        credential=credential,
        target=target_of(name, about),
        origin=_origin(record, principal.account),
        outcome=outcome_of(name, about),
        child=child,
        raw=record.ref,
    )


def _origin(record: Record, account: str) -> Origin | None:
    session = record.part("actor", "session")
    place = session.part("ip_address_details")
    asn = place.text("asn").upper().removeprefix("AS")
    return origin_of(
        session.text("ip_address"), session.text("user_agent"), within=account or record.tenant,
        country=place.text("country"), asn=int(asn) if asn.isascii() and asn.isdigit() else None,
    )  # fmt: skip


SOURCE = Format(
    "openai_audit",
    (
        ("object=organization.audit_log",),
        ("effective_at", "actor"),
    ),
    read,
)
