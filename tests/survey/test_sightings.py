"""Every credential that logs show, and the inventory that comes of it."""

import csv
import io
import json

from msgspec import structs

from detector.sources.fingerprint import Fingerprints
from detector.sources.inventory import Entry, Inventory
from detector.sources.inventory_file import parsed
from detector.survey import Posture, Sightings
from detector.survey.files import as_csv, as_json, concerns_json, iso
from detector.survey.lines import Line, lines
from detector.survey.table import concerns_table, credentials_table
from schemas.event import (
    Action,
    ActivityEvent,
    Child,
    Credential,
    Kind,
    Origin,
    Outcome,
    Principal,
    Task,
    Workload,
)
from schemas.event import Posture as Told
from tests.pipeline.events import NOON

PRINTS = Fingerprints("a key of at least sixteen characters")
DAY = 86_400_000
KEY_ID = "AKIAIOSFODNN7EXAMPLE"
KEY = Credential(
    PRINTS.of_public("acme", "access_key_id", KEY_ID), KEY_ID, "access_key_id", "access_key", "static",
    scopes=("s3:*", "sqs:SendMessage", "mail:read", "repo"),
)  # fmt: skip
HOME = Origin("192.0.2.7", "192.0.2.0/24")


def event(
    time: int, used: Credential | None = KEY, kind: Kind = "use", **changes: object
) -> ActivityEvent:
    """One event at a time."""
    made = ActivityEvent(
        f"e{time}", "cloudtrail", "acme", time, Principal("app", owner="team"), kind,
        action=Action("s3", "GetObject", "read"), credential=used, origin=HOME,
    )  # fmt: skip
    return structs.replace(made, **changes)


def seen(*events: ActivityEvent, most: int = 1_000) -> Sightings:
    """The sightings in some events."""
    made = Sightings(most)
    for each in events:
        made.add(each)
    return made


def test_a_row_tells_by_whom_from_where_and_since_when() -> None:
    """Users, places, systems, first and last use are gathered, in any order of time."""
    other = structs.replace(event(NOON + 5), principal=Principal("bob"), source="github_audit")
    [row] = seen(event(NOON + 9), other, event(NOON)).rows()

    assert (NOON, NOON + 9, 3) == (row.first, row.last, row.uses)
    assert (["app", "bob"], ["192.0.2.0/24"]) == (list(row.principals), list(row.networks))
    assert (["cloudtrail", "github_audit"], "team") == (list(row.sources), row.owner)
    assert ("access_key_id:" + KEY_ID, True) == (row.label, row.static)


def test_what_a_service_does_on_behalf_is_no_place() -> None:
    """An origin that a service stands for is not where the credential is used."""
    [row] = seen(event(NOON, origin=Origin("athena", "athena", via="athena"))).rows()

    assert {} == row.networks


def test_scopes_that_were_never_used_are_told_where_they_can_be() -> None:
    """A scope that names a service or an operation is held against what was done; others are not."""
    [row] = seen(event(NOON), event(NOON + 1, action=Action("mail", "fetch", "list"))).rows()

    assert ("sqs:SendMessage",) == row.unused_scopes()
    assert ("s3:*",) == row.wide_scopes()


def test_issue_and_end_are_told_of_the_child() -> None:
    """Who issued a credential and when it was ended; what failed changed nothing."""
    made = Credential("7f", "ASIA1", "access_key_id", "session", "ephemeral")
    refused = event(NOON + 2, kind="end", child=Child(made), outcome=Outcome("denied"))
    rows = seen(
        event(NOON, kind="issue", child=Child(made)),
        refused,
        event(NOON + 7, None, "end", child=Child(KEY)),
        event(NOON + 9, structs.replace(made, fingerprint="8f"), "end"),
    ).rows()

    assert ("app", NOON, None) == (rows[1].issued_by, rows[1].issued, rows[1].ended)
    assert NOON + 7 == rows[0].ended
    assert (NOON + 9, 0) == (rows[2].ended, rows[2].uses)


def test_of_too_many_old_sessions_are_let_go() -> None:
    """Memory is bounded: the static ones stay, of the others those used last."""
    sessions = [Credential(f"{n:02x}", lifetime="ephemeral") for n in range(40)]
    found = seen(*(event(NOON + n, one) for n, one in enumerate([KEY, *sessions])), most=10)
    rows = found.rows()

    assert 10 == len(rows)
    assert KEY.fingerprint == rows[0].fingerprint
    assert {f"{n:02x}" for n in range(31, 40)} == {row.fingerprint for row in rows[1:]}
    assert 31 == found.dropped


