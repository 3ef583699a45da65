"""Canary hits: somebody touched a credential, file or host that nobody has a reason to touch.

Read: canarytokens webhooks and Thinkst Canary incidents. The canary is the credential, and its use
is known to be abuse; where it is a cloud key, it has that key's fingerprint.

References:
    Canarytokens documentation, "Webhook notifications"; Thinkst Canary API, incident objects.

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"channel": "AWS API Key Token", "memo": "key in the wiki", "token": "t0k3n",
    ...     "time": "2026-01-05 09:30:00 (UTC)", "manage_url": "x", "src_ip": "192.0.2.9"}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.credential.uid, event.posture.canary, event.origin.network
    ('t0k3n', True, '192.0.2.0/24')
"""

from msgspec.structs import replace

from detector.sources.base import SkipRecord
from detector.sources.credentials import public
from detector.sources.exposure.findings import credential_in
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from detector.sources.times import to_ms
from schemas.event import Action, ActivityEvent, Credential, Posture, Principal, Target

NAME = "canary"
_TIMES = ("time", "Timestamp", "timestamp", "created_std", "Created")
_ZONE = " (UTC)"
_KEYS = ("aws_access_key_id", "access_key", "AWSKeyId", "aws_key")
_STATES = ("Disconnected", "Reconnected", "Settings Changed", "Update")


def _read(record: Record) -> ActivityEvent:
    said = record.first("Description", "description", "channel", "token_type", "AlertType")
    if any(word in said for word in _STATES):
        raise SkipRecord("a canary's own state")
    more = record.part("additional_data")
    uid = record.first("token", "canarytoken", "CanaryID", "node_id", "Token")
    name = record.first("memo", "Reminder", "CanaryName", "name")
    address = record.first("src_ip", "SourceIP", "source_ip", "src_host") or more.text("src_ip")
    agent = more.first("useragent", "user_agent") or record.first("useragent", "UserAgent")
    credential = _credential(record, more, record.need(uid or name, "token", "a canary"))
    return ActivityEvent(
        uid=record.uid("IncidentKey", "incident_key", "id"),
        source=NAME,
        tenant=record.tenant,
        time=_time(record),
        principal=Principal(f"intruder:{address or uid or name}", address),
        action=Action(NAME, said.lower() or "touched", "read", "retrieval"),
        credential=credential,
        target=Target(uid or name, "canary"),
        origin=origin_of(address, agent, within=NAME, country=more.text("geo_info", "country")),
        posture=Posture(owner=name, canary=True),
        raw=record.ref,
    )


def _time(record: Record) -> int:
    name = next((one for one in _TIMES if record.get(one) is not None), _TIMES[0])
    text = record.text(name)
    if text.endswith(_ZONE):
        try:
            return to_ms(text.removesuffix(_ZONE))
        except ValueError:
            pass
    return record.time(name)


def _credential(record: Record, more: Record, uid: str) -> Credential | None:
    for part in (more, record):
        for name in _KEYS:
            found = credential_in(part.get(name), "access_key", record)
            if found is not None:
                return found
    made = public(uid, "canary_token", record.context, record.tenant, type="canary")
    return replace(made, lifetime="static") if made is not None else None


SOURCE = Format(
    NAME,
    (
        (b'"manage_url"', b'"memo"'),
        (b'"CanaryID"', b'"CanaryName"'),
        (b'"AlertType"', b'"Canary'),
        (b'"token_type"', b'"src_ip"', b'"memo"'),
        (b'"canarytoken"', b'"src_ip"'),
    ),
    _read,
)
