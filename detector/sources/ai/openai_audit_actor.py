"""Who acts in OpenAI's audit log, and with which key.

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> from detector.sources.record import opened
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> raw = b'''{"actor": {"type": "api_key", "api_key": {"id": "key_EXAMPLE",
    ...     "type": "service_account", "service_account": {"id": "svc_acct-EXAMPLE"}}}}'''
    >>> principal, credential = actor_of(opened(raw, "openai_audit", context, 1))
    >>> principal.uid, credential.uid_kind
    ('openai:service_account/svc_acct-EXAMPLE', 'openai_api_key_id')
"""

from detector.sources.credentials import public
from detector.sources.record import Record
from schemas.event import Credential, Principal

API_KEY = "openai_api_key_id"
_SYSTEM = Principal("openai:system", "OpenAI", type="provider")


def actor_of(record: Record) -> tuple[Principal, Credential | None]:
    """The principal of an entry and the key that it acted with. An entry without an actor is of
    the system's own doing: the actor is null there.

    Raises:
        DecodeError: an actor that has no id.
    """
    actor = record.part("actor")
    if not actor.fields:
        return _SYSTEM, None
    account = record.text("project", "id")
    key = actor.part("api_key")
    if not key.fields:
        part = actor.part("session")
        return _holder(record, part if part.fields else actor, account), None
    uid = key.text("id")
    credential = public(
        uid, API_KEY, record.context, record.tenant, type="api_key", lifetime="static"
    )
    if uid and not key.part("user").fields and not key.part("service_account").fields:
        return Principal(f"openai:api_key/{uid}", uid, account, "service"), credential
    return _holder(record, key, account), credential


def _holder(record: Record, part: Record, account: str) -> Principal:
    robot = part.part("service_account")
    if robot.fields:
        uid = record.need(robot.text("id"), "actor.service_account.id")
        return Principal(f"openai:service_account/{uid}", uid, account, "service")
    user = part.part("user")
    mail = user.text("email")
    uid = record.need(user.text("id") or mail, "actor.user.id", "the id of a user")
    return Principal(f"openai:user/{uid}", mail or uid, account, "human", known_by=mail)
