"""What a finding says of its credential's reach and status, and how reach weighs on its risk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from detector.config import DAY, HOUR, MINUTE
from detector.detections import DETECTIONS
from detector.entities.credential import CredentialState
from detector.entities.principal import PrincipalState
from detector.features.reach import reach_of, weighed, wider, words
from detector.findings import Finding
from detector.pipeline.share import credential_key
from detector.pipeline.standing import status_of, with_standing
from detector.replay.drive import replay
from detector.sinks.ocsf import alert
from detector.window.signature import Signatures
from schemas.event import ActivityEvent, Child, Origin
from schemas.fact import Reach
from tests.pipeline.events import ADA, NOON, end, event, issue, key, session
from tests.properties.delivery import CONFIG, Delivery, deliver
from tests.respond.findings import finding

OWN = key(1)
HABITS = ("s3:ListBuckets:list", "s3:GetObject:read", "ec2:DescribeVpcs:list", "s3:PutObject:write")


def habits(days: int = 2) -> list[ActivityEvent]:
    """Ada's working days: she reads two services and changes one."""
    return [
        event(f"h{day}-{hour}-{n}", NOON - day * DAY + hour * HOUR + n * MINUTE, what, used=OWN)
        for day in range(days, 0, -1)
        for hour in range(4)
        for n, what in enumerate(HABITS)
    ]


def abused(*operations: str) -> list[ActivityEvent]:
    """Ada's key is ended, and then used."""
    told = [end("end", NOON, OWN)]
    for n, what in enumerate(operations or ("iam:ListUsers:list",), 1):
        told.append(event(f"u{n}", NOON + n * MINUTE, what, used=OWN))
    return told


def found(*events: ActivityEvent) -> Finding:
    """The first finding of a replay."""
    return next(iter(replay(events, CONFIG)))


def test_reads_are_named_apart_from_changes():
    """Services with the number of operations, as the principal's clean past shows them."""
    assert (
        "reads s3, ec2 (3 operations)",
        "changes s3 (1 operation)",
    ) == found(*habits(), *abused()).reach


def test_the_abuse_itself_adds_nothing_to_the_reach():
    """What was first done within a finding is not what the credential was known to touch."""
    last = list(
        replay([*habits(), *abused("iam:CreateUser:admin", "rds:StopDBCluster:write")], CONFIG)
    )

    assert {found(*habits(), *abused()).reach} == {each.reach for each in last}


def test_a_newcomer_has_no_known_reach():
    """Without a past nothing is claimed, and the risk is left as it is."""
    made = found(*abused())

    assert ((), round(100 * made.evidence.score)) == (made.reach, made.risk)


def test_many_services_are_counted():
    """Four services are named, the rest is a number."""
    many = reach_of([f"o:svc{n}:Get{i}" for n in range(7) for i in range(7 - n)])

    assert ("reads svc0, svc1, svc2, svc3 and 3 more (28 operations)",) == words(many)


def test_events_without_an_action_reach_nothing():
    """The end of a task is nothing that a credential can touch."""
    assert (None, ()) == (reach_of(["o::task", "s:s3", "n:192.0.2.0/24"]), words(None))


def test_what_only_looks_is_told_from_what_changes():
    """Reading a secret looks; writing, deleting, granting and minting change."""
    kinds = {
        access: Signatures().of(event("e", NOON, f"svc:Op:{access}")).value[0]
        for access in ("read", "list", "secret_read", "unknown", "write", "delete", "admin",
                       "credential_issue")
    }  # fmt: skip

    assert "oooowwww" == "".join(kinds.values())


reaches = st.none() | st.builds(
    Reach,
    reads=st.lists(st.sampled_from(("s3", "ec2", "iam")), max_size=12).map(tuple),
    read_operations=st.integers(0, 400),
    changes=st.lists(st.sampled_from(("s3", "ec2", "iam")), max_size=12).map(tuple),
    change_operations=st.integers(0, 400),
)


@given(st.integers(0, 100), reaches)
def test_reach_weighs_at_most_a_tenth(risk: int, reach: Reach | None):
    """Risk stays within a tenth of what the evidence says, and within its scale."""
    assert 0 <= weighed(risk, reach) <= 100
    assert abs(weighed(risk, reach) - risk) <= 0.05 * risk + 0.5


