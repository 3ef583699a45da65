"""What was done in 1Password: the use of an item, or an audited action on an object.

Audited actions are short and have their meaning only together with the type of the object, so both
make up the operation.

References:
    1Password developer documentation, "Events API": item usage actions, audit events.

Examples:
    >>> used("fill").access, audited("disblmfa", "account").effect
    ('secret_read', 'impair_defence')
    >>> audited("grant", "uva").operation, audited("grant", "uva").effect
    ('uva.grant', 'grant')
"""

from functools import lru_cache

from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import Access, Action, Effect, Plane

_CACHED = 2_048
_USES: dict[str, Access] = {
    "server-create": "write", "server-update": "write", "select-sso-provider": "read",
}  # fmt: skip
# The same whatever the object.
_EFFECTS: dict[str, Effect] = {
    "disblmfa": "impair_defence", "updatmfa": "impair_defence", "disblduo": "impair_defence",
    "updatduo": "impair_defence", "disblsso": "impair_defence", "delgsso": "impair_defence",
    "enblsso": "persist", "chngasso": "persist", "chngdsso": "persist", "chngpsso": "persist",
    "addgsso": "persist", "updatfw": "open_network", "role": "grant", "beginr": "mint_credential",
    "completr": "mint_credential", "sendpkg": "mint_credential", "dlgsess": "grant",
    "prsndall": "mint_credential",
}  # fmt: skip
_PAIRS: dict[tuple[str, str], Effect] = {
    ("grant", "uva"): "grant", ("grant", "gva"): "grant", ("update", "uva"): "grant",
    ("update", "gva"): "grant", ("join", "gm"): "grant", ("create", "satoken"): "mint_credential",
    ("create", "sa"): "persist", ("create", "invite"): "persist", ("create", "user"): "persist",
    ("create", "slackapp"): "share_out", ("create", "itemshare"): "share_out",
    ("share", "item"): "share_out", ("share", "itemshare"): "share_out",
    ("export", "vault"): "share_out", ("export", "item"): "share_out",
    ("delete", "vault"): "destroy", ("purge", "vault"): "destroy", ("purge", "items"): "destroy",
    ("purge", "user"): "destroy", ("delete", "user"): "destroy",
}  # fmt: skip
# Objects that hold rights or the means to sign in.
_RIGHTS = frozenset({"uva", "gva", "gm", "user", "group", "invite", "sso", "ssotkn", "sa", "satoken",
                     "account", "provsn", "slackapp", "dlgdsess", "device", "miguser"})  # fmt: skip
_DELETES = frozenset({"delete", "purge", "delshare", "detchild", "deolddev", "dealldev"})


@lru_cache(_CACHED)
def used(action: str) -> Action:
    """The use of an item. The first version of the log does not say which, so it is any."""
    access = _USES.get(action, "secret_read")
    effect: Effect = "share_out" if action in {"share", "export"} else ""
    plane: Plane = "action" if access == "write" else "retrieval"
    return Action("onepassword", action or "use", access, plane, effect)


@lru_cache(_CACHED)
def audited(action: str, about: str) -> Action:
    """An audited action on an object of some type."""
    operation = f"{about}.{action}" if about else action
    effect = _EFFECTS.get(action) or _PAIRS.get((action, about), "")
    access = _access(action, about)
    return Action("onepassword", operation, access, plane_by_words(action, access), effect)


def _access(action: str, about: str) -> Access:
    if (action, about) == ("create", "satoken"):
        return "credential_issue"
    if action == "export" and about in {"vault", "item"}:
        return "secret_read"
    if action in _DELETES:
        return "delete"
    access = access_by_verb(action)
    if access in {"write", "unknown"} and (about in _RIGHTS or action in _EFFECTS):
        return "admin"
    return access
