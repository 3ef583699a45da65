"""Live children: what a credential issued, as long as it lives, whatever the order of arrival."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from detector.config import HOUR, MINUTE, SECOND, ResponseConfig
from detector.entities import children
from detector.entities.children import MOST, Children
from detector.entities.credential import CredentialState
from detector.entities.principal import PrincipalState
from detector.pipeline import descent
from detector.pipeline.share import credential_key
from detector.replay.drive import replay
from detector.respond.plan import plan
from schemas.command import Descendant
from schemas.event import ActivityEvent, Outcome, Principal, Task
from schemas.fact import Fact
from tests.pipeline.events import ADA, NOON, ROOT, end, event, issue, key, session
from tests.properties.delivery import CONFIG, Delivery, deliver, deliveries
from tests.respond.findings import KEY, PERSON, SESSION, finding

OWN, SPARE = key(1), key(2)
BOB = structs.replace(ADA, uid="aws:123456789012:user/bob", name="bob")
ROLE = Principal(uid="aws:123456789012:role/app", account="123456789012", type="workload")


def abused(at: int = NOON + 10 * MINUTE) -> list[ActivityEvent]:
    """Ada's key is ended, then used: a finding on Ada, whatever the key did before."""
    return [
        end("end", at, OWN),
        event("use", at + MINUTE, "iam:ListUsers:list", used=OWN),
    ]


def listed(*before: ActivityEvent, at: int = NOON + 10 * MINUTE) -> tuple[Descendant, ...]:
    """The descendants of the first finding on Ada."""
    return next(iter(replay([*before, *abused(at)], CONFIG))).descendants


def uids(found: tuple[Descendant, ...]) -> list[str]:
    """Their public ids."""
    return [each.uid for each in found]


def test_a_finding_lists_what_its_principal_issued():
    """A session and a key for somebody else are named with their holder, birth and end."""
    temporary = session(1, NOON + HOUR)
    found = listed(
        issue("i1", NOON, temporary, used=OWN, holder=ROLE),
        issue("i2", NOON + SECOND, SPARE, used=OWN, holder=BOB),
    )

    assert [
        (temporary.uid, "session", NOON, ROLE.uid),
        (SPARE.uid, "access_key", NOON + SECOND, BOB.uid),
    ] == [(each.uid, each.kind, each.since, each.principal) for each in found]
    assert ["AWSRevokeOlderSessions" in found[0].step, "Status=Inactive" in found[1].step] == [
        True,
        True,
    ]


def test_an_expired_session_is_no_live_child():
    """What has run out by the time of the finding is not listed."""
    short, long = session(1, NOON + MINUTE), session(2, NOON + HOUR)

    assert [long.uid] == uids(
        listed(issue("i1", NOON, short, used=OWN), issue("i2", NOON, long, used=OWN))
    )


def test_a_session_of_unknown_expiry_is_over_after_a_day_and_a_half():
    """No session outlives the longest that any broker grants."""
    unknown = structs.replace(session(1, 0), expires=None)
    made = issue("i1", NOON, unknown, used=OWN)

    assert [unknown.uid] == uids(listed(made, at=NOON + 35 * HOUR))
    assert [] == uids(listed(made, at=NOON + 37 * HOUR))


def test_a_child_that_its_issuer_ended_is_gone():
    """A rotator that deletes what it made leaves nothing alive."""
    made = issue("i1", NOON, SPARE, used=OWN)

    assert [] == uids(listed(made, end("e1", NOON + MINUTE, SPARE, who=ADA)))


def test_a_child_that_somebody_else_ended_is_gone():
    """The end of a lasting child reaches whoever issued it, over the child itself."""
    made = issue("i1", NOON, SPARE, used=OWN)

    assert [] == uids(listed(made, end("e1", NOON + MINUTE, SPARE, who=ROOT)))


def test_a_child_that_is_switched_on_again_lives():
    """A key is alive after its last activation, whatever was before."""
    made = issue("i1", NOON, SPARE, used=OWN)
    off = end("e1", NOON + MINUTE, SPARE, who=ADA)
    on = issue("i2", NOON + 2 * MINUTE, SPARE, used=OWN)

    assert [SPARE.uid] == uids(listed(made, off, on))