@given(st.integers(0, 100), st.integers(0, 11), st.integers(0, 11))
def test_a_wider_reach_never_weighs_less(risk: int, reads: int, changes: int):
    """One service more, read or changed, does not lower the risk; a change counts more."""
    services = tuple(f"svc{n}" for n in range(12))
    made = Reach(services[:reads], reads, services[:changes], changes)
    more_read = structs.replace(made, reads=services[: reads + 1])
    more_changed = structs.replace(made, changes=services[: changes + 1])

    assert weighed(risk, made) <= weighed(risk, more_read) <= weighed(risk, more_changed)


@given(st.permutations([None, Reach(("s3",), 1), Reach((), 0, ("s3",), 1), Reach(("a", "b"), 9)]))
def test_the_widest_of_several_users_counts(several):
    """The reach of a shared credential does not depend on who told first."""
    widest = None
    for each in several:
        widest = wider(widest, each)

    assert Reach((), 0, ("s3",), 1) == widest


def test_a_credential_hears_of_its_users_reach_when_it_comes_to_a_new_place():
    """The first use from a new network tells the key what its user is known to touch."""
    there = Origin("203.0.113.7", "203.0.113.0/24", "aws-cli")
    moved = event("m1", NOON, "s3:GetObject:read", used=OWN, origin=there)
    [state] = deliver([*habits(), moved], Delivery()).states

    assert Reach(("s3", "ec2"), 3, ("s3",), 1) == (
        state.credentials[credential_key("acme", OWN.fingerprint)].reach
    )


def test_a_finding_on_a_credential_has_its_reach_children_and_status():
    """What a key's own state knows stands on its findings."""
    stream = [*habits(), issue("i1", NOON, session(1, NOON + HOUR), used=OWN), *abused()]
    [state] = deliver(stream, Delivery()).states
    holder = state.credentials[credential_key("acme", OWN.fingerprint)]
    holder.reach = Reach(("s3",), 2)
    made = with_standing(finding(OWN, time=NOON + 2 * MINUTE), holder)

    assert (("reads s3 (2 operations)",), [session(1, 0).uid], "revoked") == (
        made.reach,
        [each.uid for each in made.descendants],
        made.evidence.credential_status,
    )


def test_a_credential_of_which_nothing_is_known_is_live_while_it_works():
    """A call that was accepted shows that the credential lives."""
    who = PrincipalState.born(event("e1", NOON, "s3:ListBuckets:list"))

    assert "live" == with_standing(finding(), who).evidence.credential_status


def test_a_finding_without_a_credential_has_no_status():
    """Where the log names no credential there is nothing to say of it."""
    bare = with_standing(finding(None), CredentialState("credential:acme:x", "acme"))

    assert "" == bare.evidence.credential_status


def test_a_principal_whose_secrets_were_exposed_has_exposed_credentials():
    """A provider that names whose secret was seen, and not which, makes every one suspect."""
    seen = event("q1", NOON, "iam:AttachUserPolicy:admin", kind="exposure", child=Child(None, ADA))
    told = replay([*habits(), seen, *abused("iam:CreateUser:admin:persist")[1:]], CONFIG)

    assert {"exposed"} == {each.evidence.credential_status for each in told}


@pytest.mark.parametrize(
    ("ends", "expires", "used", "status"),
    [
        ({}, None, True, "live"),
        ({}, None, False, ""),
        ({}, 9, True, "live"),
        ({}, 5, True, "expired"),
        ({"exposed": 3}, None, True, "exposed"),
        ({"exposed": 3, "revoked": 4}, None, True, "revoked"),
        ({"exposed": 7, "revoked": 8}, None, True, "live"),
        ({"deleted": 5}, 4, False, "deleted"),
        ({"task_over": 2}, None, True, "task_over"),
    ],
)
def test_the_status_is_the_gravest_that_is_on_record_by_then(ends, expires, used, status):
    """An end counts from its own time on, an exposure unless there is an end."""
    held = structs.replace(OWN, expires=expires)

    assert status == status_of(ends, held, 5, used=used)


def test_the_alert_names_its_logs_and_the_credentials_status():
    """Readers see in which log the records stand and that the key had been revoked."""
    made = found(*habits(), *abused())
    message = alert(made, DETECTIONS[made.detection].META)

    assert ("cloudtrail",) == message.finding_info.data_sources
    assert message.unmapped.credential is not None
    assert "revoked" == message.unmapped.credential.status
