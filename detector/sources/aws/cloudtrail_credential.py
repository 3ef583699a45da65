"""The credential of a CloudTrail record: its public id, lifetime and fingerprint.

The key's prefix says its lifetime (`AKIA` stays, `ASIA` is a session's); where a log has other ids,
the kind of identity does. A session of an instance is bound to that instance.

References:
    AWS IAM user guide, "IAM identifiers" (unique id prefixes).

Examples:
    >>> _lifetime("AKIAIOSFODNN7EXAMPLE", Identity("IAMUser"))
    'static'
"""

from detector.sources.aws.cloudtrail_call import ACCESS_KEY, PASSWORD
from detector.sources.aws.cloudtrail_record import Identity
from detector.sources.fingerprint import Fingerprints
from detector.sources.text import kept
from detector.sources.times import to_ms
from schemas.event import Credential, Lifetime, Principal


def credential_of(
    identity: Identity, principal: Principal, prints: Fingerprints, tenant: str
) -> Credential | None:
    """The credential that signed the call; None for sign-ins and calls of services."""
    key = identity.accessKeyId
    if not key:
        return _bearer(identity, prints, tenant)
    session = identity.sessionContext
    attributes = session.attributes if session is not None else None
    return key_of(
        key, _lifetime(key, identity), prints, tenant,
        issued=_optional_time(attributes.creationDate if attributes is not None else None),
        bound_to=principal.session if principal.session.startswith("i-") else "",
    )  # fmt: skip


def key_of(
    key: str, lifetime: Lifetime, prints: Fingerprints, tenant: str, *, issued: int | None = None,
    bound_to: str = "",
) -> Credential:  # fmt: skip
    """An access key by its id, whichever log names it."""
    return Credential(
        fingerprint=prints.of_public(tenant, ACCESS_KEY, key),
        uid=_public(key),
        uid_kind=ACCESS_KEY,
        type="session" if lifetime == "ephemeral" else "access_key",
        lifetime=lifetime,
        issued=issued,
        bound_to=bound_to,
    )


def _bearer(identity: Identity, prints: Fingerprints, tenant: str) -> Credential | None:
    uid = identity.credentialId
    if not uid:
        return None
    kind = "bearer_credential_id"
    mark = prints.of_public(tenant, kind, uid)
    return Credential(mark, _public(uid), kind, "bearer_token", "ephemeral")


def password_of(principal: Principal, prints: Fingerprints, tenant: str) -> Credential:
    """What a user signs in to the console with: one password a user, known by its owner."""
    mark = prints.of_public(tenant, PASSWORD, principal.uid)
    return Credential(mark, principal.uid, PASSWORD, "password", "static")


def _public(uid: str) -> str:
    """The id, unless it is a secret in the wrong place."""
    clean = kept(uid)
    return clean if clean == uid else ""


def _lifetime(key: str, identity: Identity) -> Lifetime:
    if key.startswith("AKIA"):
        return "static"
    if key.startswith("ASIA") or identity.type in {"AssumedRole", "FederatedUser"}:
        return "ephemeral"
    return "static" if identity.type in {"IAMUser", "Root"} and not identity.sessionContext else ""


def _optional_time(text: str | None) -> int | None:
    try:
        return to_ms(text) if text else None
    except ValueError:
        return None