def test_a_refused_issue_brings_nothing_into_the_world():
    """A denied call has no child."""
    refused = structs.replace(issue("i1", NOON, SPARE, used=OWN), outcome=Outcome("denied"))

    assert [] == uids(listed(refused))


def test_the_credential_in_use_is_not_its_own_child():
    """A person whose own session is abused has other sessions as children, not that one."""
    at = NOON + 10 * MINUTE
    own, other = session(1, NOON + HOUR), session(2, NOON + HOUR)
    stream = [
        issue("i1", NOON, own),
        issue("i2", NOON, other),
        end("end", at, own),
        event("use", at + MINUTE, "iam:ListUsers:list", used=own),
    ]

    assert [other.uid] == uids(next(iter(replay(stream, CONFIG))).descendants)


def test_a_credential_knows_what_was_issued_with_it():
    """The state of a key holds its live children, for findings on the key itself."""
    stream = [
        issue("i1", NOON, session(1, NOON + HOUR), used=OWN, holder=ROLE),
        issue("i2", NOON + SECOND, SPARE, used=OWN, holder=BOB),
        issue("i3", NOON + SECOND, key(3), used=OWN, holder=BOB),
        end("e3", NOON + MINUTE, key(3), who=ROOT),
        event("last", NOON + 10 * MINUTE, "iam:ListUsers:list", who=ROOT),
    ]
    [state] = deliver(stream, Delivery()).states
    rows = state.credentials[credential_key("acme", OWN.fingerprint)].children

    assert [session(1, 0).uid, SPARE.uid] == [
        row.uid for row in children.live(rows, NOON + HOUR - 1)
    ]


def test_the_command_names_each_child_with_its_end():
    """Disabling a key says what lives on, and by which call each child ends."""
    made = (Descendant(SPARE.uid, "access_key", NOON, BOB.uid),)
    command = plan(finding(descendants=made), ResponseConfig()).command

    assert command is not None
    assert ["iam:UpdateAccessKey AccessKeyId=AKIAIOSFODNN7EXAM002 Status=Inactive"] == [
        each.step for each in command.descendants
    ]
    assert any("1 child lives on" in reason for reason in command.reasons)


def test_sessions_that_end_with_the_command_do_not_live_on():
    """Ending a person's sessions by their age ends those that were obtained before, not keys."""
    who = structs.replace(PERSON, role="saml-admin")
    own = Descendant(session(1, 0).uid, "session", NOON, who.uid)
    foreign = Descendant(session(2, 0).uid, "session", NOON, ROLE.uid)
    lasting = Descendant(SPARE.uid, "access_key", NOON, who.uid)
    made = finding(SESSION, who, descendants=(own, foreign, lasting))
    command = plan(made, ResponseConfig()).command

    assert command is not None
    assert {foreign.uid, lasting.uid} == {each.uid for each in command.descendants}


def test_a_lease_ends_by_its_own_kind_of_identifier():
    """What is not of AWS is ended by what its `uid_kind` says."""
    lease = Descendant("aws/creds/ci/1", "lease", NOON, uid_kind="lease_id")
    command = plan(finding(KEY, ADA, descendants=(lease,)), ResponseConfig()).command

    assert command is not None
    assert ["POST /v1/sys/leases/revoke lease_id=aws/creds/ci/1"] == [
        child.step for child in command.descendants
    ]


def test_a_withdrawn_finding_asks_for_no_command():
    """What a late event explained is not revoked, and says so."""
    made = plan(finding(state="close", withdrawn=True), ResponseConfig())

    assert (None, True) == (made.command, made.withheld.startswith("Withdrawn:"))


def test_of_too_many_the_latest_and_the_lasting_stay():
    """The seventeenth session pushes the earliest one out, never the key beside them."""
    rows = children.issued({}, SPARE, BOB.uid, NOON - HOUR)
    for number in range(MOST):
        rows = children.issued(rows, session(number, NOON + HOUR), BOB.uid, NOON + number)
    kept = [row.uid for row in children.live(rows, NOON + MINUTE)]

    assert [SPARE.uid, *(session(number, 0).uid for number in range(1, MOST))] == kept


def test_an_end_that_names_no_credential_ends_nothing():
    """A log that does not say which secret ended leaves the children as they were."""
    nameless = structs.replace(end("e1", NOON + MINUTE, SPARE, who=ADA), child=None)

    assert [SPARE.uid] == uids(listed(issue("i1", NOON, SPARE, used=OWN), nameless))


