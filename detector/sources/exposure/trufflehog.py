"""TruffleHog findings: secrets in repositories, images, buckets and chats, one JSON object each.

The time is that of the commit, object or message that held the secret; a scan of files or images says
none, and then it is when the finding was written down. `verified` in the note: the secret was tried and it opens
something. Who wrote it and what its owner is called are left out.

References:
    TruffleHog documentation 3.x, JSON output (`--json`): SourceMetadata, DetectorName, Raw, RawV2.

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"DetectorName": "AWS", "Verified": true, "Raw": "AKIAIOSFODNN7EXAMPLE",
    ...     "SourceMetadata": {"Data": {"Git": {"commit": "c0ffee", "file": "app.env",
    ...     "timestamp": "2026-01-05 09:30:00 +0000"}}}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.credential.uid, event.target.uid, event.note
    ('AKIAIOSFODNN7EXAMPLE', 'c0ffee:app.env', 'verified')
"""

import re

from detector.sources.base import DecodeError
from detector.sources.exposure.findings import credential_in, exposure, is_shared
from detector.sources.format import Format
from detector.sources.record import Record
from detector.sources.times import in_range, to_ms
from schemas.event import ActivityEvent, Credential

NAME = "trufflehog"
FINDING = "trufflehog_finding"
_SHORT = 12
# The zone's name, as some of the scanned systems write it, behind the time or its offset.
_ZONE = re.compile(r" UTC$|(?<=[+-]\d{4}) (?:[A-Z]{2,5}|[+-]\d{2,4})$")
_TIMES = ("timestamp", "created_at", "time", "date", "updated_at")
_PLACES = (
    "repository", "bucket", "image", "workspace_name", "channel_name", "project", "build_number",
    "commit", "layer", "file", "path", "link",
)  # fmt: skip


def _read(record: Record) -> ActivityEvent:
    kind = record.need(record.text("DetectorName"), "DetectorName")
    data = record.get("SourceMetadata", "Data")
    name = next(iter(data), "") if isinstance(data, dict) else ""
    where = record.part("SourceMetadata", "Data", name) if name else record
    time = _time(where)
    shown = ("commit", "file") if where.get("commit") else _PLACES
    place = ":".join(text for one in shown if (text := where.text(one)))
    uid = ":".join(one for one in (kind, place, where.text("line")) if one)
    credential = _credential(record, kind, uid)
    if credential is not None:  # one line may hold several
        uid = f"{uid}:{credential.fingerprint[:_SHORT]}"
    note = "verified" if record.flag("Verified") else ""
    return exposure(record, NAME, uid, time, credential, place, note=note)


def _time(where: Record) -> int:
    """As the scanned system writes it: repositories and buckets add the zone's name, chats a fraction.

    Raises:
        DecodeError: there is none that can be read.
    """
    arrived = where.context.arrived
    name = next((one for one in _TIMES if where.get(one)), "")
    if not name and arrived is not None:
        return arrived
    name = name or _TIMES[0]
    text = where.text(name)
    seconds, dot, rest = text.partition(".")
    plain = seconds if dot and seconds.isdigit() and rest.isdigit() else _ZONE.sub("", text)
    if plain == text:
        return where.time(name)
    try:
        return in_range(int(plain) * 1_000) if plain.isdigit() else to_ms(plain)
    except ValueError as error:
        raise DecodeError(f"{name}: {error}") from None


def _credential(record: Record, kind: str, uid: str) -> Credential | None:
    """Of two parts the second has the whole secret, but the first is what other logs know."""
    both = record.get("RawV2")
    whole = credential_in(both, kind, record)
    if is_shared(whole):
        return whole
    return credential_in(record.get("Raw") or both, kind, record, (uid, FINDING))


SOURCE = Format(NAME, (("DetectorName", "SourceMetadata"), ("DetectorName", "Raw")), _read)
