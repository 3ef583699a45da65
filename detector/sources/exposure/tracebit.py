"""Tracebit alerts: a decoy resource or credential of a cloud was touched.

As a canary's hit, but the provider's log behind it names who did it: that identity acts, under the
name that it has in that log. A decoy credential that is named is told to be exposed as well.

References:
    Tracebit documentation, alert webhooks (`canary_credential_used`, `canary_resource_accessed`).

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"alert_id": "a1", "id": "e1", "timestamp": "2026-01-05T09:30:00Z", "provider": "okta",
    ...     "tracebit_portal_url": "x", "event": {"operation": "app.access", "request": {"ip":
    ...     "192.0.2.9"}}, "canary": {"name": "Payroll", "type": "Okta::App", "tracebit_id": "d1"},
    ...     "principal": {"id": "00u1", "okta": {"alternate_id": "ada@example.com"}}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.target.uid, event.posture.canary
    ('okta:00u1', 'Payroll', True)
"""

from msgspec.structs import replace

from detector.sources.clients import BROWSER
from detector.sources.credentials import public
from detector.sources.exposure.findings import credential_in, exposure, is_shared
from detector.sources.format import Format
from detector.sources.normal import amazon
from detector.sources.origins import origin_of
from detector.sources.record import Record
from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import Action, ActivityEvent, Credential, Origin, Posture, Principal, Target

NAME = "tracebit"
DECOY = "tracebit_id"


def _read(record: Record) -> ActivityEvent | tuple[ActivityEvent, ...]:
    decoy = record.part("canary")
    decoy = decoy if decoy.fields else record.part("canary_credential")
    happened = record.part("event")
    operation = record.need(happened.text("operation"), "event.operation")
    access = access_by_verb(operation)
    account = decoy.text("provider_account_id") or decoy.text("aws", "account_id")
    origin = origin_of(
        happened.text("request", "ip"), happened.text("request", "user_agent", "raw"),
        within=account or NAME,
    )  # fmt: skip
    uid, time = record.uid("id", "alert_id"), record.time("timestamp")
    credential = _credential(record, decoy)
    name = decoy.first("name", "provider_id", "tracebit_id")
    hit = ActivityEvent(
        uid=uid,
        source=NAME,
        tenant=record.tenant,
        time=time,
        principal=_principal(record, origin, uid),
        action=Action(
            record.text("provider") or NAME, operation, access, plane_by_words(operation, access)
        ),
        credential=credential,
        target=Target(name, decoy.text("type")) if name else None,
        origin=origin,
        posture=Posture(canary=True),
        raw=record.ref,
    )
    if not is_shared(credential):
        return hit
    return hit, exposure(record, NAME, f"{uid}/exposed", time, credential, name)


def _principal(record: Record, origin: Origin | None, uid: str) -> Principal:
    who = record.part("principal")
    arn, type_ = who.text("aws", "arn"), who.text("aws", "type")
    if amazon.is_caller(arn, type_):
        human = origin is not None and (origin.console or origin.client == BROWSER)
        return amazon.caller(
            record.context, record.tenant, arn=arn, type_=type_,
            account=who.text("aws", "account_id"), human=human,
        ).principal  # fmt: skip
    one, provider = who.text("id"), record.text("provider")
    address = origin.address if origin is not None else ""
    if not one:
        return Principal(f"intruder:{address or uid}", address)
    directory = who.text("azure", "tenant_id")
    mail = who.text("okta", "alternate_id")
    system = f"entra:{directory}/id/" if directory else f"{provider}:" if provider else ""
    return Principal(
        f"{system}{one}", mail or one, directory,
        "human" if who.text("okta", "type").lower() == "user" else "unknown", known_by=mail or one,
    )  # fmt: skip


def _credential(record: Record, decoy: Record) -> Credential | None:
    key = decoy.get("aws", "access_key_id")
    if key is not None:
        found = credential_in(key, "access_key", record)
        issued, expires = decoy.when("issued_at"), decoy.when("expires_at")
        return found and replace(found, issued=issued, expires=expires)
    uid = decoy.first("tracebit_id", "provider_id", "name")
    return public(uid, DECOY, record.context, record.tenant, type="canary", lifetime="static")


SOURCE = Format(NAME, (("tracebit_portal_url", "alert_id"),), _read)
