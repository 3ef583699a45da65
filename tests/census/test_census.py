"""What a census counts, what it writes is read back, and what it says should be put right."""

import msgspec

from detector.census import Census, Posture
from detector.census.written import as_csv, as_rows
from detector.sources.inventory_file import read_inventory
from schemas.event import (
    Action,
    ActivityEvent,
    Child,
    Credential,
    Origin,
    Outcome,
    Principal,
    Task,
)
from schemas.event import Posture as Told

DAY = 86_400_000
KEY = Credential("f1", "AKIAIOSFODNN7EXAMPLE", "access_key_id", "access_key", "static", issued=0)


def _event(time: int = 0, credential: Credential | None = KEY, **more: object) -> ActivityEvent:
    made = ActivityEvent(
        f"e-{time}", "cloudtrail", "t", time, Principal("svc", type="service"),
        action=Action("s3", "GetObject", "read"), credential=credential,
        origin=Origin("192.0.2.1", "192.0.2.0/24"), outcome=Outcome(),
    )  # fmt: skip
    return msgspec.structs.replace(made, **more)


def test_a_credential_is_counted_with_who_used_it_and_where() -> None:
    """Uses, users, networks, sources, age and the last use."""
    census = Census()
    for time in (0, 3 * DAY):
        census.add(_event(time))
    [row] = census.rows()

    assert (2, {"svc"}, {"192.0.2.0/24"}, {"cloudtrail"}, 3, 3 * DAY) == (
        row.uses, row.principals, row.networks, row.sources, row.age_days, row.last,
    )  # fmt: skip


def test_what_is_issued_and_ended_is_counted_without_a_use() -> None:
    """A child that nobody used yet is there, with its issuer and its end."""
    census = Census()
    child = Child(Credential("f2", "k2", "token_id"))
    census.add(_event(5, kind="issue", child=child))
    census.add(_event(9, kind="end", child=child))
    row = next(row for row in census.rows() if row.mark == "f2")

    assert (0, "svc", 5, 9) == (row.uses, row.issuer, row.issued, row.ended)


def test_scopes_that_nothing_touched_are_named() -> None:
    """Declared scopes are compared with the services a credential was used on."""
    census = Census()
    census.add(_event(credential=msgspec.structs.replace(KEY, scopes=("s3:read", "iam:admin"))))

    assert ["iam:admin"] == census.rows()[0].unused


def test_room_is_made_by_giving_up_sessions() -> None:
    """Beyond its bound a census forgets sessions before keys, and says how many."""
    census = Census(most=10)
    census.add(_event(0))
    for number in range(30):
        census.add(_event(number + 1, Credential(f"s{number}", lifetime="ephemeral")))

    assert 10 >= len(census.rows())
    assert "f1" in {row.mark for row in census.rows()}
    assert 31 == census.forgotten + len(census.rows())


def test_what_is_written_is_read_back() -> None:
    """CSV and JSON of a census are inventories, and equal ones."""
    census = Census()
    census.add(_event(0, posture=Told(owner="ada", rotation_days=90, canary=True)))
    rows = census.rows()
    table = read_inventory(as_csv(rows), "i.csv")
    objects = read_inventory(msgspec.json.encode({"credentials": as_rows(rows)}).decode(), "i.json")

    assert table.rows == objects.rows
    assert ("ada", 90, True) == (
        table.rows[0].owner, table.rows[0].rotation_days, table.rows[0].canary,
    )  # fmt: skip


def _said(*events: ActivityEvent) -> set[str]:
    census, posture = Census(), Posture()
    for event in events:
        census.add(event)
        posture.add(event)
    return {weakness.what for weakness in posture.weaknesses(census.rows())}


def test_an_approval_between_reading_and_acting_is_enough() -> None:
    """An identity that reads secrets and acts is named, unless somebody approves."""
    reads = _event(1, action=Action("vault", "read", "secret_read"))
    acts = _event(2, action=Action("iam", "CreateUser", "admin"))

    assert "reads secrets and acts" in _said(reads, acts)
    assert "reads secrets and acts" not in _said(reads, _event(1, kind="approval"), acts)
    assert "reads secrets and acts" not in _said(reads)


def test_old_and_ownerless_keys_are_named() -> None:
    """A static key past its rotation, or that nobody owns; not one that is gone."""
    assert {"past its rotation", "static without an owner"} == _said(_event(100 * DAY))
    assert set() == _said(_event(5, posture=Told(owner="ada", rotation_days=1_000)))
    assert set() == _said(_event(100 * DAY), _event(100 * DAY, kind="end"))


def test_wide_and_long_lived_vault_tokens_are_named() -> None:
    """A token of a vault with a root policy, or that lives for months."""
    token = Credential(
        "v", "a1", "vault_accessor", "vault_token", "ephemeral", 0, 60 * DAY, scopes=("root",)
    )

    assert {"too wide a scope", "too long a life"} == _said(_event(1, token))


def test_a_task_without_an_end_is_named_once_it_is_over() -> None:
    """A task that should have ended and of which no end was told."""
    begun = _event(0, None, kind="task", task=Task("t1", ends=10))
    ended = _event(12, None, kind="task", task=Task("t1", ended=True))

    assert {"task without an end receipt"} == _said(begun, _event(20, None))
    assert set() == _said(begun, ended, _event(20, None))
    assert set() == _said(begun, _event(5, None))
