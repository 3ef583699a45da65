"""The token_use contract: what is derived, and what an emitter is told when it is wrong."""

import json
from typing import Any

import msgspec
import pytest

from detector.sources.base import Context, DecodeError
from detector.sources.decoding import Decoder
from detector.sources.own.token_use import SOURCE
from schemas.event import ActivityEvent
from tests.sources.cases import CONTEXT

RECORD: dict[str, Any] = {
    "uid": "e-1",
    "source": "gateway",
    "time": "2026-01-05T09:30:00Z",
    "principal": {"uid": "agent/research"},
}


def _decode(document: Any, context: Context = CONTEXT) -> list[ActivityEvent]:
    return list(Decoder(SOURCE).decode(json.dumps(document).encode(), context, 1))


def _event(**more: Any) -> ActivityEvent:
    [event] = _decode({**RECORD, **more})
    return event


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"principal": {}}, r"missing required field `uid` - at `\$.principal`"),
        ({"principal": {"uid": " "}}, "principal.uid: expected a text, got an empty one"),
        ({"uid": ""}, "uid: expected a text"),
        ({"source": "cloudtrail"}, "send the log itself"),
        ({"time": "yesterday"}, "time: expected an ISO 8601 time"),
        ({"time": -1}, "time: expected a time in the years 1970 to 2199"),
        ({"time": 1.5}, r"got `float` - at `\$.time`"),
        ({"kind": "MARKED"}, r"an unknown value - at `\$.kind`"),
        ({"credential": {}}, "credential: expected `secret`, `uid` or `fingerprint`, got none"),
        ({"credential": {"fingerprint": "MARKED"}}, "credential.fingerprint: expected 16 to 128 hex"),
        ({"credential": {"uid": "x", "parent": "MARKED"}}, "credential.parent: expected a fingerprint"),
        ({"credential": {"uid": "x", "expires": "soon"}}, "credential.expires: expected an ISO"),
        ({"child": {"principal": {"uid": ""}}}, "child.principal.uid"),
        ({"child": {"credential": {}}}, "child.credential: expected"),
        ({"task": {"uid": "t", "ends": "soon"}}, "task.ends"),
    ],
)  # fmt: skip
def test_an_emitter_is_told_what_to_mend(change: dict[str, Any], says: str) -> None:
    """An error names the field, what was expected, and never quotes what came."""
    with pytest.raises(DecodeError, match=says) as error:
        _event(**change)

    assert "MARKED" not in str(error.value)


def test_the_contract_is_named_in_errors_of_shape() -> None:
    """Who sends the wrong shape is told where the contract is."""
    with pytest.raises(DecodeError, match="detector schema token_use"):
        _event(principal="ada")


def test_secret_id_and_fingerprint_join_as_documented() -> None:
    """One secret has one fingerprint; a cloud key is known by its public id everywhere."""
    secret = _event(credential={"secret": "EXAMPLE-a", "uid": "k-1", "uid_kind": "key_alias"})
    again = _event(credential={"secret": "EXAMPLE-a"})
    other = _event(credential={"secret": "EXAMPLE-b"})
    cloud = _event(credential={"secret": "EXAMPLE-a", "uid": "AKIAIOSFODNN7EXAMPLE",
                               "uid_kind": "access_key_id"})  # fmt: skip
    prints = CONTEXT.fingerprints

    assert secret.credential is not None
    assert again.credential is not None
    assert other.credential is not None
    assert cloud.credential is not None
    assert secret.credential.fingerprint == again.credential.fingerprint
    assert secret.credential.fingerprint != other.credential.fingerprint
    assert cloud.credential.fingerprint == prints.of_public(
        "default", "access_key_id", "AKIAIOSFODNN7EXAMPLE"
    )


def test_tenants_do_not_share_fingerprints() -> None:
    """The same secret at two tenants has two fingerprints."""
    one, two = (_event(tenant=name, credential={"secret": "EXAMPLE"}) for name in ("a", "b"))

    assert one.credential is not None
    assert two.credential is not None
    assert one.credential.fingerprint != two.credential.fingerprint


