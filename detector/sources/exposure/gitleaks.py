"""Gitleaks findings: secrets in the history of a repository, one JSON object each or the report's list.

The time is that of the commit: from then on the secret was there to be read. A scan of a folder
without a history says none, and then it is when the finding was written down. The text around a
secret, the commit's message and who wrote it are left out.

References:
    Gitleaks documentation 8.x, report format "json", `--redact`.

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"RuleID": "generic-api-key", "Secret": "EXAMPLE-not-a-real-secret", "File": "app.env",
    ...     "Commit": "c0ffee", "Date": "2026-01-05T09:30:00Z", "Fingerprint": "c0ffee:app.env:k:1"}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.kind, event.target.uid, event.credential.type
    ('exposure', 'c0ffee:app.env', 'generic-api-key')
"""

from detector.sources.exposure.findings import credential_in, exposure
from detector.sources.format import Format
from detector.sources.record import Record
from schemas.event import ActivityEvent

NAME = "gitleaks"
FINDING = "gitleaks_fingerprint"


def _read(record: Record) -> ActivityEvent:
    rule = record.need(record.text("RuleID"), "RuleID")
    place = ":".join(one for one in (record.text("Commit"), record.text("File")) if one)
    uid = record.uid("Fingerprint")
    found = record.get("Secret") or record.get("Match")
    credential = credential_in(found, rule, record, (uid, FINDING))
    return exposure(record, NAME, uid, _time(record), credential, place)


def _time(record: Record) -> int:
    arrived = record.context.arrived
    return record.time("Date") if record.get("Date") or arrived is None else arrived


SOURCE = Format(NAME, (("RuleID", "Secret"), ("RuleID", "Match")), _read)
