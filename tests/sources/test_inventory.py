"""The inventory: what a file may hold, how its mistakes are named, and what decoding makes of it."""

import json
import pickle
from hashlib import sha256
from typing import Any

import pytest
from msgspec import structs

from detector.sources.base import Context
from detector.sources.credentials import hashed, public, secret
from detector.sources.decoding import Decoder
from detector.sources.fingerprint import Fingerprints
from detector.sources.inventory import Entry, Inventory
from detector.sources.inventory_file import InventoryError, parsed
from schemas.event import (
    Action,
    ActivityEvent,
    Bounds,
    Child,
    Credential,
    Kind,
    Origin,
    Outcome,
    Posture,
    Principal,
    Status,
    Target,
    Task,
    Workload,
)

PRINTS = Fingerprints("a key of at least sixteen characters")
CONTEXT = Context(PRINTS)
TOKEN = "ghp_0123456789abcdefghijABCDEFGHIJexample"
DIGEST = sha256(b"EXAMPLE-not-a-real-secret").hexdigest()
KEY = "AKIAIOSFODNN7EXAMPLE"
FIRST = PRINTS.of_public("acme", "access_key_id", KEY)
ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:billing/db-Ab12Cd"
CSV = f"""name,ids,owner,type,lifetime,created,rotated,rotation_days,workloads,origins,tasks,protected,canary,stored_at
billing,access_key_id:{KEY}; sha256:{DIGEST},billing-team,access_key,static,2025-01-01,2026-01-01T00:00:00Z,90,pod/billing,10.0.0.0/8;192.0.2.7,,yes,,{ARN}
trap,okta_token_id:00Tx,,,,,,,,,,,true,
"""


def _event(used: Credential | None, kind: Kind = "use", **changes: Any) -> ActivityEvent:
    made = ActivityEvent("e", "s", "acme", 5, Principal("app"), kind, credential=used)
    return structs.replace(made, **changes)


def _credential(kind: str, uid: str) -> Credential:
    made = public(uid, kind, CONTEXT, "acme")
    assert made is not None
    return made


def _inventory(*entries: Entry) -> Inventory:
    return Inventory(entries, PRINTS)


def _billing(**changes: object) -> Inventory:
    return _inventory(structs.replace(parsed(CSV.encode(), "i.csv")[0], **changes))


# ------------------------------------------------------------------------------------- the file


def test_csv_and_json_say_the_same() -> None:
    """The same rows as CSV and as JSON are the same entries."""
    columns, *rows = (line.split(",") for line in CSV.splitlines())
    told = [dict(zip(columns, row, strict=True)) for row in rows]
    as_json = json.dumps([{k: v for k, v in row.items() if v} for row in told])

    assert parsed(CSV.encode(), "i.csv") == parsed(as_json.encode(), "i.json")


def test_json_takes_lists_and_truth_values() -> None:
    """In JSON a list is a list, a number a number and a truth value a truth value."""
    row = {
        "name": "a", "ids": ["x_id:1", "x_id:2"], "rotation_days": 30, "canary": True,
        "created": 1_700_000_000_000, "origins": [], "owner": None,
    }  # fmt: skip
    [entry] = parsed(json.dumps([row]).encode(), "i.json")

    assert ("x_id:1", "x_id:2") == entry.ids
    assert (30, True, 1_700_000_000_000) == (entry.rotation_days, entry.canary, entry.created)


