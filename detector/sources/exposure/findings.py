"""A secret that was found where it should not be, as an event: what it opens, where it lay.

What other logs know by a public id must not be another credential here. So where the id stands in
what was found (AWS access keys, keys of Google service accounts, service account tokens of
Kubernetes) that is taken; of anything else the fingerprint of the secret. A secret that the scanner
has masked is known by the finding alone, which an inventory may tie to what it opens.

References:
    AWS IAM user guide, "IAM identifiers"; Google Cloud IAM documentation, "Create and delete service
    account keys"; Kubernetes, "Managing Service Accounts" (claims of bound tokens).

Examples:
    >>> credential_in("AKIAIOSFODNN7EXAMPLE", "aws", _example()).uid_kind
    'access_key_id'
    >>> credential_in("REDACTED", "aws", _example(), by=("finding-1", "gitleaks_fingerprint")).uid
    'finding-1'
"""

import re
from base64 import urlsafe_b64decode

import msgspec

from detector.sources.base import Context
from detector.sources.credentials import public, secret
from detector.sources.fingerprint import Fingerprints
from detector.sources.record import Record
from schemas.event import Action, ActivityEvent, Child, Credential, Kind, Principal, Target

_ACCESS_KEY = re.compile(r"\b(A(?:KIA|SIA)[A-Z0-9]{16})\b")
_TOKEN = re.compile(r"eyJ[\w-]{8,4096}\.(eyJ[\w-]{8,4096})\.[\w-]*")
# As scanners write what they do not tell: in a word, in stars, or cut short.
_MASKED = re.compile(
    r"\W*(?:redacted|masked|hidden|removed)\W*|\S{0,8}\*{3,}\S{0,8}|.*\.{3}", re.IGNORECASE
)
_LOOKED_AT = 8_192
_IDS = ("access_key_id", "gcp_key_name", "k8s_jti")


class _Claims(msgspec.Struct):
    iss: str = ""
    jti: str = ""
    kubernetes: msgspec.Raw = msgspec.field(default=msgspec.Raw(b""), name="kubernetes.io")


class _KeyFile(msgspec.Struct):
    client_email: str = ""
    private_key_id: str = ""


_claims = msgspec.json.Decoder(_Claims).decode
_key_file = msgspec.json.Decoder(_KeyFile).decode
_FAULTS = (msgspec.MsgspecError, RecursionError, ValueError)


def credential_in(
    text: object, kind: str, record: Record, by: tuple[str, str] = ("", "")
) -> Credential | None:
    """The credential that a found text is. `kind` is what the scanner calls it; `by` its own id of
    the finding and that id's kind, for where the text is masked or missing."""
    context, tenant = record.context, record.tenant
    found = text.strip() if isinstance(text, str) else ""
    if not found or _MASKED.fullmatch(found[:_LOOKED_AT]):
        return public(*by, context, tenant, type=kind)
    return _by_id(found[:_LOOKED_AT], record) or secret(found, context, tenant, type=kind)


def is_shared(credential: Credential | None) -> bool:
    """Whether other logs know it by the same id."""
    return credential is not None and credential.uid_kind in _IDS


def exposure(
    record: Record, scanner: str, uid: str, time: int, credential: Credential | None, place: str, *,
    note: str = "", ended: bool = False, by: Principal | None = None,
) -> ActivityEvent:  # fmt: skip
    """What a scanner found, or saw ended; `by` is who ended it, where somebody is named."""
    kind: Kind = "end" if ended else "exposure"
    return ActivityEvent(
        uid=uid,
        source=record.what,
        tenant=record.tenant,
        time=time,
        principal=by or Principal(f"scanner:{scanner}", scanner, type="provider"),
        kind=kind,
        action=Action(scanner, "secret revoked", "admin", "action")
        if ended
        else Action(scanner, "secret found", "read", "retrieval"),
        credential=None if ended else credential,
        target=Target(place, "place") if place else None,
        child=Child(credential) if ended and credential is not None else None,
        raw=record.ref,
        note="" if ended else note,
    )


def _by_id(found: str, record: Record) -> Credential | None:
    context, tenant = record.context, record.tenant
    key = _ACCESS_KEY.search(found)
    if key is not None:
        static = key[1].startswith("AKIA")
        return public(
            key[1], "access_key_id", context, tenant, type="access_key" if static else "session",
            lifetime="static" if static else "ephemeral",
        )  # fmt: skip
    if '"private_key_id"' in found:
        return _service_account(found, record)
    token = _TOKEN.search(found)
    return _bound_token(token[1], record) if token is not None else None


def _service_account(found: str, record: Record) -> Credential | None:
    try:
        file = _key_file(found.encode("utf-8", "surrogatepass"))
    except _FAULTS:
        return None
    if not file.client_email or not file.private_key_id:
        return None
    name = f"serviceAccounts/{file.client_email}/keys/{file.private_key_id}"
    return public(
        name, "gcp_key_name", record.context, record.tenant, type="service_account_key",
        lifetime="static",
    )  # fmt: skip


def _bound_token(payload: str, record: Record) -> Credential | None:
    try:
        claims = _claims(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except _FAULTS:
        return None
    if not claims.jti or not claims.kubernetes:
        return None
    return public(
        claims.jti, "k8s_jti", record.context, record.tenant, type="service_account_token",
        lifetime="ephemeral",
    )  # fmt: skip


def _example() -> Record:
    context = Context(Fingerprints("a key of at least sixteen characters"))
    return Record({}, "example", context, 1, b"{}")
