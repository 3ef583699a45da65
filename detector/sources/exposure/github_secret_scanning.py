"""GitHub secret scanning alerts: webhook deliveries and those of the REST API.

A new, reopened or leaked alert exposes its secret; one resolved as revoked ends it.

References:
    GitHub documentation, webhook event "secret_scanning_alert"; REST API, "Secret scanning".

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"action": "created", "alert": {"number": 7, "created_at": "2026-01-05T09:30:00Z",
    ...     "secret_type": "aws_access_key_id", "secret": "AKIAIOSFODNN7EXAMPLE"},
    ...     "repository": {"full_name": "acme/shop"}, "sender": {"login": "github"}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.kind, event.credential.uid, event.target.uid
    ('exposure', 'AKIAIOSFODNN7EXAMPLE', 'acme/shop#7')
"""

from detector.sources.base import SkipRecord
from detector.sources.exposure.findings import credential_in, exposure
from detector.sources.format import Format
from detector.sources.record import Record
from schemas.event import ActivityEvent

NAME = "github_secret_scanning"
_SEEN = frozenset({"", "created", "reopened", "publicly_leaked", "validated", "created_location"})
_TIMES = {"resolved": "resolved_at", "reopened": "updated_at", "publicly_leaked": "updated_at"}


def _read(record: Record) -> ActivityEvent:
    alert = record.part("alert") if record.get("alert") is not None else record
    action = record.text("action")
    resolution = alert.text("resolution")
    over = action == "resolved" or (not action and alert.text("state") == "resolved")
    if (over and resolution != "revoked") or (not over and action not in _SEEN):
        raise SkipRecord("an alert that changes nothing")
    number = alert.text("number")
    repository = record.text("repository", "full_name") or alert.text("repository", "full_name")
    kind = alert.first("secret_type", "secret_type_display_name")
    when = "resolved_at" if over else _TIMES.get(action, "created_at")
    time = alert.time(when if alert.get(when) is not None else "created_at")
    credential = credential_in(alert.get("secret"), kind, record)
    place = f"{repository}#{number}" if number else repository
    return exposure(
        record, "github-secret-scanning", f"{place}:{action or alert.text('state')}:{time}", time,
        credential, place, "end" if over else "exposure", "secret revoked" if over else "secret found",
    )  # fmt: skip


SOURCE = Format(NAME, ((b'"secret_type"', b'"number"'), (b'"secret_type"', b'"alert"')), _read)
