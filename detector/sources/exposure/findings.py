"""A secret that was found where it should not be, as an event: what it opens, where it lay.

Examples:
    >>> credential_in("AKIAIOSFODNN7EXAMPLE", "aws", _example()).uid_kind
    'access_key_id'
"""

import re

from detector.sources.base import Context
from detector.sources.credentials import public, secret
from detector.sources.fingerprint import Fingerprints
from detector.sources.record import Record
from schemas.event import Action, ActivityEvent, Credential, Kind, Principal, Target

# Where logs know a credential by its public id, a finding must not make it another one.
_ACCESS_KEY = re.compile(r"\b(A(?:KIA|SIA)[A-Z0-9]{16})\b")


def credential_in(text: object, kind: str, record: Record) -> Credential | None:
    """The credential that a found text is; only its fingerprint is kept. `kind` is what the scanner
    calls it."""
    if not isinstance(text, str) or not text.strip():
        return None
    found = _ACCESS_KEY.search(text[:4_096])
    if found is not None:
        lifetime = "static" if found[1].startswith("AKIA") else "ephemeral"
        return public(
            found[1], "access_key_id", record.context, record.tenant, type="access_key",
            lifetime=lifetime,  # type: ignore[arg-type]
        )  # fmt: skip
    return secret(text.strip(), record.context, record.tenant, type=kind)


def exposure(
    record: Record, scanner: str, uid: str, time: int, credential: Credential | None, place: str,
    kind: Kind = "exposure", operation: str = "secret found",
) -> ActivityEvent:  # fmt: skip
    """What a scanner found, or saw ended."""
    return ActivityEvent(
        uid=uid,
        source=record.what,
        tenant=record.tenant,
        time=time,
        principal=Principal(f"scanner:{scanner}", scanner, type="provider"),
        kind=kind,
        action=Action(scanner, operation, "read", "retrieval"),
        credential=credential,
        target=Target(place, "place") if place else None,
        raw=record.ref,
    )


def _example() -> Record:
    context = Context(Fingerprints("a key of at least sixteen characters"))
    return Record({}, "example", context, 1, b"{}")
