"""TruffleHog findings: secrets in repositories, images, buckets and chats, one JSON object each.

The time is that of the commit or message that held the secret.

References:
    TruffleHog documentation, JSON output (`--json`).

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"DetectorName": "AWS", "Verified": true, "Raw": "AKIAIOSFODNN7EXAMPLE",
    ...     "SourceMetadata": {"Data": {"Git": {"commit": "c0ffee", "file": "app.env",
    ...     "timestamp": "2026-01-05 09:30:00 +0000"}}}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.credential.uid, event.target.uid
    ('AKIAIOSFODNN7EXAMPLE', 'c0ffee:app.env')
"""

from detector.sources.exposure.findings import credential_in, exposure
from detector.sources.format import Format
from detector.sources.record import Record
from schemas.event import ActivityEvent

NAME = "trufflehog"
_TIMES = ("timestamp", "created_at", "time", "date", "updated_at")
_PLACES = (
    "repository",
    "bucket",
    "image",
    "channel_name",
    "commit",
    "file",
    "path",
    "link",
    "layer",
)


def _read(record: Record) -> ActivityEvent:
    kind = record.need(record.text("DetectorName"), "DetectorName")
    data = record.get("SourceMetadata", "Data")
    name = next(iter(data), "") if isinstance(data, dict) else ""
    where = record.part("SourceMetadata", "Data", name) if name else record
    when = next((one for one in _TIMES if where.get(one) is not None), "")
    time = where.time(when) if when else record.time("timestamp")
    shown = ("commit", "file") if where.get("commit") else _PLACES
    place = ":".join(text for one in shown if (text := where.text(one)))
    found = record.get("Raw") or record.get("RawV2")
    # By its content: the same find of another run is the same event.
    uid = f"{kind}:{place}:{where.text('line')}" if place else record.uid()
    credential = credential_in(found, kind, record)
    return exposure(record, NAME, uid, time, credential, place)


SOURCE = Format(
    NAME, ((b'"DetectorName"', b'"SourceMetadata"'), (b'"DetectorName"', b'"Raw"')), _read
)
