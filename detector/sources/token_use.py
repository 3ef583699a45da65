"""Token use: the contract of `schemas.token_use`, from brokers and gateways, to `ActivityEvent`.

Accepts one record, `{"events": [...]}`, a JSON array, and CloudEvents in structured mode, whose
envelope fills in the id, source and time that the data leaves out.

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

import re
from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from detector.sources.base import Context, DecodeError
from detector.sources.clients import client_of
from detector.sources.networks import locate
from detector.sources.text import kept
from detector.sources.tidy import tidy
from detector.sources.times import in_range, to_ms
from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import Action, ActivityEvent, Child, Credential, Origin, RawRef
from schemas.token_use import (
    Time,
    TokenAction,
    TokenChild,
    TokenCredential,
    TokenOrigin,
    TokenUse,
)

NAME = "token_use"
_LOOKED_AT = 65_536
_DEEPEST = 4
_HINT = "; `detector schema token_use` prints the contract"
_FINGERPRINT = re.compile(r"(?:[a-z0-9-]{1,24}:)?[0-9a-fA-F]{16,128}")
# Where other logs know a credential by its public id alone, the secret must not make it another.
_PUBLIC_EVERYWHERE = frozenset({"access_key_id"})
_OTHERS = frozenset({"cloudtrail"})
_QUOTED = re.compile(r"value '(?s:.*)'(?= - at|$)")
_T = TypeVar("_T")


class _Envelope(Struct):
    """The wrappers, read in one pass. All fields optional: a bare record has none of them."""

    events: list[Raw] | None = None
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
_RECORDS = msgspec.json.Decoder(list[Raw])


class TokenUseSource:
    """The source. See the module's docstring."""

    name = NAME

    def sniff(self, raw: bytes) -> bool:
        """Whether the bytes show the contract's own field names."""
        head = raw[:_LOOKED_AT]
        if b'"principal"' not in head or b'"eventSource"' in head:
            return False
        return b'"uid"' in head and (b'"source"' in head or b'"specversion"' in head)

    def decode(self, raw: bytes, context: Context, position: int) -> Iterable[ActivityEvent]:
        """The events of one record or of a batch.

        Raises:
            DecodeError: anything unreadable; of a batch, after its readable records.
        """
        return _decode(raw, context, position, 0)


SOURCE = TokenUseSource()


def _decode(
    raw: bytes | Raw, context: Context, position: int, depth: int
) -> Iterable[ActivityEvent]:
    if depth > _DEEPEST:
        raise DecodeError(f"expected a token_use record, got more than {_DEEPEST} wrappers{_HINT}")
    if bytes(raw[:1]) == b"[" or bytes(raw[:64]).lstrip()[:1] == b"[":
        return _all(_read(_RECORDS, raw), context, position, depth)
    envelope = _read(_ENVELOPE, raw)
    if envelope.events is not None:
        return _all(envelope.events, context, position, depth)
    if envelope.specversion is not None:
        if not envelope.data:
            raise DecodeError(f"CloudEvent: expected the record in `data`, got none{_HINT}")
        inner = _read(_ENVELOPE, envelope.data)
        if inner.events is not None:
            return _all(inner.events, context, position, depth + 1)
        return (_event(_filled(envelope), context, position),)
    return (_event(_read(_RECORD, raw), context, position),)


def _all(
    records: list[Raw], context: Context, position: int, depth: int
) -> Iterator[ActivityEvent]:
    """Every readable record of a batch, then one error that counts the others."""
    failed, first = 0, ""
    for place, one in enumerate(records):
        try:
            yield from _decode(one, context, position, depth + 1)
        except DecodeError as error:
            failed += 1
            first = first or f"record {place + 1} of {len(records)}: {error}"
    if failed:
        raise DecodeError(first if failed == 1 else f"{first} (and {failed - 1} more)")


def _read(decoder: msgspec.json.Decoder[_T], raw: bytes | Raw) -> _T:
    try:
        return decoder.decode(raw)
    except RecursionError:
        raise DecodeError(
            f"expected a token_use record, got JSON nested too deeply{_HINT}"
        ) from None
    except msgspec.ValidationError as error:
        raise DecodeError(f"{_without_values(str(error))}{_HINT}") from None
    except msgspec.MsgspecError as error:
        raise DecodeError(f"expected a JSON object: {error}") from None
    except UnicodeError:
        raise DecodeError("expected UTF-8, got bytes that are none") from None
    except ValueError as error:
        raise DecodeError(
            f"expected JSON, got what stops the parser ({type(error).__name__})"
        ) from None