def test_the_context_overrides_the_tenant() -> None:
    """A tenant that the operator names wins over the record's."""
    [event] = _decode({**RECORD, "tenant": "a"}, Context(CONTEXT.fingerprints, tenant="b"))

    assert "b" == event.tenant


@pytest.mark.parametrize(
    ("service", "operation", "access", "plane"),
    [
        ("kv", "secrets.read", "secret_read", "retrieval"),
        ("vault", "get", "read", "retrieval"),
        ("crm", "contacts/list", "list", "retrieval"),
        ("mail", "send_email", "write", "action"),
        ("db", "DROP TABLE", "delete", "action"),
        ("db", "drop_table", "delete", "action"),
        ("sts", "token/exchange", "credential_issue", ""),
        ("openai", "chat.completions.create", "read", "inference"),
        ("x", "frobnicate", "unknown", ""),
    ],
)
def test_access_and_plane_are_derived(
    service: str, operation: str, access: str, plane: str
) -> None:
    """What an emitter leaves out follows from the operation's verb."""
    action = _event(action={"service": service, "operation": operation}).action

    assert action is not None
    assert (access, plane) == (action.access, action.plane)


def test_what_an_emitter_states_is_taken() -> None:
    """Stated access, plane, network and client are not derived again."""
    event = _event(
        action={"service": "x", "operation": "get", "access": "delete", "plane": "action"},
        origin={"address": "pod-7", "network": "cluster-1", "client": "runner"},
    )

    assert event.action is not None
    assert event.origin is not None
    assert ("delete", "action") == (event.action.access, event.action.plane)
    assert ("pod-7", "cluster-1", "runner") == (
        event.origin.address, event.origin.network, event.origin.client,
    )  # fmt: skip


def test_a_batch_gives_what_can_be_read() -> None:
    """One bad record in a batch leaves the others, in a list, an object or a CloudEvent."""
    records = [RECORD, {**RECORD, "uid": ""}, {**RECORD, "uid": ""}, RECORD]
    for document in (
        records,
        {"events": records},
        {"specversion": "1.0", "data": {"events": records}},
    ):
        events = iter(Decoder(SOURCE).decode(json.dumps(document).encode(), CONTEXT, 1))

        assert ["e-1", "e-1"] == [next(events).uid, next(events).uid]
        with pytest.raises(DecodeError, match=r"record 2 of 4: .*\(and 1 more\)"):
            next(events)


def test_a_cloud_event_fills_what_its_data_leaves_out() -> None:
    """The envelope's id, source and time are used only where the data has none."""
    envelope = {"specversion": "1.0", "id": "ce-1", "source": "gw", "time": "2026-01-05T09:30:00Z"}
    [bare] = _decode({**envelope, "data": {"principal": {"uid": "p"}}})
    [full] = _decode({**envelope, "data": RECORD})

    assert ("ce-1", "gw") == (bare.uid, bare.source)
    assert ("e-1", "gateway") == (full.uid, full.source)


@pytest.mark.parametrize("data", [None, {}, [], 7, "x"])
def test_a_cloud_event_without_a_record_is_an_error(data: Any) -> None:
    """An envelope without a usable record names what is missing."""
    with pytest.raises(DecodeError):
        _decode({"specversion": "1.0", "id": "1", "source": "s", "time": 0, "data": data})
    with pytest.raises(DecodeError, match="in `data`, got none"):
        _decode({"specversion": "1.0", "id": "1"})


def test_batches_in_batches_end() -> None:
    """Batches that lie in one another are followed only so far."""
    document: Any = RECORD
    for _ in range(20):
        document = [document]

    with pytest.raises(DecodeError, match="envelopes"):
        _decode(document)


def test_an_event_survives_its_own_encoding() -> None:
    """What a record decodes to is an event of the contract."""
    event = _event(chain=["a", "b"], workload={"uid": "w"}, outcome={"status": "denied"})

    assert event == msgspec.json.decode(msgspec.json.encode(event), type=ActivityEvent)
