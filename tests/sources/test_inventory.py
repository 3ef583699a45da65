"""The inventory: one credential under many ids, its limits, and mistakes in the file named."""

import pickle
from typing import Any

import msgspec
import pytest

from detector.sources.base import Context
from detector.sources.decoding import Decoder
from detector.sources.fingerprint import Fingerprints
from detector.sources.inventory_file import InventoryError, read_inventory
from schemas.event import ActivityEvent

PRINTS = Fingerprints("an example key, used in tests only")
KEY = "access_key_id:AKIAIOSFODNN7EXAMPLE"
RECORD: dict[str, Any] = {
    "uid": "e-1", "source": "gateway", "time": "2026-01-05T09:30:00Z", "principal": {"uid": "svc"},
    "action": {"service": "s3", "operation": "get"},
    "credential": {"uid": "AKIAIOSFODNN7EXAMPLE", "uid_kind": "access_key_id"},
}  # fmt: skip


def _event(inventory: str, **more: Any) -> ActivityEvent:
    context = Context(PRINTS, "t", inventory=read_inventory(inventory, "i.csv"))
    [event] = Decoder().decode(msgspec.json.encode({**RECORD, **more}), context, 1)
    return event


def test_ids_of_one_credential_have_one_fingerprint() -> None:
    """Whatever id a log has, the first one of the row stands for all."""
    table = f"name,ids\nk,{KEY} vault_accessor:a1 sha256:{'ab' * 32}\n"
    first = _event(table)
    other = _event(table, credential={"uid": "a1", "uid_kind": "vault_accessor"})
    third = _event(
        table, credential={"fingerprint": PRINTS.of_digest("t", bytes.fromhex("ab" * 32))}
    )

    assert {PRINTS.of_public("t", "access_key_id", "AKIAIOSFODNN7EXAMPLE")} == {
        event.credential.fingerprint for event in (first, other, third) if event.credential
    }


def test_a_row_fills_in_what_the_log_leaves_out() -> None:
    """Owner, rotation, lifetime and the only workload come from the inventory."""
    event = _event(
        f"name,ids,owner,lifetime,created,rotation_days,workloads\nk,{KEY},ada,static,2025-01-05,90,w-1\n"
    )

    assert event.credential is not None
    assert event.posture is not None
    assert ("static", "w-1", 1_736_035_200_000) == (
        event.credential.lifetime, event.credential.bound_to, event.credential.issued,
    )  # fmt: skip
    assert ("ada", 90, False) == (
        event.posture.owner, event.posture.rotation_days, event.posture.canary,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("column", "value", "more", "outside"),
    [
        ("origins", "192.0.2.0/24", {"origin": {"address": "198.51.100.7"}}, "origin 198.51.100.7"),
        ("origins", "192.0.2.0/24", {"origin": {"address": "192.0.2.7"}}, ""),
        ("origins", "192.0.2.0/24", {"origin": {"address": "a name"}}, ""),
        ("workloads", "shop/* batch/*", {"workload": {"uid": "other/pod"}}, "workload other/pod"),
        ("workloads", "shop/*", {"workload": {"uid": "shop/pod"}}, ""),
        ("tasks", "nightly-*", {"task": {"uid": "adhoc-1"}}, "task adhoc-1"),
    ],
)
def test_a_use_outside_its_limits_says_which(
    column: str, value: str, more: dict[str, Any], outside: str
) -> None:
    """Limits are checked where the log says the place, the workload or the task."""
    event = _event(f"name,ids,{column}\nk,{KEY},{value}\n", **more)

    assert event.posture is not None
    assert outside == event.posture.outside.removeprefix("the inventory does not allow ")


def test_reading_a_stored_secret_hands_it_over() -> None:
    """A successful read of the place where a credential is stored issues it to the reader."""
    table = f"name,ids,stored_at\nk,{KEY},vault:secret/data/aws\n"
    read: dict[str, Any] = {
        "action": {"service": "vault", "operation": "read", "access": "secret_read"},
        "target": {"uid": "secret/data/aws"}, "credential": {"uid": "a9", "uid_kind": "vault_accessor"},
    }  # fmt: skip
    handed = _event(table, **read)
    refused = _event(table, **read, outcome={"status": "denied"})

    assert "issue" == handed.kind
    assert handed.child is not None
    assert handed.child.credential is not None
    assert PRINTS.of_public("t", "access_key_id", "AKIAIOSFODNN7EXAMPLE") == (
        handed.child.credential.fingerprint
    )
    assert "use" == refused.kind


def test_an_unknown_credential_is_left_alone() -> None:
    """What no row names is as it was."""
    table = "name,ids\nk,access_key_id:AKIAI44QH8DHBEXAMPLE\n"

    assert _event(table) == _event("name,ids\n")


def test_an_inventory_travels_to_other_processes() -> None:
    """A context with an inventory can be pickled, and knows the same."""
    context = Context(PRINTS, "t", inventory=read_inventory(f"name,ids\nk,{KEY}\n", "i.csv"))
    there = pickle.loads(pickle.dumps(context))  # noqa: S301 - our own bytes

    assert context.inventory is not None
    assert context.inventory.rows == there.inventory.rows


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "i.csv: expected a line of column names"),
        ("nmae,ids\n", r"i.csv:1: there is no column 'nmae'; did you mean \"name\"\?"),
        ("name,ids\nk\n", "i.csv:2: expected 2 values, one a column, got 1"),
        ("name,ids\nk,\n", "i.csv:2, ids: expected at least one kind:id"),
        ("name,ids\nk,AKIAIOSFODNN7EXAMPLE\n", "i.csv:2, ids: expected kind:id"),
        ("name,ids\nk,sha256:12\n", "i.csv:2, ids: expected sha256: and 64 hex digits"),
        (
            "name,ids\nk,token:ghp_0123456789abcdefghijABCDEFGHIJexample\n",
            "i.csv:2, ids: looks like",
        ),
        (f"name,ids\na,{KEY}\nb,{KEY}\n", "i.csv:3: an id of 'a' stands here again"),
        (f"name,ids,origins\na,{KEY},here\n", "i.csv:2, origins: expected a network"),
        (f"name,ids,created\na,{KEY},soon\n", "i.csv:2, created: expected a day"),
        (f"name,ids,canary\na,{KEY},perhaps\n", "i.csv:2, canary: expected yes or no"),
        (f"name,ids,rotation_days\na,{KEY},-1\n", "i.csv:2, rotation_days: expected a number"),
        (f"name,ids,lifetime\na,{KEY},long\n", "i.csv:2, lifetime: expected static"),
        ('{"credentials": 1}', "i.csv: expected a list"),
        ('[{"idz": 1}]', "i.csv: credential 1: there is no field 'idz'"),
        ("[", "i.csv: not JSON"),
        ("[3]", "i.csv: credential 1: expected an object"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, says: str) -> None:
    """Every mistake says where, what was expected and what came; no id or secret is quoted."""
    with pytest.raises(InventoryError, match=says) as told:
        read_inventory(text, "i.csv")

    assert "ghp_" not in str(told.value)


def test_json_says_the_same() -> None:
    """Both forms give equal rows."""
    table = f"name,ids,origins,canary\nk,{KEY},192.0.2.0/24,yes\n"
    text = f'{{"credentials":[{{"name":"k","ids":["{KEY}"],"origins":["192.0.2.0/24"],"canary":true}}]}}'

    assert read_inventory(table, "a").rows == read_inventory(text, "b").rows