def _without_values(message: str) -> str:
    """An unknown enum value is quoted by msgspec; whatever stands there does not belong into a log."""
    return _QUOTED.sub("an unknown value", message)


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


def _event(record: TokenUse, context: Context, position: int) -> ActivityEvent:
    _check(record)
    tenant = context.tenant_or(kept(record.tenant))
    action = _action(record.action)
    within = record.principal.account or tenant
    return ActivityEvent(
        uid=kept(record.uid),
        source=kept(record.source),
        tenant=tenant,
        time=_time(record.time, "time"),
        principal=tidy(record.principal),
        kind=record.kind,
        action=action,
        credential=_credential(record.credential, context, tenant, "credential"),
        target=tidy(record.target),
        origin=_origin(record.origin, within),
        outcome=tidy(record.outcome),
        workload=tidy(record.workload),
        task=tidy(record.task.with_end(_optional(record.task.ends, "task.ends")))
        if record.task is not None
        else None,
        child=_child(record.child, context, tenant),
        posture=tidy(record.posture),
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


def _time(value: Time, name: str) -> int:
    try:
        return to_ms(value) if isinstance(value, str) else in_range(value)
    except ValueError as error:
        raise DecodeError(f"{name}: {error}; ISO 8601 and epoch ms are understood") from None


def _optional(value: Time | None, name: str) -> int | None:
    return None if value is None else _time(value, name)


def _action(action: TokenAction | None) -> Action | None:
    if action is None:
        return None
    service, operation = kept(action.service), kept(action.operation)
    access = action.access or access_by_verb(operation, service)
    plane = action.plane
    if plane is None:
        plane = plane_by_words(operation, access)
    return Action(service, operation, access, plane, action.effect, kept(action.foreign))


def _origin(origin: TokenOrigin | None, within: str) -> Origin | None:
    if origin is None:
        return None
    place = locate(origin.address)
    network = kept(origin.network)
    if not network and place is not None:
        network = f"{kept(within)}:{place.network}" if place.local else place.network
    return Origin(
        address=place.address if place is not None else kept(origin.address), network=network,
        client=kept(origin.client) or client_of(origin.user_agent), region=kept(origin.region),
        asn=origin.asn, country=kept(origin.country), via=kept(origin.via), console=origin.console,
    )  # fmt: skip


def _child(child: TokenChild | None, context: Context, tenant: str) -> Child | None:
    if child is None:
        return None
    credential = _credential(child.credential, context, tenant, "child.credential")
    if child.principal is not None and not child.principal.uid.strip():
        raise DecodeError("child.principal.uid: expected a text, got an empty one")
    return Child(credential, tidy(child.principal))


def _credential(
    given: TokenCredential | None, context: Context, tenant: str, name: str
) -> Credential | None:
    if given is None:
        return None
    uid, secret = kept(given.uid), given.secret
    if uid != given.uid:  # a token sent as if it were its public id
        uid, secret = "", secret or given.uid
    parent = given.parent
    if parent and not _FINGERPRINT.fullmatch(parent):
        raise DecodeError(f"{name}.parent: expected a fingerprint in hex, got another text")
    if given.parent_uid and not parent:
        kind = kept(given.parent_uid_kind)
        parent = context.fingerprints.of_public(tenant, kind, given.parent_uid)
    return Credential(
        fingerprint=_fingerprint(given, secret, context, tenant, name), uid=uid,
        uid_kind=kept(given.uid_kind), type=kept(given.type), lifetime=given.lifetime,
        issued=_optional(given.issued, f"{name}.issued"),
        expires=_optional(given.expires, f"{name}.expires"), scopes=tidy(given.scopes),
        bound_to=kept(given.bound_to), parent=parent,
    )  # fmt: skip


def _fingerprint(
    given: TokenCredential, secret: str, context: Context, tenant: str, name: str
) -> str:
    prints = context.fingerprints
    if given.fingerprint:
        if not _FINGERPRINT.fullmatch(given.fingerprint):
            raise DecodeError(
                f"{name}.fingerprint: expected 16 to 128 hex digits, got another text; send the"
                " token as `secret` and it is fingerprinted here"
            )
        return given.fingerprint
    if given.uid and given.uid_kind in _PUBLIC_EVERYWHERE:
        return prints.of_public(tenant, given.uid_kind, given.uid)
    if secret:
        return prints.of_secret(tenant, secret)
    if given.uid:
        return prints.of_public(tenant, kept(given.uid_kind), given.uid)
    raise DecodeError(f"{name}: expected `secret`, `uid` or `fingerprint`, got none of them")
