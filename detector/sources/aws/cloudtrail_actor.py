"""Who acts in a record and with which credential: worked out once for each session.

A session's `userIdentity` is the same in all of its records, so what it stands for is remembered.

Examples:
    >>> from detector.sources.fingerprint import Fingerprints
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> ada = Identity("IAMUser", accountId="123456789012", userName="ada")
    >>> actor = actor_of(ada, "", context, "acme", human=False)
    >>> actor.principal.uid, actor_of(ada, "", context, "acme", human=False) is actor
    ('aws:123456789012:user/ada', True)
"""

from msgspec import Struct

from detector.sources.aws.cloudtrail_credential import credential_of
from detector.sources.aws.cloudtrail_identity import principal_of
from detector.sources.aws.cloudtrail_record import Identity
from detector.sources.base import Context
from detector.sources.fingerprint import Fingerprints
from detector.sources.memo import Memo
from detector.sources.text import harmless
from schemas.event import Credential, Principal


class Actor(Struct, frozen=True, gc=False):
    """The principal, what it signed with, and the accountable human before it in the chain."""

    principal: Principal
    credential: Credential | None
    chain: tuple[str, ...]


# Fingerprints are of a key and a tenant, so both belong to what an actor is remembered by.
_known: Memo[tuple[Identity, str, bool, str, Fingerprints], Actor] = Memo()


def actor_of(
    identity: Identity, recipient: str, context: Context, tenant: str, *, human: bool
) -> Actor:
    """The actor of a record delivered to account `recipient`. `human`: its origin shows a person.

    Raises:
        DecodeError: nothing in `userIdentity` tells this actor from others.
    """
    key = (identity, recipient, human, tenant, context.fingerprints)
    try:
        known = _known.get(key)
    except TypeError:  # attributes of a federation that nest: rare, and not worth remembering
        return _worked_out(*key)
    if known is not None:
        return known
    actor = _worked_out(*key)
    return _known.keep(key, actor) if harmless(identity) else actor


def _worked_out(
    identity: Identity, recipient: str, human: bool, tenant: str, prints: Fingerprints
) -> Actor:
    principal = principal_of(identity, recipient, console=human)
    credential = credential_of(identity, principal, prints, tenant)
    return Actor(principal, credential, (principal.owner,) if principal.owner else ())
