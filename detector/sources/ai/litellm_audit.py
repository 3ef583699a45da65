"""Changes to a LiteLLM proxy's own objects: keys made, blocked and deleted, users made admins.

Of the values before and after a change, only the holder of a key, its end and a user's role are
read.

Examples:
    >>> _done("blocked", True, None), _done("updated", False, True)
    ('unblocked', 'blocked')
    >>> _thing("LiteLLM_VerificationToken"), _thing("LiteLLM_TeamTable"), _thing("Other")
    ('key', 'team', 'other')
"""

from detector.sources.ai.litellm_keys import holder_of, key_of
from detector.sources.record import Record
from schemas.event import (
    Access,
    Action,
    ActivityEvent,
    Child,
    Credential,
    Effect,
    Kind,
    Principal,
    Target,
)

_KEY = "key"
_SHOWN = 16
_KINDS: dict[str, Kind] = {"created": "issue", "rotated": "issue", "unblocked": "issue",
                           "deleted": "end", "blocked": "end"}  # fmt: skip
# Whose new values tell nothing of the object but that.
_OF_OLD = frozenset({"deleted", "blocked", "unblocked"})
_ADMINS = frozenset({"proxy_admin", "org_admin"})


def change_of(record: Record) -> ActivityEvent:
    """The event of one line of the audit log."""
    before, new = record.part("before_value"), record.part("updated_values")
    thing = _thing(record.text("table_name"))
    what = record.text("action")
    if thing == _KEY:
        what = _done(what, before.flag("blocked") is True, new.flag("blocked"))
    by = record.text("changed_by_api_key")
    actor = record.need(record.text("changed_by") or by, "changed_by", "who made the change")
    principal = holder_of("" if actor == by else actor, "", "", "", by[:_SHOWN], "")
    signer = key_of(record, by)
    kind = _KINDS.get(what, "use") if thing == _KEY else "use"
    if not new.fields or (what in _OF_OLD and before.fields):
        new = before
    time = record.time("updated_at")
    uid = record.text("object_id")
    # Of a key made anew, the object is the old one.
    key = new.text("token_id") if what == "rotated" else uid
    return ActivityEvent(
        uid=record.uid("id"),
        source=record.what,
        tenant=record.tenant,
        time=time,
        principal=principal or Principal(f"litellm:user/{actor}"),
        kind=kind,
        action=_action(thing, what, new),
        credential=signer,
        target=Target(f"{thing}/{uid[:_SHOWN] if thing == _KEY else uid}", thing) if uid else None,
        child=_child(record, new, key, signer, time, made=kind == "issue")
        if kind != "use" and key
        else None,
        raw=record.ref,
    )


def _done(what: str, was_blocked: bool, blocked: bool | None) -> str:
    """What was done to a key: the proxy writes `blocked` for a key let in again as well."""
    if what == "updated" and blocked is not None and blocked != was_blocked:
        return "blocked" if blocked else "unblocked"
    return "unblocked" if what == "blocked" and was_blocked else what


def _thing(table: str) -> str:
    name = table.removeprefix("LiteLLM_").removesuffix("Table").lower()
    return _KEY if name == "verificationtoken" else name


def _action(thing: str, what: str, new: Record) -> Action:
    access: Access = "delete" if what == "deleted" else "admin"
    effect: Effect = ""
    if thing == _KEY and what in {"created", "rotated", "unblocked"}:
        access, effect = "credential_issue", "mint_credential" if what != "unblocked" else ""
    elif thing == "user" and what != "deleted" and new.text("user_role") in _ADMINS:
        effect = "grant"
    return Action("litellm", f"{thing}.{what}", access, "action", effect)


def _child(
    record: Record, new: Record, uid: str, signer: Credential | None, time: int, *, made: bool
) -> Child:
    parent = signer.fingerprint if signer is not None and made else ""
    key = key_of(record, uid, new.when("expires"), parent, time if made else None)
    team = new.text("team_id")
    holder = holder_of(
        new.text("user_id"), "", team, team, new.text("key_alias") or uid[:_SHOWN],
        new.text("organization_id"),
    )  # fmt: skip
    return Child(key, holder)
