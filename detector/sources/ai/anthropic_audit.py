"""Anthropic: the activity feed of an organisation, from its Compliance API.

Sign-ins, chats, files and projects, keys, roles, single sign-on, and what admins and API keys do.
Read are the actor of every documented kind (a user, an API or admin key, a service account, a
federated workload, directory sync, Anthropic itself, or nobody signed in yet), the object that the
activity is called after, and the keys that come and go. Names of chats and files, request bodies
and changed settings are left out, and the feed has no content of chats. It has no session and says
nothing of a second factor.

References:
    Claude developer platform, Compliance API: "Activity Feed" and its reference of activity types
    and actors (2026-09).

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"id": "activity_01EXAMPLE", "created_at": "2026-01-05T09:30:00Z",
    ...     "organization_id": "org_01EXAMPLE", "type": "admin_api_key_created",
    ...     "admin_api_key_id": "apikey_01EXAMPLE", "actor": {"type": "user_actor",
    ...     "user_id": "user_01EXAMPLE", "email_address": "ada@example.com"}}'''
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> [event] = SOURCE.decode(raw, context, 1)
    >>> event.principal.uid, event.kind, event.action.effect, event.child.credential.uid
    ('anthropic:user/user_01EXAMPLE', 'issue', 'mint_credential', 'apikey_01EXAMPLE')
"""

from detector.sources.ai.anthropic_audit_actor import actor_of
from detector.sources.ai.anthropic_audit_deed import (
    action_of,
    changed_key,
    outcome_of,
    target_of,
)
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import ActivityEvent


def read(record: Record) -> ActivityEvent:
    """The event of one activity."""
    activity = record.need(record.text("type"), "type", "the type of activity")
    actor = record.part("actor")
    principal, credential = actor_of(record, actor)
    outcome = outcome_of(record, activity)
    time = record.time("created_at")
    kind, child = changed_key(record, activity, credential, time)
    return ActivityEvent(
        uid=record.uid("id"),
        source=record.what,
        tenant=record.tenant,
        time=time,
        principal=principal,
        kind=kind,
        action=action_of(record, activity),
        credential=credential,
        target=target_of(record, activity),
        origin=origin_of(
            actor.text("ip_address"), actor.text("user_agent"),
            within=principal.account or record.tenant,
        ),
        outcome=outcome,
        child=child,
        raw=record.ref,
    )  # fmt: skip


SOURCE = Format(
    "anthropic_audit",
    (
        ("created_at", "actor/type=*_actor"),
        ("created_at", "actor", "id=activity_*"),
    ),
    read,
)
