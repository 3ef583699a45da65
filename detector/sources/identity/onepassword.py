"""1Password: sign-in attempts, item usages and audit events of the Events API.

Read: who signed in or opened which item, from where and with which app; who changed vaults, groups,
factors and service accounts. Left out: names of items and vaults, which the log does not have, and
details beside an action.

References:
    1Password developer documentation, "Events API reference" 1.4.1 (v1 and v2 of the endpoints).

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"uuid": "56YE", "timestamp": "2026-01-05T09:30:00Z", "vault_uuid": "v1",
    ...     "item_uuid": "i1", "action": "reveal", "user": {"uuid": "u1", "name": "Ada"},
    ...     "client": {"ip_address": "192.0.2.7", "app_name": "1Password Browser Extension"}}'''
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> [event] = SOURCE.decode(raw, context, 1)
    >>> event.principal.uid, event.action.access, event.target.uid
    ('onepassword:user/u1', 'secret_read', 'onepassword:v1/i1')
"""

from detector.sources import credentials
from detector.sources.format import Format
from detector.sources.identity.onepassword_actions import audited, used
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import (
    Action,
    ActivityEvent,
    Child,
    Credential,
    Kind,
    Origin,
    Outcome,
    Principal,
    Status,
    Target,
    Workload,
)

SESSION, TOKEN = "onepassword_session_uuid", "onepassword_token_uuid"
_ROBOT = "@1passwordserviceaccounts."
_PASSED = frozenset({"success", "firewall_reported_success"})
_TOKEN_BEGINS = frozenset({"create"})
_TOKEN_ENDS = frozenset({"delete", "revoke", "trevoke"})


def _read(record: Record) -> ActivityEvent:
    if record.text("actor_uuid"):
        return _audit(record)
    if record.text("item_uuid"):
        return _usage(record)
    return _sign_in(record)


def _sign_in(record: Record) -> ActivityEvent:
    category, kind = record.text("category"), record.text("type")
    status: Status = "success" if category in _PASSED else "denied"
    session = record.text("session_uuid")
    return ActivityEvent(
        uid=record.uid("uuid"),
        source=record.what,
        tenant=record.tenant,
        time=record.time("timestamp"),
        principal=_principal(
            record, record.part("target_user"), session, mfa=True if kind == "mfa_ok" else None
        ),
        action=Action("onepassword", "sign_in", "read", "retrieval"),
        credential=_session(record, session, None) if status == "success" else None,
        origin=_origin(record),
        outcome=Outcome() if status == "success" else Outcome(status, kind or category),
        raw=record.ref,
    )


def _usage(record: Record) -> ActivityEvent:
    item = f"{record.text('vault_uuid')}/{record.text('item_uuid')}"
    return ActivityEvent(
        uid=record.uid("uuid"),
        source=record.what,
        tenant=record.tenant,
        time=record.time("timestamp"),
        principal=_principal(record, record.part("user"), ""),
        action=used(record.text("action")),
        target=Target(f"onepassword:{item}", "item"),
        origin=_origin(record),
        outcome=Outcome(),
        raw=record.ref,
    )


def _audit(record: Record) -> ActivityEvent:
    about, said = record.text("object_type"), record.part("session")
    name = record.need(record.text("action"), "action")
    time = record.time("timestamp")
    actor = record.part("actor_details")
    if not actor.text("uuid"):
        actor.fields = {**actor.fields, "uuid": record.get("actor_uuid")}
    session = said.text("uuid")
    principal = _principal(record, actor, session)
    credential = _session(record, session, said.when("login_time"))
    kind, child = _child(record, name, about, credential, time)
    aim = record.text("object_uuid")
    return ActivityEvent(
        uid=record.uid("uuid"),
        source=record.what,
        tenant=record.tenant,
        time=time,
        principal=principal,
        kind=kind,
        action=audited(name, about),
        credential=credential,
        target=Target(f"onepassword:{about}/{aim}", about) if aim else None,
        origin=_origin(record, said.text("ip")),
        outcome=Outcome(),
        workload=_device(said),
        child=child,
        raw=record.ref,
    )


def _principal(record: Record, user: Record, session: str, *, mfa: bool | None = None) -> Principal:
    account = record.first("actor_account_uuid", "account_uuid")
    mail = user.text("email")
    uid = record.need(user.text("uuid") or mail, "user.uuid", "the id of the user")
    robot = _ROBOT in mail or record.text("actor_type") in {"service_account", "api"}
    base = f"onepassword:{account}/" if account else "onepassword:"
    return Principal(
        f"{base}{'serviceaccount' if robot else 'user'}/{uid}",
        user.text("name") or mail,
        account,
        "service" if robot else "human",
        session=session,
        known_by=mail,
        mfa=mfa,
    )


def _session(record: Record, uid: str, begun: int | None) -> Credential | None:
    return credentials.public(
        uid, SESSION, record.context, record.tenant, type="session", lifetime="ephemeral",
        issued=begun,
    )  # fmt: skip


def _child(
    record: Record, name: str, about: str, acting: Credential | None, time: int
) -> tuple[Kind, Child | None]:
    """Tokens of service accounts: the object itself, or what stands beside the account."""
    if about not in {"satoken", "sa"} or (about == "sa" and name != "trevoke"):
        return "use", None
    uid = record.text("object_uuid" if about == "satoken" else "aux_uuid")
    account = record.text("aux_uuid" if about == "satoken" else "object_uuid")
    base = record.first("account_uuid", "actor_account_uuid")
    holder = f"onepassword:{base}/" if base else "onepassword:"
    owner = Principal(f"{holder}serviceaccount/{account}", account=base, type="service")
    begins = name in _TOKEN_BEGINS
    token = credentials.public(
        uid, TOKEN, record.context, record.tenant, type="service_account_token",
        lifetime="static", issued=time if begins else None,
        parent=acting.fingerprint if acting is not None and begins else "",
    )  # fmt: skip
    if token is None or not (begins or name in _TOKEN_ENDS):
        return "use", None
    return ("issue" if begins else "end"), Child(token, owner if account else None)


def _device(session: Record) -> Workload | None:
    uid = session.text("device_uuid")
    return Workload(f"onepassword:device/{uid}", "device") if uid else None


def _origin(record: Record, address: str = "") -> Origin | None:
    client = record.part("client")
    return origin_of(
        address or client.text("ip_address"), "", within=record.tenant,
        country=record.text("country") or record.text("location", "country"),
        client=client.text("app_name").lower(),
    )  # fmt: skip


SOURCE = Format(
    "onepassword",
    (
        ("target_user", "session_uuid", "category"),
        ("item_uuid", "vault_uuid", "timestamp"),
        ("actor_uuid", "object_uuid", "object_type"),
        ("actor_uuid", "actor_details", "action"),
    ),
    _read,
)
