"""Token use: the contract of `schemas.token_use`, from brokers and gateways, to `ActivityEvent`.

Accepts CloudEvents in structured mode too, whose envelope fills in the id, source and time that the
data leaves out.

Examples:
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"uid": "7c1e", "source": "broker", "time": "2026-01-05T09:30:00Z",
    ...     "principal": {"uid": "agent/research", "type": "agent"},
    ...     "action": {"service": "kv", "operation": "secrets.read"},
    ...     "credential": {"secret": "EXAMPLE-not-a-real-secret"}}'''
    >>> context = Context(Fingerprints("a key of at least sixteen characters"), tenant="acme")
    >>> [event] = SOURCE.decode(raw, context, 1)
    >>> event.action.access, event.action.plane, len(event.credential.fingerprint)
    ('secret_read', 'retrieval', 32)
"""

from collections.abc import Iterable
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from detector.sources.base import Context, DecodeError
from detector.sources.clients import client_of
from detector.sources.contract import read
from detector.sources.marks import Marks
from detector.sources.networks import locate
from detector.sources.origins import without_port
from detector.sources.own.token_credential import child_of, credential_of, optional_time, time_of
from detector.sources.text import kept, kept_id
from detector.sources.tidy import tidy
from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import Action, ActivityEvent, Origin, Posture, RawRef
from schemas.token_use import Time, TokenAction, TokenOrigin, TokenUse

NAME = "token_use"
_LOOKED_AT = 65_536
_HINT = "; `detector schema token_use` prints the contract"
_MOST_ASN = 2**32 - 1
_MOST_DAYS = 100_000
_OTHERS = frozenset({"cloudtrail"})
_T = TypeVar("_T")


class _Envelope(Struct):
    """A CloudEvent around a record. All fields optional: a bare record has none of them."""

    specversion: str | None = None
    data: Raw = Raw(b"")
    id: str | None = None
    source: str | None = None
    time: Time | None = None


class _Loose(Struct):
    """Which of the fields that an envelope can fill in are there."""

    uid: str | None = None
    source: str | None = None
    time: Time | None = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_LOOSE = msgspec.json.Decoder(_Loose)
_RECORD = msgspec.json.Decoder(TokenUse)


def _read(decoder: msgspec.json.Decoder[_T], raw: bytes | Raw) -> _T:
    return read(decoder, raw, NAME, _HINT)


class TokenUseSource:
    """The source. See the module's docstring."""

    name = NAME
    marks = Marks(
        (("principal", "uid"), ("principal", "source"), ("specversion", "data/principal")),
        never=("class_uid", "jsonrpc", "request"),
    )

    def sniff(self, raw: bytes) -> bool:
        """Whether the bytes show the contract's own field names."""
        # As a text, in which names are found in a quarter of the time that they take in bytes.
        head = raw[:_LOOKED_AT].decode("latin-1")
        if '"principal"' not in head or '"eventSource"' in head:
            return False
        return '"uid"' in head and ('"source"' in head or '"specversion"' in head)

    def decode(self, raw: bytes, context: Context, position: int) -> Iterable[ActivityEvent]:
        """The event of one record.

        Raises:
            DecodeError: anything unreadable.
        """
        return (_decode(raw, context, position),)


SOURCE = TokenUseSource()


def _decode(raw: bytes, context: Context, position: int) -> ActivityEvent:
    envelope = _read(_ENVELOPE, raw)
    if envelope.specversion is None:
        return event_of(_read(_RECORD, raw), context, position)
    if not envelope.data:
        raise DecodeError(f"CloudEvent: expected the record in `data`, got none{_HINT}")
    return event_of(_filled(envelope), context, position)


def _filled(envelope: _Envelope) -> TokenUse:
    """The record in a CloudEvent, with what only the envelope says."""
    loose = _read(_LOOSE, envelope.data)
    missing = {
        "uid": envelope.id if loose.uid is None else None,
        "source": envelope.source if loose.source is None else None,
        "time": envelope.time if loose.time is None else None,
    }
    fill = {name: value for name, value in missing.items() if value is not None}
    if not fill:
        return _read(_RECORD, envelope.data)
    start = msgspec.json.encode(fill)[:-1]
    rest = bytes(envelope.data).lstrip()[1:]
    comma = b"" if rest.lstrip()[:1] == b"}" else b","
    return _read(_RECORD, start + comma + rest)


def event_of(record: TokenUse, context: Context, position: int) -> ActivityEvent:
    """The event that a record of the contract tells of, wherever it came from.

    Raises:
        DecodeError: a part of it says nothing, or too much.
    """
    _check(record)
    tenant = context.tenant_or(kept(record.tenant))
    action = _action(record.action)
    within = record.principal.account or tenant
    return ActivityEvent(
        uid=kept_id(record.uid),
        source=kept(record.source),
        tenant=tenant,
        time=time_of(record.time, "time"),
        principal=tidy(record.principal),
        kind=record.kind,
        action=action,
        credential=credential_of(record.credential, context, tenant, "credential"),
        target=tidy(record.target),
        origin=_origin(record.origin, within),
        outcome=tidy(record.outcome),
        workload=tidy(record.workload),
        task=tidy(record.task.with_end(optional_time(record.task.ends, "task.ends")))
        if record.task is not None
        else None,
        child=child_of(record.child, context, tenant),
        posture=_posture(record.posture),
        chain=tidy(record.chain),
        raw=RawRef(context.place, position),
        note=kept(record.note),
    )


def _check(record: TokenUse) -> None:
    for name, value in (
        ("uid", record.uid), ("source", record.source), ("principal.uid", record.principal.uid),
    ):  # fmt: skip
        if not value.strip():
            raise DecodeError(
                f"{name}: expected a text, got an empty one; every record needs its own"
            )
    if record.source in _OTHERS:
        raise DecodeError(
            "source: expected the name of the emitting system, got that of a log with a decoder of"
            " its own; send the log itself"
        )


def _action(action: TokenAction | None) -> Action | None:
    if action is None:
        return None
    service, operation = kept(action.service), kept(action.operation)
    access = action.access or access_by_verb(operation, service)
    plane = action.plane
    if plane is None:
        plane = plane_by_words(operation, access)
    if action.access is None and plane == "inference":
        access = "read"  # asking a model changes nothing, whatever the verb
    return Action(service, operation, access, plane, action.effect, kept(action.foreign))


def _posture(posture: Posture | None) -> Posture | None:
    if posture is not None:
        optional_time(posture.created, "posture.created")
        optional_time(posture.rotated, "posture.rotated")
        _in_bounds(posture.rotation_days, "posture.rotation_days", _MOST_DAYS)
    return tidy(posture)


def _in_bounds(number: int | None, name: str, most: int) -> None:
    """JSON has numbers of any length; what is written on has 64 bits."""
    if number is not None and not 0 <= number <= most:
        raise DecodeError(f"{name}: expected a number from 0 to {most}, got one outside")


def _origin(origin: TokenOrigin | None, within: str) -> Origin | None:
    if origin is None:
        return None
    _in_bounds(origin.asn, "origin.asn", _MOST_ASN)
    address = kept(origin.address)
    place = locate(address) or locate(without_port(address))
    network = kept(origin.network)
    if not network and place is not None:
        network = f"{kept(within)}:{place.network}" if place.local else place.network
    return Origin(
        address=place.address if place is not None else address, network=network,
        client=kept(origin.client) or client_of(kept(origin.user_agent)), region=kept(origin.region),
        asn=origin.asn, country=kept(origin.country), via=kept(origin.via), console=origin.console,
    )  # fmt: skip
