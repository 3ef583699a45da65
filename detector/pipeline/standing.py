"""Standing: what is known of the entity that a finding is about, apart from the evidence.

It is added when a revision is published, as of then: what the credential can touch, what it has
issued that still lives, and whether it lives itself.

Examples:
    >>> from schemas.event import Credential
    >>> status_of({}, Credential(fingerprint="9f", expires=5), 6, used=True)
    'expired'
"""

from collections.abc import Mapping

from msgspec.structs import replace

from detector.entities import children
from detector.entities.bounds import EVERY
from detector.entities.children import Children, Issued
from detector.entities.credential import CredentialState
from detector.entities.origin import OriginState
from detector.entities.principal import PrincipalState
from detector.features import reach
from detector.findings import Evidence, Finding
from detector.pipeline.state import Entity
from detector.respond.brokers import ending
from schemas.command import Descendant
from schemas.event import Credential
from schemas.fact import Reach

_ENDS = ("revoked", "deleted", "task_over", "expired")


def with_standing(bare: Finding, entity: Entity) -> Finding:
    """The finding with what the entity itself can tell about it. An origin is nobody's to revoke."""
    if isinstance(entity, OriginState):
        return bare
    now = max(bare.time, entity.last)
    seen = bare.evidence
    known = reach_of(entity)
    return replace(
        bare,
        risk=reach.weighed(bare.risk, known),
        reach=reach.words(known),
        descendants=descendants(entity.children, seen.credential, now),
        evidence=replace(seen, credential_status=_status(entity, seen, now)),
    )


def reach_of(entity: PrincipalState | CredentialState) -> Reach | None:
    """What the entity can touch: its own past, or what its users told."""
    if isinstance(entity, CredentialState):
        return entity.reach
    return reach.reach_of(entity.seen.known)


def descendants(rows: Children, used: Credential | None, now: int) -> tuple[Descendant, ...]:
    """The live children other than the credential in use, the oldest first, each with the step
    that ends it."""
    own = used.fingerprint if used is not None else ""
    others = {name: row for name, row in rows.items() if name != own}
    return tuple(ending(_child(row)) for row in children.live(others, now))


def _child(row: Issued) -> Descendant:
    return Descendant(
        uid=row.uid,
        kind=row.type or row.uid_kind,
        since=row.first,
        principal=row.principal,
        uid_kind=row.uid_kind,
    )


def _status(entity: PrincipalState | CredentialState, seen: Evidence, now: int) -> str:
    if seen.credential is None:
        return ""
    used = any(moment.status == "success" for moment in (seen.decisive, *seen.moments))
    return status_of(_ends(entity, seen.credential), seen.credential, now, used=used)


def _ends(entity: PrincipalState | CredentialState, credential: Credential) -> Mapping[str, int]:
    if isinstance(entity, CredentialState):
        return {status: time for status, (time, _) in entity.status.items()}
    view = entity.credentials.get(credential.fingerprint) or entity.credentials.get(EVERY)
    if view is None:
        return {}
    known = ((view.how, view.ended), ("exposed", view.exposed))
    return {status: time for status, time in known if time is not None}


def status_of(ends: Mapping[str, int], credential: Credential, now: int, *, used: bool) -> str:
    """The status of a credential at `now`: how it ended, else that it was exposed; `live` if it was
    `used` with success; "" when nothing shows it."""
    for status in _ENDS:
        if ends.get(status, now + 1) <= now:
            return status
    if credential.expires is not None and credential.expires <= now:
        return "expired"
    if ends.get("exposed", now + 1) <= now:
        return "exposed"
    return "live" if used else ""
