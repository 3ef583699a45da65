"""A virtual key of LiteLLM and who holds it: its user, or the key itself within its team.

Examples:
    >>> holder_of("ada@example.com", "", "", "", "ci", "").uid
    'litellm:user/ada@example.com'
    >>> holder_of("", "", "t-1", "research", "ci", "").uid
    'litellm:team/t-1/key/ci'
    >>> holder_of("", "", "", "", "", "") is None
    True
"""

from detector.sources.credentials import hashed
from detector.sources.record import Record
from schemas.event import Credential, Principal

KEY_HASH = "litellm_key_hash"


def holder_of(
    user: str, mail: str, team: str, team_name: str, key: str, account: str, session: str = ""
) -> Principal | None:
    """Who acts by a key: its `user`, else the key by its alias or hash (`key`) within its team."""
    role = team_name or team
    if user:
        # An id is whatever its administrator chose; only an address tells a person.
        known = mail or (user if "@" in user else "")
        return Principal(
            f"litellm:user/{user}", mail or user, account, "human" if known else "unknown",
            role=role, session=session, known_by=known,
        )  # fmt: skip
    if not key:
        return None
    uid = f"litellm:team/{team}/key/{key}" if team else f"litellm:key/{key}"
    return Principal(uid, key, account, "service", role=role, session=session)


def key_of(
    record: Record, digest: str, expires: int | None = None, parent: str = "",
    issued: int | None = None,
) -> Credential | None:  # fmt: skip
    """A virtual key by the hash that the proxy keeps of it."""
    return hashed(
        digest, KEY_HASH, record.context, record.tenant, type="virtual_key", issued=issued,
        expires=expires, parent=parent,
    )  # fmt: skip
