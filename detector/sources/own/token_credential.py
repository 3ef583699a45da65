"""The credential of a token_use record: the secret becomes a fingerprint, and is gone.

A token that is sent where its public id belongs is recognised by its form and treated as a secret.

Examples:
    >>> from detector.sources.fingerprint import Fingerprints
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> given = TokenCredential(uid="ghp_" + "a1B2" * 9, uid_kind="token")
    >>> credential_of(given, context, "acme", "credential").uid
    ''
"""

import re

from detector.sources.base import Context, DecodeError
from detector.sources.text import kept
from detector.sources.tidy import tidy
from detector.sources.times import in_range, to_ms
from schemas.event import Child, Credential
from schemas.token_use import Time, TokenChild, TokenCredential

_FINGERPRINT = re.compile(r"(?:[a-z0-9-]{1,24}:)?[0-9a-fA-F]{16,128}")
# Where other logs know a credential by its public id alone, the secret must not make it another.
_PUBLIC_EVERYWHERE = frozenset({"access_key_id"})


def time_of(value: Time, name: str) -> int:
    """Epoch ms of a time in the field `name`.

    Raises:
        DecodeError: neither ISO 8601 nor epoch ms, or outside 1970 to 2199.
    """
    try:
        return to_ms(value) if isinstance(value, str) else in_range(value)
    except ValueError as error:
        raise DecodeError(f"{name}: {error}; ISO 8601 and epoch ms are understood") from None


def optional_time(value: Time | None, name: str) -> int | None:
    """As `time_of`; None stays None."""
    return None if value is None else time_of(value, name)


def child_of(child: TokenChild | None, context: Context, tenant: str) -> Child | None:
    """What an event is about: a credential that was issued or ended, and its holder."""
    if child is None:
        return None
    credential = credential_of(child.credential, context, tenant, "child.credential")
    if child.principal is not None and not child.principal.uid.strip():
        raise DecodeError("child.principal.uid: expected a text, got an empty one")
    return Child(credential, tidy(child.principal))


def credential_of(
    given: TokenCredential | None, context: Context, tenant: str, name: str
) -> Credential | None:
    """The credential without its secret. `name` is the field's name in errors.

    Raises:
        DecodeError: nothing to tell it by, or a fingerprint that is none.
    """
    if given is None:
        return None
    uid, secret = kept(given.uid), given.secret
    if uid != given.uid:  # a token sent as if it were its public id
        uid, secret = "", secret or given.uid
    parent = given.parent
    if parent and not _FINGERPRINT.fullmatch(parent):
        raise DecodeError(f"{name}.parent: expected a fingerprint in hex, got another text")
    if given.parent_uid and not parent:
        kind = kept(given.parent_uid_kind)
        parent = context.fingerprints.of_public(tenant, kind, given.parent_uid)
    return Credential(
        fingerprint=_fingerprint(given, secret, context, tenant, name), uid=uid,
        uid_kind=kept(given.uid_kind), type=kept(given.type), lifetime=given.lifetime,
        issued=optional_time(given.issued, f"{name}.issued"),
        expires=optional_time(given.expires, f"{name}.expires"), scopes=tidy(given.scopes),
        bound_to=kept(given.bound_to), parent=parent,
    )  # fmt: skip


def _fingerprint(
    given: TokenCredential, secret: str, context: Context, tenant: str, name: str
) -> str:
    prints = context.fingerprints
    if given.fingerprint:
        if not _FINGERPRINT.fullmatch(given.fingerprint):
            raise DecodeError(
                f"{name}.fingerprint: expected 16 to 128 hex digits, got another text; send the"
                " token as `secret` and it is fingerprinted here"
            )
        return given.fingerprint
    if given.uid and given.uid_kind in _PUBLIC_EVERYWHERE:
        return prints.of_public(tenant, given.uid_kind, given.uid)
    if secret:
        return prints.of_secret(tenant, secret)
    if given.uid:
        return prints.of_public(tenant, kept(given.uid_kind), given.uid)
    raise DecodeError(f"{name}: expected `secret`, `uid` or `fingerprint`, got none of them")
