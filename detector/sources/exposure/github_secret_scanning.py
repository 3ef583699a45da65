"""GitHub secret scanning alerts: webhook deliveries, of places too, and those of the REST API.

A new, reopened or leaked alert exposes its secret; one resolved as revoked, or that the issuer calls
inactive, ends it. Deliveries hold no secret, so there the alert's own id stands for it, which an
inventory may tie to what it opens; the REST API does, and only its fingerprint is kept.

References:
    GitHub documentation, webhook events "secret_scanning_alert" and "secret_scanning_alert_location";
    REST API 2022-11-28, "Secret scanning".

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"number": 7, "created_at": "2026-01-05T09:30:00Z", "state": "open",
    ...     "secret_type": "aws_access_key_id", "secret": "AKIAIOSFODNN7EXAMPLE",
    ...     "repository": {"full_name": "acme/shop"}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.kind, event.credential.uid, event.target.uid
    ('exposure', 'AKIAIOSFODNN7EXAMPLE', 'acme/shop#7')
"""

from detector.sources.base import SkipRecord
from detector.sources.exposure.findings import credential_in, exposure
from detector.sources.format import Format
from detector.sources.record import Record
from schemas.event import ActivityEvent, Principal

NAME = "github_secret_scanning"
ALERT = "github_secret_alert"
_SEEN = frozenset({"", "created", "reopened", "publicly_leaked", "validated"})
_REVOKED = "revoked"
_DONE = frozenset({"resolved", _REVOKED})
_LATER = frozenset({"reopened", "publicly_leaked", "validated"})


def _read(record: Record) -> ActivityEvent:
    alert = record.part("alert") if record.get("alert") is not None else record
    action = record.text("action")
    resolved = action in _DONE or (not action and alert.text("state") == "resolved")
    inactive = not resolved and alert.text("validity") == "inactive"
    revoked = resolved and _REVOKED in {action, alert.text("resolution")}
    if (resolved and not revoked) or (not resolved and action not in _SEEN):
        raise SkipRecord("an alert that changes nothing")
    number = alert.text("number")
    repository = record.text("repository", "full_name") or alert.text("repository", "full_name")
    uid = f"{repository}#{number}" if number else repository
    kind = alert.first("secret_type", "secret_type_display_name")
    time = _time(alert, action, resolved=resolved, inactive=inactive)
    known = (uid if number else "", ALERT)
    credential = credential_in(alert.get("secret"), kind, record, known)
    place = _place(record, uid)
    return exposure(
        record, "github-secret-scanning", f"{place}:{action or alert.text('state')}:{time}", time,
        credential, place, note=_note(alert), ended=revoked or inactive,
        by=_resolver(record, alert) if revoked else None,
    )  # fmt: skip


def _time(alert: Record, action: str, *, resolved: bool, inactive: bool) -> int:
    name = "resolved_at" if resolved else "created_at"
    if inactive or action in _LATER:
        name = "updated_at"
    return alert.time(name if alert.get(name) is not None else "created_at")


def _place(record: Record, uid: str) -> str:
    """Where it lies: what a delivery about a place names, else the alert."""
    details = record.part("location", "details")
    found = (details.text("commit_sha"), details.text("path") or _page(details))
    return ":".join((uid, *(one for one in found if one)))


def _page(details: Record) -> str:
    """The address of an issue, a comment or a discussion: the only field that ends in `_url` there."""
    return next((details.text(name) for name in details.fields if name.endswith("_url")), "")


def _note(alert: Record) -> str:
    """What makes it worse: it works, or everybody can read it."""
    if alert.flag("publicly_leaked"):
        return "publicly leaked"
    return "verified" if alert.text("validity") == "active" else ""


def _resolver(record: Record, alert: Record) -> Principal | None:
    login = alert.text("resolved_by", "login") or record.text("sender", "login")
    if not login:
        return None
    account = record.text("organization", "login")
    return Principal(f"github:user/{login}", login, account, "human", known_by=login)


SOURCE = Format(NAME, (("alert/secret_type",), ("secret_type", "number")), _read)