def test_lists_in_a_row_are_bounded() -> None:
    """Of many users the first are listed, and the row says that there were more."""
    [row] = seen(*(event(NOON + n, principal=Principal(f"p{n}")) for n in range(50))).rows()

    assert (16, True, 50) == (len(row.principals), row.cut, row.uses)


def test_files_read_back_as_the_same_inventory() -> None:
    """CSV and JSON give the entries that were written, and these lead to the same fingerprint."""
    token = Credential("ab" * 16, "t-1", "jti")  # known by its secret, not by this id
    posture = Told(NOON - 9, NOON - 5, 90, "team", protected=True, canary=True)
    workload = structs.replace(KEY, bound_to="pod/a")
    found = lines(
        seen(event(NOON, workload, posture=posture), event(NOON + 1, token)).rows(), None, PRINTS
    )
    entries = tuple(line.entry for line in found)

    assert entries == parsed(as_csv(found), "i.csv") == parsed(as_json(found), "i.json")
    assert [("access_key_id:" + KEY_ID,), ("fingerprint:" + "ab" * 16, "jti:t-1")] == [
        entry.ids for entry in entries
    ]
    known = Inventory(entries, PRINTS)
    assert all(known.entry_of("acme", one.fingerprint) for one in (KEY, token))
    assert ("pod/a",) == entries[0].workloads
    assert (True, True, 90) == (entries[0].protected, entries[0].canary, entries[0].rotation_days)


def test_files_tell_what_was_seen() -> None:
    """Beside the entry stand users, places, first and last use."""
    found = lines(seen(event(NOON)).rows(), None, PRINTS)
    [row] = csv.DictReader(io.StringIO(as_csv(found).decode()))
    [told] = json.loads(as_json(found))

    assert ("app", "1", iso(NOON)) == (row["principals"], row["uses"], row["first_used"])
    assert ["192.0.2.0/24"] == told["networks"]
    assert "s3:*; sqs:SendMessage; mail:read; repo" == row["scopes"]


def test_an_inventory_is_kept_and_added_to() -> None:
    """An entry keeps what it says, empty fields are filled in, and unseen entries stay."""
    entry = Entry("billing", ("access_key_id:" + KEY_ID,), type="its own", stored_at="vault:a/b")
    unseen = Entry("unseen", ("jti:9",))
    found = lines(seen(event(NOON)).rows(), Inventory([entry, unseen], PRINTS), PRINTS)

    assert structs.replace(entry, owner="team", lifetime="static") == found[0].entry
    assert Line(unseen, "") == found[1]
    assert (structs.replace(entry, owner="team", lifetime="static"), unseen) == parsed(
        as_csv(found), "i.csv"
    )


def test_what_no_file_may_hold_is_left_out() -> None:
    """An id of a kind that would be a secret is replaced by the fingerprint; names that look like
    one are left out."""
    odd = Credential("cd" * 16, "plain", "token", bound_to="a;b")
    names = structs.replace(event(NOON, odd), principal=Principal("password=EXAMPLEhunter2"))
    found = lines(seen(names).rows(), None, PRINTS)

    assert ("fingerprint:" + "cd" * 16,) == found[0].entry.ids
    assert b"hunter2" not in as_csv(found) + as_json(found)
    assert () == found[0].entry.workloads
    assert parsed(as_csv(found), "i.csv") == parsed(as_json(found), "i.json")


# --------------------------------------------------------------------------------------- posture


def concerns(*events: ActivityEvent, entries: tuple[Entry, ...] = ()) -> list[tuple[str, str]]:
    """What concerns people in some events: kind and subject."""
    posture, found = Posture(), seen(*events)
    for each in events:
        posture.add(each)
    inventory = Inventory(entries, PRINTS)
    told = posture.concerns(found, lines(found.rows(), inventory, PRINTS))
    assert len(told) == concerns_table(told).row_count == len(json.loads(concerns_json(told)))
    return [(one.kind, one.subject) for one in told]


READ = Action("vault", "read", "secret_read")
WRITE = Action("s3", "PutObject", "write")
OWNED = Credential("9f", lifetime="ephemeral")


def act(time: int, action: Action, kind: Kind = "use", **changes: object) -> ActivityEvent:
    """One act with a session."""
    return event(time, OWNED, kind, action=action, **changes)


def test_reading_secrets_and_acting_is_a_concern() -> None:
    """An identity that acts within the hour after reading a secret, nobody having approved."""
    assert [("reads_secrets_and_acts", "app")] == concerns(act(NOON, READ), act(NOON + 9, WRITE))
    assert [] == concerns(act(NOON, WRITE), act(NOON + 9, READ))
    assert [] == concerns(act(NOON, READ), act(NOON + 2 * 3_600_000, WRITE))
    assert [] == concerns(act(NOON, READ), act(NOON + 5, WRITE, "approval"), act(NOON + 9, WRITE))
    assert [] == concerns(act(NOON, READ, outcome=Outcome("denied")), act(NOON + 9, WRITE))
    assert [] == concerns(act(NOON, READ), act(NOON + 9, WRITE, outcome=Outcome("denied")))


