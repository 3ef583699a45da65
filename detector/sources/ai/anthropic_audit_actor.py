"""Who acts in an activity of Anthropic's feed, and with which key.

Ids are Anthropic's own and unique, so keys of actors leave the organisation out: sign-ins are not
tied to one.

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> from detector.sources.record import opened
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> raw = b'{"actor": {"type": "api_actor", "api_key_id": "apikey_01EXAMPLE"}}'
    >>> record = opened(raw, "anthropic_audit", context, 1)
    >>> principal, credential = actor_of(record, record.part("actor"))
    >>> principal.uid, credential.uid_kind
    ('anthropic:api_key/apikey_01EXAMPLE', 'anthropic_api_key_id')
"""

from detector.sources.aws.arns import actor_of_arn
from detector.sources.credentials import public
from detector.sources.record import Record
from schemas.event import Credential, Principal

API_KEY = "anthropic_api_key_id"
ADMIN_KEY = "anthropic_admin_api_key_id"
SERVICE_KEY = "anthropic_service_key_id"


def actor_of(record: Record, actor: Record) -> tuple[Principal, Credential | None]:
    """The principal of an activity and the key that it acted with.

    Raises:
        DecodeError: the activity names no actor.
    """
    kind = actor.text("type")
    account = record.text("organization_id") or record.text("organization_uuid")
    if kind == "user_actor" or (not kind and actor.text("user_id")):
        return _user(record, actor, account), None
    if kind == "api_actor":
        return _key(record, actor, account, "api_key_id", "api_key", API_KEY)
    if kind == "admin_api_key_actor":
        return _key(record, actor, account, "admin_api_key_id", "admin_api_key", ADMIN_KEY)
    if kind == "service_account_actor":
        uid = _needed(record, actor, "service_account_id")
        return Principal(f"anthropic:service_account/{uid}", uid, account, "service"), None
    if kind == "unauthenticated_user_actor":
        mail = actor.text("unauthenticated_email_address")
        uid = f"anthropic:unauthenticated/{mail}" if mail else "anthropic:unauthenticated"
        return Principal(uid, mail or "unauthenticated", account, known_by=mail), None
    return _other(record, actor, kind, account), None


def _other(record: Record, actor: Record, kind: str, account: str) -> Principal:
    if kind in {"anthropic_actor", "system_actor"}:
        service = actor.text("service")
        uid = f"anthropic:system/{service}" if service else "anthropic:system"
        return Principal(uid, service or "Anthropic", account, "provider")
    if kind == "scim_directory_sync_actor":
        uid = _needed(record, actor, "directory_id")
        name = actor.text("idp_connection_type") or uid
        return Principal(f"anthropic:scim/{uid}", name, account, "service", known_by=uid)
    if kind == "federated_identity_actor":
        subject = _needed(record, actor, "subject")
        issuer = actor.text("issuer").removeprefix("https://")
        return Principal(
            f"anthropic:federated/{issuer}/{subject}", subject, account, "workload", role=issuer,
            known_by=subject,
        )  # fmt: skip
    if kind == "federated_actor":
        return _federated(record, actor, account)
    if kind == "attested_device_actor":
        uid = _needed(record, actor, "kid_hash")
        client = actor.text("external_client_id")
        return Principal(f"anthropic:device/{uid}", client or uid, account, known_by=client)
    # A kind that is newer than this code: whatever id it has.
    names = sorted(name for name in actor.fields if name.endswith("_id"))
    uid = record.need(next(filter(None, map(actor.text, names)), ""), "actor", "an id of the actor")
    return Principal(f"anthropic:{kind.removesuffix('_actor') or 'actor'}/{uid}", uid, account)


def _user(record: Record, actor: Record, account: str) -> Principal:
    mail = actor.text("email_address")
    uid = record.need(actor.text("user_id") or mail, "actor.user_id", "the id of a user")
    return Principal(f"anthropic:user/{uid}", mail or uid, account, "human", known_by=mail)


def _key(
    record: Record, actor: Record, account: str, field: str, type_: str, kind: str
) -> tuple[Principal, Credential | None]:
    uid = _needed(record, actor, field)
    return (
        Principal(f"anthropic:{type_}/{uid}", uid, account, "service"),
        public(uid, kind, record.context, record.tenant, type=type_, lifetime="static"),
    )


def _federated(record: Record, actor: Record, account: str) -> Principal:
    """An identity of a cloud. One of AWS has the key that CloudTrail's records give it."""
    provider = actor.part("provider")
    arn = provider.text("signed_principal")
    if arn.startswith("arn:"):
        return actor_of_arn(arn, provider.text("account_id"))
    kind = provider.text("type") or "unknown"
    home = provider.first("account_id", "subscription_id", "project_number", "issuer")
    subject = actor.text("subject")
    record.need(
        subject or home, "actor.provider", "the subject of a federated identity, or its home"
    )
    where = "/".join(part for part in (kind, home.removeprefix("https://"), subject) if part)
    return Principal(
        f"anthropic:federated/{where}", subject or home, account, "workload", role=kind,
        known_by=subject,
    )  # fmt: skip


def _needed(record: Record, actor: Record, name: str) -> str:
    return record.need(actor.text(name), f"actor.{name}")