def test_a_task_that_is_over_ends_its_token():
    """The token that was leased for a task lives no longer than the task."""
    token = session(1, NOON + HOUR)
    leased = issue("i1", NOON, token, used=OWN)
    over = event("e1", NOON + MINUTE, "broker:end:write", used=token, kind="task",
                 task=Task(uid="t1", ended=True))  # fmt: skip

    assert [] == uids(listed(leased, over))


def test_an_unknown_fact_about_a_child_changes_nothing():
    """Births are told to credentials; a principal knows its own."""
    who = PrincipalState.born(event("e1", NOON, "s3:ListBuckets:list"))
    stray = Fact("child", who.key, "principal:acme:bob", NOON, credential=SPARE)

    assert ([], {}) == (descent.told(who, stray), who.children)


def test_a_birth_that_is_told_again_after_a_crash_brings_no_child_back():
    """What has settled is known, and its end may have been forgotten since."""
    held = CredentialState(credential_key("acme", OWN.fingerprint), "acme", settled=NOON + 1)
    old, new = (
        Fact("child", held.key, "principal:acme:bob", NOON + n, credential=key(2 + n))
        for n in (0, 1)
    )

    assert ([], []) == (descent.told(held, old), descent.told(held, new))
    assert [key(3).fingerprint] == list(held.children)


def rows_of(steps: list[tuple[str, int, int]]) -> Children:
    """The rows after a list of (what, child, minute)."""
    rows: Children = {}
    for what, number, minute in steps:
        if what == "end":
            rows = children.ended(rows, key(number).fingerprint, NOON + minute * MINUTE)
        else:
            rows = children.issued(rows, key(number), BOB.uid, NOON + minute * MINUTE)
    return rows


steps = st.tuples(
    st.sampled_from(("issue", "issue", "end")), st.integers(0, MOST - 1), st.integers(0, 60)
)


@given(st.lists(steps, max_size=30).flatmap(lambda s: st.tuples(st.just(s), st.permutations(s))))
def test_rows_do_not_depend_on_the_order_of_arrival(both):
    """Issues and ends in any order, and twice, leave the same rows."""
    in_order, shuffled = both

    assert rows_of(in_order) == rows_of([*shuffled, *in_order])


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 99), st.integers(0, 600)), max_size=60))
def test_rows_stay_few_and_a_lasting_key_is_not_pushed_out_by_sessions(made):
    """At most sixteen are kept; what lasts goes before what expires by itself."""
    rows: Children = {}
    for lasting, number, minute in made:
        at = NOON + minute * SECOND
        made_one = key(number) if lasting else session(number, at + HOUR)
        rows = children.issued(rows, made_one, BOB.uid, at)
    lasting_ones = {number for lasting, number, _ in made if lasting}
    kept = sum(row.expires == 0 for row in rows.values())

    assert len(rows) <= MOST
    assert min(MOST, len(lasting_ones)) == kept


@given(deliveries)
def test_live_children_do_not_depend_on_the_delivery(delivery: Delivery):
    """However events and facts arrive, principals and credentials know the same live children."""
    stream = [
        issue("i1", NOON, session(1, NOON + 9 * HOUR), used=OWN, holder=ROLE),
        issue("i2", NOON + SECOND, SPARE, used=OWN, holder=BOB),
        issue("i3", NOON + 2 * SECOND, key(3), used=OWN, holder=BOB),
        end("e3", NOON + 3 * SECOND, key(3), who=ROOT),
        issue("i4", NOON + 4 * SECOND, key(4), used=OWN, holder=BOB),
        end("e4", NOON + 5 * SECOND, key(4), who=ADA),
        event("last", NOON + 50 * MINUTE, "iam:ListUsers:list", who=ROOT),
    ]
    known: dict[str, list[str]] = {}
    for state in deliver(stream, delivery).states:
        for who in state.principals.values():
            known[who.key] = [row.uid for row in children.live(who.children, NOON + HOUR)]
        for held in state.credentials.values():
            known[held.key] = [row.uid for row in children.live(held.children, NOON + HOUR)]

    assert {
        "principal:acme:" + ADA.uid: [session(1, 0).uid, SPARE.uid],
        credential_key("acme", OWN.fingerprint): [session(1, 0).uid, SPARE.uid],
    } == {name: found for name, found in known.items() if found}
