"""A credential from what a log has of it: a public id, a hash of the secret, or the secret itself.

One secret has one fingerprint, whichever of the last two a log has: both come down to its SHA-256.
So a token in a scanner's finding, the `hashed_token` of GitHub and the key hash of LiteLLM meet
without anybody's help. What is known by a public id meets where the id does, or by an inventory.

References:
    GitHub REST documentation, "Identifying audit log events performed by an access token"
    (`hashed_token`: SHA-256 in base64); LiteLLM proxy documentation, virtual keys (SHA-256 in hex).

Examples:
    >>> from hashlib import sha256
    >>> from detector.sources.fingerprint import Fingerprints
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> found = secret("EXAMPLE-not-a-real-secret", context, "acme", type="api_key")
    >>> digest = sha256(b"EXAMPLE-not-a-real-secret").hexdigest()
    >>> hashed(digest, "litellm_key_hash", context, "acme").fingerprint == found.fingerprint
    True
    >>> public("key_01", "okta_token_id", context, "acme", lifetime="static").uid
    'key_01'
"""

from detector.sources.base import Context
from detector.sources.fingerprint import sha256_in
from detector.sources.text import kept
from schemas.event import Credential, Lifetime


def public(
    uid: str, kind: str, context: Context, tenant: str, *, type: str = "",  # noqa: A002 - the field
    lifetime: Lifetime = "", issued: int | None = None, expires: int | None = None,
    scopes: tuple[str, ...] = (), bound_to: str = "", parent: str = "",
) -> Credential | None:  # fmt: skip
    """A credential that the log knows by a public id of some kind; None without one."""
    if not uid:
        return None
    mark = context.fingerprints.of_public(tenant, kind, uid)
    clean = kept(uid)
    shown = clean if clean == uid else ""  # a secret where its public id belongs
    return Credential(mark, shown, kind, type, lifetime, issued, expires, scopes, bound_to, parent)


def hashed(
    digest: str, kind: str, context: Context, tenant: str, *, type: str = "",  # noqa: A002
    lifetime: Lifetime = "", issued: int | None = None, expires: int | None = None,
    scopes: tuple[str, ...] = (), bound_to: str = "", parent: str = "",
) -> Credential | None:  # fmt: skip
    """A credential that the log knows by the SHA-256 of its secret, in hex or base64; what is
    neither is taken for a public id of the same kind."""
    found = sha256_in(digest)
    if found is None:
        return public(
            digest, kind, context, tenant, type=type, lifetime=lifetime, issued=issued,
            expires=expires, scopes=scopes, bound_to=bound_to, parent=parent,
        )  # fmt: skip
    mark = context.fingerprints.of_digest(tenant, found)
    shown = digest if kept(digest) == digest else found.hex()
    return Credential(mark, shown, kind, type, lifetime, issued, expires, scopes, bound_to, parent)


def secret(
    text: str, context: Context, tenant: str, *, type: str = "", lifetime: Lifetime = "",  # noqa: A002
) -> Credential | None:  # fmt: skip
    """A credential whose secret stands in the log: only its fingerprint is kept."""
    if not text:
        return None
    return Credential(context.fingerprints.of_secret(tenant, text), "", "", type, lifetime)
