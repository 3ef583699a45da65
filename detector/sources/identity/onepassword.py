"""1Password Events API: sign-in attempts, uses of items, and audit events.

An item that is revealed, filled or copied is a secret that was read.

References:
    1Password documentation, "Events API reference": sign-in attempts, item usages, audit events.

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"uuid": "u1", "timestamp": "2026-01-05T09:30:00Z", "vault_uuid": "v1",
    ...     "item_uuid": "i1", "action": "reveal", "user": {"uuid": "p1", "email": "ada@example.com"},
    ...     "client": {"app_name": "1Password CLI", "ip_address": "192.0.2.9"}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.action.access, event.target.uid
    ('1password:user/p1', 'secret_read', 'v1/i1')
"""

from detector.sources.deeds import Deeds
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import Action, ActivityEvent, Outcome, Principal, Target

NAME = "onepassword"
_SYSTEM = "1password"
_READS = frozenset({
    "fill", "reveal", "secure-copy", "enter-item-edit-mode", "export", "server-fetch", "server-update",
    "share", "other", "unknown", "select-sso-provider", "",
})  # fmt: skip
_WRITES = frozenset({"create", "update", "server-create", "server-update"})
_DEEDS = Deeds(_SYSTEM, {
    "grant *": ("admin", "grant"),
    "join *": ("write", ""),
    "provsn *": ("admin", ""),
    "create slink": ("write", "share_out"),
    "create sa": ("credential_issue", "mint_credential"),
    "create satoken": ("credential_issue", "mint_credential"),
    "create ec": ("credential_issue", "mint_credential"),
    "disblmfa *": ("admin", "impair_defence"),
    "dlgsess *": ("read", ""),
    "reveal *": ("secret_read", ""),
    "export *": ("secret_read", "share_out"),
    "purge *": ("delete", "destroy"),
    "verify *": ("read", ""),
    "view *": ("read", ""),
    "suspend *": ("admin", ""),
    "deactivate *": ("admin", ""),
})  # fmt: skip


def _read(record: Record) -> ActivityEvent:
    client = record.part("client")
    session = record.part("session")
    user, action, target = _what(record)
    return ActivityEvent(
        uid=record.uid("uuid"),
        source=NAME,
        tenant=record.tenant,
        time=record.time("timestamp"),
        principal=_principal(record, user),
        action=action,
        target=target,
        origin=origin_of(
            client.text("ip_address") or session.text("ip"), "", within=_SYSTEM,
            client=client.text("app_name").lower(), country=record.first("country", "location.country"),
        ),
        outcome=_outcome(record),
        raw=record.ref,
    )  # fmt: skip


def _what(record: Record) -> tuple[Record, Action, Target | None]:
    """Who, did what, to what: each of the three kinds of record says it in its own way."""
    if record.get("item_uuid") is not None:
        how = record.text("action") or "use"
        item = "/".join(one for one in (record.text("vault_uuid"), record.text("item_uuid")) if one)
        changes = how in _WRITES
        action = Action(
            _SYSTEM, f"item {how}", "write" if changes else "secret_read",
            "action" if changes else "retrieval", "share_out" if how in {"share", "export"} else "",
        )  # fmt: skip
        return record.part("user"), action, Target(item, "item")
    if record.get("target_user") is not None:
        return record.part("target_user"), Action(_SYSTEM, "sign-in", "read", "retrieval"), None
    operation = f"{record.text('action')} {record.text('object_type')}".strip()
    uid = record.first("object_uuid", "aux_uuid")
    kind = record.text("object_type")
    action = _DEEDS.of(record.need(operation, "action"))
    return record.part("actor_details"), action, Target(uid, kind) if uid else None


def _principal(record: Record, user: Record) -> Principal:
    mail = user.text("email")
    uid = user.text("uuid") or record.text("actor_uuid") or mail
    kind = record.first("actor_type", "user.type") or "user"
    return Principal(
        f"{_SYSTEM}:user/{record.need(uid, 'user', 'who acted')}", user.text("name") or mail,
        type="service" if "service" in kind or "integration" in kind else "human",
        session=record.first("session_uuid", "session.uuid"), known_by=mail,
    )  # fmt: skip


def _outcome(record: Record) -> Outcome:
    category = record.text("category")
    if category in {"", "success", "firewall_reported_success"}:
        return Outcome()
    return Outcome("denied", record.text("type") or category)


SOURCE = Format(
    NAME,
    (
        (b'"item_uuid"', b'"vault_uuid"'),
        (b'"target_user"', b'"session_uuid"', b'"category"'),
        (b'"actor_uuid"', b'"object_type"', b'"action"'),
    ),
    _read,
    never=(b'"class_uid"',),
)
