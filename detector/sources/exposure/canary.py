"""Canary hits: somebody touched a credential, file or host that nobody has a reason to touch.

Read: webhooks of Canarytokens (hits, and keys seen in public), incidents of Thinkst Canary and of
OpenCanary. The canary is the credential that was used, and its use is known to be abuse: that is a
finding at once. Where the alert names a cloud key, the key has its own fingerprint and is told to be
exposed as well, so that the cloud's log of it is suspect too; where not, an inventory may tie the
canary's id to the key. What was typed in (passwords, arguments) is left out.

References:
    Canarytokens documentation, "Webhook notifications"; Thinkst Canary documentation, "Generic
    webhooks"; OpenCanary documentation, "Alerting" (`logtype`).

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"channel": "HTTP", "token_type": "ms_word", "memo": "in the wiki", "token": "t0k3n",
    ...     "time": "2026-01-05 09:30:00 (UTC)", "manage_url": "x", "src_ip": "192.0.2.9"}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.credential.uid, event.posture.canary, event.origin.network
    ('t0k3n', True, '192.0.2.0/24')
"""

from msgspec.structs import replace

from detector.sources.base import DecodeError, SkipRecord
from detector.sources.credentials import public
from detector.sources.exposure.findings import credential_in, exposure, is_shared
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from detector.sources.text import kept
from detector.sources.times import to_ms
from schemas.event import Action, ActivityEvent, Credential, Origin, Posture, Principal, Target

NAME = "canary"
CANARY_ID = "canary_token"
_TIMES = ("time", "Timestamp", "timestamp", "utc_time", "local_time", "exposed_time")
_ZONE = " (UTC)"
_PAIR = 2
_DIGITS = 10
_KEYS = ("aws_access_key_id", "access_key_id", "key_id", "AWS Access Key ID")
# What a canary tells of itself, and of its console.
_STATES = (
    "Disconnected", "Reconnected", "Settings Changed", "Update", "Dummy Incident", "Console",
)  # fmt: skip
_LOGTYPES = {
    "2000": "ftp login", "3000": "http request", "3001": "http login", "3002": "http login",
    "4000": "ssh connection", "4001": "ssh version", "4002": "ssh login", "5000": "file opened",
    "5001": "port scan", "5002": "port scan", "5003": "port scan", "5004": "port scan",
    "5005": "port scan", "6001": "telnet login", "6002": "telnet connection",
    "7001": "http proxy login", "8001": "mysql login", "9001": "mssql login", "9002": "mssql login",
    "9003": "mssql connection", "10001": "tftp request", "11001": "ntp request", "12001": "vnc login",
    "13001": "snmp request", "14001": "rdp login", "15001": "sip request", "16001": "git clone",
    "17001": "redis command", "18001": "tcp banner", "18002": "tcp banner", "18003": "tcp banner",
    "18004": "tcp banner", "18005": "tcp banner", "19001": "llmnr query",
}  # fmt: skip


def _read(record: Record) -> ActivityEvent | tuple[ActivityEvent, ...]:
    said = _said(record)
    uid = record.first("token", "canarytoken", "Token", "CanaryID", "node_id")
    name = record.first("memo", "Reminder", "CanaryName", "name")
    uid = record.need(uid or name, "token", "a canary")
    key = _key(record)
    time = _time(record)
    if record.get("exposed_time") is not None:
        found = key or _token(record, uid)
        place = record.text("public_location")
        return exposure(record, NAME, f"{uid}:{time}", time, found, place, note=name)
    hit = _hit(record, said, uid, name, key)
    if key is None:
        return hit
    told = exposure(record, NAME, f"{hit.uid}/exposed", time, key, f"{NAME}:{uid}", note=name)
    return hit, told


def _hit(record: Record, said: str, uid: str, name: str, key: Credential | None) -> ActivityEvent:
    origin = _origin(record)
    address = origin.address if origin is not None else ""
    return ActivityEvent(
        uid=record.uid("IncidentKey", "IncidentHash", "incident_key", "id"),
        source=NAME,
        tenant=record.tenant,
        time=_time(record),
        principal=Principal(
            f"intruder:{address or uid}", address, known_by=_detail(record, "User", "Username")
        ),
        action=Action(NAME, said, "read", "retrieval"),
        credential=key or _token(record, uid),
        target=Target(uid, NAME),
        origin=origin,
        posture=Posture(canary=True),
        raw=record.ref,
        note=name,
    )


def _said(record: Record) -> str:
    """What happened, in the canary's words.

    Raises:
        SkipRecord: nobody touched it.
    """
    said = record.first("Description", "description")
    if any(word in said for word in _STATES):
        raise SkipRecord("a canary's own state")
    logtype = record.text("logtype")
    if logtype:
        if logtype not in _LOGTYPES:
            raise SkipRecord("a canary's own state")
        return _LOGTYPES[logtype]
    log = record.part("additional_data", "aws_key_log_data")
    call = next(iter(log.texts("eventName")), "") or _detail(record, "Event Name")
    what = said or record.first("token_type", "channel", "AlertType")
    return call or what.lower() or "touched"


def _detail(record: Record, *names: str) -> str:
    """One of the pairs of a Thinkst incident, or of the details of an OpenCanary one. Never the
    passwords, which stand there too."""
    pairs = record.get("AdditionalDetails")
    for pair in pairs if isinstance(pairs, list) else ():
        if isinstance(pair, list) and len(pair) == _PAIR and pair[0] in names:
            return kept(pair[1]) if isinstance(pair[1], str) else ""
    return record.text("logdata", "USERNAME") if "User" in names else ""


def _origin(record: Record) -> Origin | None:
    more = record.part("additional_data")
    geo = more.part("geo_info")
    number = (geo.text("asn", "asn") or geo.text("org").partition(" ")[0]).removeprefix("AS")
    agent = (
        more.first("useragent", "user_agent")
        or next(iter(more.texts("aws_key_log_data", "userAgent")), "")
        or record.first("useragent", "UserAgent")
        or _detail(record, "User-Agent")
    )
    return origin_of(
        record.first("src_ip", "SourceIP", "source_ip", "src_host") or more.text("src_ip"), agent,
        within=NAME, country=geo.text("country"),
        asn=int(number) if number.isdigit() and len(number) <= _DIGITS else None,
    )  # fmt: skip


def _time(record: Record) -> int:
    name = next((one for one in _TIMES if record.get(one) is not None), _TIMES[0])
    text = record.text(name)
    if text.endswith(_ZONE):
        try:
            return to_ms(text.removesuffix(_ZONE))
        except ValueError as error:
            raise DecodeError(f"{name}: {error}") from None
    return record.time(name)


def _key(record: Record) -> Credential | None:
    """The cloud key that the canary is, where the alert names it."""
    for part in (record, record.part("additional_data"), record.part("src_data")):
        for name in _KEYS:
            value = part.get(name)
            found = credential_in(value, "access_key", record) if value is not None else None
            if is_shared(found):
                return found
    return None


def _token(record: Record, uid: str) -> Credential | None:
    made = public(uid, CANARY_ID, record.context, record.tenant, type=NAME)
    return replace(made, lifetime="static") if made is not None else None


SOURCE = Format(
    NAME,
    (
        ("manage_url", "memo"),
        ("CanaryID", "CanaryName"),
        ("AlertType=Canary*",),
        ("AlertType", "Description=Canary*"),
        ("logtype", "logdata", "node_id"),
        ("canarytoken", "src_ip"),
    ),
    _read,
)