def test_what_the_command_adds_is_passed_over() -> None:
    """Columns in which `detector inventory` tells what it saw are known and make no difference."""
    assert (Entry("a", ("x_id:1",)),) == parsed(b"name,ids,uses,networks\na,x_id:1,7,n\n", "i.csv")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name\na\n", "line 1: expected a column ids, got none"),
        ("name,ids,ownr\n", "line 1: expected one of"),
        ("name,ids,ownr\n", 'got \'ownr\'; did you mean "owner"?'),
        ("name,ids\na,x_id:1\nb\n", "line 3: expected 2 columns, got 1"),
        ("name,ids\na,\n", "line 2, column ids: expected at least one kind:uid, got nothing"),
        ("name,ids\n,x_id:1\n", "line 2, column name: expected a name, got nothing"),
        ("name,ids\na,x_id:1\n\nb,x_id:1\n", "line 4, column ids: expected what no other row has"),
        ("name,ids\na,x_id:1\n\nb,x_id:1\n", "got 'x_id:1' of line 2 again"),
        ("name,ids\na,x_id:1\na,x_id:2\n", "line 3, column name: expected what no other row has"),
        ("name,ids\na,sha256:12\n", "line 2, column ids: expected a SHA-256 in hex or base64"),
        ("name,ids\na,fingerprint:xyz\n", "expected a fingerprint of 16 to 128 hex digits"),
        ("name,ids\na,password:pump\n", "got an id of kind password: a secret?"),
        ("name,ids,created\na,x_id:1,soon\n", "column created: expected a date or an ISO 8601 time"),
        ("name,ids,rotation_days\na,x_id:1,0\n", "expected days, 1 to 36,500, got '0'"),
        ("name,ids,canary\na,x_id:1,maybe\n", "expected true or false, got 'maybe'"),
        ("name,ids,origins\na,x_id:1,10.0.0.1/8\n", "expected a network as CIDR"),
        ("name,ids,lifetime\na,x_id:1,long\n", "expected static, ephemeral or nothing, got 'long'"),
        ("name,ids,stored_at\na,x_id:1,safe\n", "expected SYSTEM:PLACE or an ARN, got 'safe'"),
        ('name,ids\n"a,x_id:1\n', "not CSV: "),
        ('[\n{"name": "a",\n "ids": "x_id:1"},\n {"name": "b",\n "ids": 1.5}]', "line 5, column ids"),
        ('[\n{"name": "a",\n "idz": 1}]', "line 3: expected one of"),
        ('[\n{"name": "a" "ids"}]', "line 2: not JSON: "),
        ("[\n1]", "line 2: expected an object, got '1'"),
        ('{"name": "a"}', "line 1: expected a list of objects, got one object"),
        ("[] x", "expected the end, got more after the list"),
        ('[{"name": "a", "ids": "x_id:1"} 3]', "not JSON: expected ',' or ']'"),
        ('[{"name": "a", "ids": "x_id:1", "owner": true}]', "expected a text, got 'True'"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(text: str, told: str) -> None:
    """An error names file, line and column, what was expected and what came."""
    with pytest.raises(InventoryError) as error:
        parsed(text.encode(), "i.csv")

    assert str(error.value).startswith("i.csv: line ")
    assert told in str(error.value)


@pytest.mark.parametrize("column", ["name", "ids", "owner", "stored_at", "uses"])
def test_a_secret_is_refused_and_not_shown(column: str) -> None:
    """What looks like a secret is refused wherever it stands, and the error does not repeat it."""
    row = {"name": "a", "ids": "x_id:1"} | {column: f"x_id:{TOKEN}"}
    with pytest.raises(InventoryError, match=f"column {column}: .* the secret itself") as error:
        parsed(json.dumps([row]).encode(), "i.json")

    assert TOKEN not in str(error.value)


def test_bytes_that_are_no_text_are_refused() -> None:
    """A file that is not UTF-8 is no inventory."""
    with pytest.raises(InventoryError, match="expected UTF-8"):
        parsed(b"\xff\xfe\x00", "i.csv")


def test_tenants_may_use_one_name() -> None:
    """Entries of two tenants may share names and ids; one of all tenants shares with none."""
    two = b"name,tenant,ids\na,acme,x_id:1\na,other,x_id:1\n"

    assert ["acme", "other"] == [entry.tenant for entry in parsed(two, "i.csv")]
    with pytest.raises(InventoryError, match="line 4, column name"):
        parsed(two + b"a,,x_id:2\n", "i.csv")


# -------------------------------------------------------------------------------------- decoding


def test_ids_of_one_secret_are_one_credential() -> None:
    """A public id, the hash of the secret and the secret itself have one fingerprint."""
    known = _billing()
    found = [
        _credential("access_key_id", KEY),
        hashed(DIGEST, "github_hashed_token", CONTEXT, "acme"),
        secret("EXAMPLE-not-a-real-secret", CONTEXT, "acme"),
    ]

    assert {FIRST} == {
        made.credential.fingerprint
        for made in (known.applied(_event(one)) for one in found)
        if made.credential is not None
    }


def test_what_the_log_leaves_out_is_filled_in() -> None:
    """Owner, type, lifetime, birth, binding and posture come from the inventory."""
    made = _billing().applied(_event(_credential("access_key_id", KEY)))

    assert "billing-team" == made.principal.owner
    assert made.credential is not None
    assert ("access_key", "static") == (made.credential.type, made.credential.lifetime)
    assert (1_767_225_600_000, "pod/billing") == (made.credential.issued, made.credential.bound_to)
    assert Posture(1_735_689_600_000, 1_767_225_600_000, 90, "billing-team", protected=True,
                   bounds="inside") == made.posture  # fmt: skip


def test_what_the_log_says_stays() -> None:
    """The log's own word counts for more than the inventory's."""
    used = structs.replace(
        _credential("access_key_id", KEY), type="t", lifetime="ephemeral", issued=3, bound_to="b"
    )
    said = Posture(1, 2, 3, "me")
    event = _event(used, principal=Principal("app", owner="ada"), posture=said)
    made = _billing().applied(event)

    assert made.credential == structs.replace(used, fingerprint=FIRST)
    assert "ada" == made.principal.owner
    assert structs.replace(said, protected=True, bounds="inside") == made.posture


def test_an_unknown_credential_passes_as_it_is() -> None:
    """An event of which the inventory knows nothing is the same object."""
    event = _event(_credential("access_key_id", "AKIAOTHER"))

    assert event is _billing().applied(event)
    assert (blank := _event(None)) is _billing().applied(blank)


def test_a_child_is_known_as_well() -> None:
    """A credential that is issued or ended has its canonical fingerprint too."""
    child = Child(hashed(DIGEST, "x", CONTEXT, "acme"), Principal("bob"))
    made = _billing().applied(_event(None, "end", child=child))

    assert made.child is not None
    assert made.child.credential is not None
    assert FIRST == made.child.credential.fingerprint
    assert made.posture is not None
    assert (True, "") == (made.posture.protected, made.posture.bounds)
    assert "" == made.principal.owner


def test_a_credential_of_one_tenant_is_unknown_in_another() -> None:
    """An entry with a tenant counts in that tenant only."""
    event = _event(_credential("access_key_id", KEY))

    assert event is _billing(tenant="other").applied(event)
    assert event != _billing(tenant="acme").applied(event)


@pytest.mark.parametrize(
    ("changes", "bounds"),
    [
        ({"origin": Origin("10.1.2.3")}, "inside"),
        ({"origin": Origin("192.0.2.8")}, "origin"),
        ({"origin": Origin("192.0.2.8", via="athena.amazonaws.com")}, "inside"),
        ({"origin": Origin("", "vpce-1")}, "inside"),
        ({"origin": Origin("2001:db8::1")}, "origin"),
        ({"workload": Workload("pod/billing")}, "inside"),
        ({"workload": Workload("pod/other")}, "workload"),
        ({"task": Task("report-7")}, "inside"),
        ({"task": Task("other")}, "task"),
    ],
)
def test_a_use_is_inside_what_is_allowed_or_not(changes: dict[str, Any], bounds: Bounds) -> None:
    """Origin, workload and task of a use are held against what the entry allows."""
    known = _billing(tasks=("report-*",))
    made = known.applied(_event(_credential("access_key_id", KEY), **changes))

    assert made.posture is not None
    assert bounds == made.posture.bounds


@pytest.mark.parametrize(
    ("uid", "status", "account", "found"),
    [
        (ARN, "success", "", True),
        (ARN.removesuffix("-Ab12Cd"), "success", "", True),
        ("secretsmanager:secret/billing/db", "success", "", True),
        ("secretsmanager:secret/billing/db", "success", "210987654321", False),
        (ARN, "denied", "", False),
        ("secretsmanager:secret/other", "success", "", False),
    ],
)
def test_reading_a_stored_secret_hands_it_over(
    uid: str, status: Status, account: str, found: bool
) -> None:
    """Whoever reads the place where a secret is kept gets the credential, if the read succeeds."""
    read = _event(
        None,
        principal=Principal("app", account="123456789012"),
        action=Action("secretsmanager", "GetSecretValue", "secret_read"),
        target=Target(uid, account=account),
        outcome=Outcome(status),
    )
    made = _billing().applied(read)

    assert found == (made.child is not None)
    if made.child is not None and made.child.credential is not None:
        assert FIRST == made.child.credential.fingerprint


def test_a_path_in_a_vault_is_a_place() -> None:
    """`vault:PATH` is a path of the vault, whether log or service bears that name."""
    entry = Entry("db", ("access_key_id:A",), stored_at="vault:secret/data/db")
    read = _event(
        None, action=Action("vault", "read secret", "secret_read"), target=Target("secret/data/db")
    )

    assert _inventory(entry).applied(read).child is not None


def test_the_decoder_applies_it_to_every_record() -> None:
    """One record or many: events come out known."""
    raw = b"""{"uid": "7c1e", "source": "broker", "time": "2026-01-05T09:30:00Z", "tenant": "acme",
        "principal": {"uid": "agent"}, "credential": {"uid": "00Tx", "uid_kind": "okta_token_id"}}"""
    known = Inventory(parsed(CSV.encode(), "i.csv"), PRINTS)
    context = structs.replace(CONTEXT, inventory=known)
    alone = Decoder().decode(raw, context, 1)
    [one], [two] = list(alone), list(Decoder().decode(b"[" + raw + b"]", context, 1))

    assert isinstance(alone, tuple)
    assert one == two
    assert one.posture == Posture(canary=True)


def test_it_goes_to_another_process() -> None:
    """A context with an inventory can be pickled, and knows the same on the other side."""
    context = structs.replace(CONTEXT, inventory=_billing())
    event = _event(_credential("access_key_id", KEY))
    context.inventory.applied(event)  # type: ignore[union-attr]
    again = pickle.loads(pickle.dumps(context))  # noqa: S301 - our own

    assert context.inventory.applied(event) == again.inventory.applied(event)  # type: ignore[union-attr]
    assert "billing" == again.inventory.entry_of("acme", FIRST).name
