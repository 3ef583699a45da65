"""The access that an audit event's name stands for, where its verb comes last and in the past:
`claude_file_uploaded`, `api_key.created`.

Examples:
    >>> access_of("claude_file_uploaded"), access_of("platform_file_content_downloaded")
    ('write', 'read')
    >>> access_of("api_key.deleted"), access_of("org_invites_listed"), access_of("invite.sent")
    ('delete', 'list', 'write')
    >>> access_of("login.succeeded"), access_of("claude_chat_access_failed")
    ('read', 'read')
    >>> access_of("org_user_viewed", administers=True), access_of("user.added", administers=True)
    ('read', 'admin')
"""

from functools import lru_cache

from detector.sources.verbs import DELETE, LIST, READ, WRITE, words_of
from schemas.event import Access

_CACHED = 4_096
_IRREGULAR = {"sent": "send", "run": "run", "put": "put", "set": "set", "toggled": "set"}
# Neither says what was done: `access_failed` was an attempt to read, `login.succeeded` a sign-in.
_RESULTS = frozenset({"failed", "succeeded", "success", "completed", "initiated", "started"})
_NOUNS: dict[str, Access] = {
    "login": "read", "logout": "read", "access": "read", "deletion": "delete", "export": "read",
    "authentication": "read",
}  # fmt: skip
_MORE: dict[str, Access] = {
    "shared": "write", "archived": "delete", "accessed": "read", "exported": "read",
    "transferred": "write", "provisioned": "write", "performed": "read", "verified": "write",
    "assigned": "write", "unassigned": "write", "switched": "write", "generated": "write",
    "upserted": "write", "connected": "write", "disconnected": "write", "bound": "write",
    "unbound": "write", "issued": "credential_issue", "revoked": "delete", "enrolled": "write",
    "linked": "write", "claimed": "write", "logged": "read", "looked": "read",
}  # fmt: skip


@lru_cache(_CACHED)
def access_of(name: str, *, administers: bool = False) -> Access:
    """The access of an event's name; with `administers`, writing is administration."""
    access = _plainly(words_of(name))
    return "admin" if administers and access in {"write", "unknown"} else access


def _plainly(words: tuple[str, ...]) -> Access:
    for word in reversed(words):
        if word in _RESULTS:
            continue
        if word in _MORE:
            return _MORE[word]
        if word in _NOUNS:
            return _NOUNS[word]
        found = _by_verb(_IRREGULAR.get(word) or _base(word))
        if found != "unknown":
            return found
    return "unknown"


def _base(word: str) -> str:
    """`updated` to `update`, `viewed` to `view`: whichever is a verb that is known."""
    if not word.endswith("ed"):
        return ""
    return word[:-1] if word[:-1] in _KNOWN else word[:-2]


_KNOWN = READ | LIST | DELETE | WRITE


def _by_verb(verb: str) -> Access:
    if verb in LIST:
        return "list"
    if verb in READ:
        return "read"
    if verb in DELETE:
        return "delete"
    return "write" if verb in WRITE else "unknown"