def test_a_static_credential_past_its_rotation_is_a_concern() -> None:
    """By its own period, or after 90 days where none is declared."""
    old = structs.replace(KEY, issued=NOON - 100 * DAY)
    name = "access_key_id:" + KEY_ID

    assert [("past_rotation", name)] == concerns(event(NOON, old))
    assert [] == concerns(event(NOON, old, posture=Told(rotation_days=365)))
    assert [] == concerns(event(NOON, old, posture=Told(rotated=NOON - 5 * DAY)))
    assert [("past_rotation", name)] == concerns(
        event(NOON, old, posture=Told(rotated=NOON - 5 * DAY, rotation_days=4))
    )
    assert [] == concerns(event(NOON, structs.replace(old, lifetime="ephemeral")))
    assert [] == concerns(event(NOON, old), event(NOON + 1, None, "end", child=Child(old)))


def test_a_static_credential_without_owner_is_a_concern() -> None:
    """Nobody on record: in the log, or in the inventory, seen or not."""
    unseen = Entry("old", ("jti:1",), lifetime="static")
    trap = Entry("trap", ("jti:2",), lifetime="static", canary=True)

    assert [("no_owner", "access_key_id:" + KEY_ID)] == concerns(
        event(NOON, principal=Principal("app"))
    )
    assert [("no_owner", "old")] == concerns(event(NOON), entries=(unseen, trap))


def test_a_stored_static_credential_with_too_much_is_a_concern() -> None:
    """Kept in a vault, yet it opens everything, or lives on and on."""
    entry = Entry(
        "db", ("access_key_id:" + KEY_ID,), owner="team", stored_at="vault:a/b", created=NOON
    )
    narrow = structs.replace(KEY, scopes=())

    assert [("stored_too_wide", "db")] == concerns(event(NOON), entries=(entry,))
    assert [("stored_too_long", "db")] == concerns(
        event(NOON, structs.replace(narrow, expires=NOON + 400 * DAY)), entries=(entry,)
    )
    assert [] == concerns(event(NOON, narrow), entries=(entry,))


def test_a_task_that_is_over_wants_a_receipt() -> None:
    """A task that has ended, said or declared, while nothing says that its credential has."""
    token = Credential("7a", "tok", "jti", lifetime="ephemeral")
    start = event(NOON, token, task=Task("t1", ends=NOON + 60_000))
    later = event(NOON + 3_600_000, OWNED)
    over = event(NOON + 5, token, "task", task=Task("t1", ended=True))
    receipt = event(NOON + 9, None, "end", child=Child(token))

    assert [("task_not_ended", "t1")] == concerns(start, later)
    assert [("task_not_ended", "t1")] == concerns(start, over, later)
    assert [] == concerns(start, over, receipt, later)
    assert [] == concerns(start, over)
    assert [] == concerns(
        event(NOON, structs.replace(token, expires=NOON + 9), task=Task("t1", ends=NOON)), later
    )


def test_memory_of_identities_and_tasks_is_bounded() -> None:
    """Of too many the quiet ones go first; what concerns people stays."""
    posture = Posture(most=5)
    for n in range(50):
        posture.add(act(NOON + n, READ, principal=Principal(f"p{n}")))
        if not n:
            posture.add(act(NOON + n, WRITE, principal=Principal("p0")))

    assert ["p0"] == [one.subject for one in posture.concerns(Sightings(), [])]


# ----------------------------------------------------------------------------------------- table


def test_the_table_shows_every_kind_of_row() -> None:
    """Seen and unseen, with what there is to note."""
    made = Credential("7f", "ASIA1", "access_key_id", "session", "ephemeral", issued=NOON)
    known = Inventory(
        [
            Entry("old", ("jti:1",)),
            Entry("trap", ("access_key_id:ASIA1",), canary=True, protected=True),
        ],
        PRINTS,
    )
    found = seen(
        event(NOON, kind="issue", child=Child(made)),
        event(NOON + 5, None, "end", child=Child(made)),
        *(event(NOON + n, workload=Workload("w"), principal=Principal(f"p{n}")) for n in range(40)),
    )
    table = credentials_table(lines(found.rows(), known, PRINTS), NOON + 9)
    notes = [str(cell) for cell in table.columns[-1].cells]

    assert 4 == table.row_count
    assert KEY_ID == str(next(iter(table.columns[0].cells)))
    assert "never used: sqs:SendMessage, mail:read; lists cut" == notes[0]
    assert any("ended 20" in note and "issued by app" in note for note in notes)
