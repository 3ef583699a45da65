"""What detections may look at: windows of one tool, peers, and the account's own measure of rare."""

import pytest
from msgspec.structs import replace

from detector.config import DAY, HOUR, MINUTE, EngineConfig
from detector.detections import DETECTIONS
from detector.entities.credential import CredentialState, context_of
from detector.entities.group import Peers
from detector.entities.opened import noted
from detector.entities.origin import Arrival, OriginState
from detector.entities.principal import PrincipalState
from detector.features.context import news, unused_region
from detector.features.credential_view import CredentialUseView
from detector.features.origin_view import OriginView
from detector.features.surprise import gravity, stranger
from detector.features.view import View, groups_of, person_of
from detector.window.marks import Mark
from schemas.event import Action, ActivityEvent, Credential, Origin, Principal
from schemas.fact import Fact, PeerBaseline
from tests.pipeline.events import ADA, NOON, ROOT, event, issue, key, session

CONFIG = EngineConfig()


def view(record: ActivityEvent, peers: Peers | None = None, *, novel: tuple[str, ...] = ()) -> View:
    """A view of one event that is no mark of its own."""
    state = PrincipalState.born(record)
    return View(state, Mark(record, "w:ec2:Share", 3, novel), -1, peers or Peers(), CONFIG)


def sharing(foreign: str, effect: str = "share_out") -> ActivityEvent:
    """Something is opened to an outside party."""
    action = Action("ec2", "Share", "write", effect=effect, foreign=foreign)  # type: ignore[arg-type]
    return replace(event("e", NOON, "ec2:Share:write", used=key(1)), action=action)


def crowd(*values: str) -> Peers:
    """A tenant of twenty, all of whom use these values."""
    peers = Peers()
    peers.receive("group:acme", PeerBaseline(0, 20, tuple((value, 20) for value in values)))
    return peers


def test_an_event_that_is_no_mark_stands_alone():
    """A use that only a bound makes remarkable is its own window."""
    seen = view(sharing(""))

    assert [seen.mark] == seen.within(HOUR)


def test_how_far_a_quarter_deviates_is_worked_out_once():
    """Every detection that looks at one mark reads the same answer."""
    seen = view(sharing(""))

    assert seen.deviation is seen.deviation


def test_an_open_port_is_no_stranger_in_particular():
    """Everybody may come to an open port; everybody at a shared disk is one stranger."""
    rows = (sharing("*", "open_network"), sharing("*"))

    assert [0.0, 1.6] == [stranger(view(row), view(row).mark) for row in rows]


def test_a_party_that_others_share_with_is_no_stranger():
    """Where peers can tell, an unknown party counts twice and a known one speaks for the act."""
    party = "210987654321"
    rows = (Peers(), crowd(f"f:{party}"), crowd("o:s3:Get"))

    assert [1.0, -1.0, 2.0] == [
        stranger(seen, seen.mark) for seen in (view(sharing(party), peers) for peers in rows)
    ]


def test_everybody_in_a_trust_policy_is_an_open_door():
    """Whoever has an account of any kind may take the role."""
    row = view(sharing("*", "persist"))

    assert 3.6 == stranger(row, row.mark)


def test_a_workload_of_an_unknown_owner_comes_in():
    """Whose workloads take roles here daily is no stranger; where nobody can tell, nobody is."""
    owner = "federated:token.example/acme"
    action = Action("sts", "AssumeRoleWithWebIdentity", "credential_issue", foreign=owner)
    record = replace(sharing(""), action=action)
    rows = (Peers(), crowd(f"f:{owner}"), crowd("o:s3:Get"))

    assert [0.0, 0.0, 4.4] == [
        stranger(seen, seen.mark) for seen in (view(record, peers) for peers in rows)
    ]


def test_a_region_is_unused_when_nobody_of_many_was_ever_there():
    """A few peers cannot tell, and what is no news of the mark's is not looked at."""
    here = Origin(network="192.0.2.0/24", region="ap-east-1")
    record = replace(sharing("", "execute"), origin=here)
    many, some = Peers(), crowd("r:eu-west-1")
    many.receive("group:acme", PeerBaseline(0, 40, (("r:eu-west-1", 40),)))
    known = Peers()
    known.receive("group:acme", PeerBaseline(0, 40, (("r:ap-east-1", 1),)))
    rows = [view(record, peers, novel=("region",)) for peers in (many, some, known)]
    rows += [view(record, many), view(replace(record, origin=None), many, novel=("region",))]

    assert [True, False, False, False, False] == [unused_region(seen, seen.mark) for seen in rows]
    assert 1.5 == pytest.approx(gravity(rows[0], rows[0].mark) - gravity(rows[2], rows[2].mark))


def replayed(place: str, tool: str, *, opened_at: int = 0) -> View:
    """A person's session, opened in an office from a terminal, is used here."""
    office = Origin(network="192.0.2.0/24", client="aws-cli")
    begun = event("b", NOON + opened_at, "s3:Get:read", used=session(1, NOON + DAY), origin=office)
    record = replace(begun, uid="e", time=NOON + HOUR, origin=Origin(network=place, client=tool))
    seen = view(record)
    seen.mark.tool = tool
    seen.state.opened = noted({}, begun) or {}
    return seen


def test_a_session_is_carried_off_when_place_and_tool_are_others():
    """A laptop on its way keeps its tool, and a script at the desk its place."""
    rows = [replayed("203.0.113.0/24", "boto3"), replayed("203.0.113.0/24", "aws-cli"),
            replayed("192.0.2.0/24", "boto3"),
            replayed("203.0.113.0/24", "boto3", opened_at=2 * HOUR)]  # fmt: skip
    nowhere = replayed("203.0.113.0/24", "boto3")
    nowhere.event = replace(nowhere.event, origin=None)
    unknown = replayed("203.0.113.0/24", "boto3")
    unknown.state.opened = {}

    assert [True, False, False, False, False, False] == [
        seen.carried_off for seen in (*rows, nowhere, unknown)
    ]


def test_nobody_let_in_is_no_stranger():
    """An act without an outside party weighs nothing here."""
    assert 0.0 == stranger(view(sharing("")), view(sharing("")).mark)


def test_a_permission_set_is_one_role_in_every_account():
    """The hash that Identity Center adds is left out of the peer group's name."""
    who = replace(ADA, role="AWSReservedSSO_Admin_0123456789abcdef")
    state = PrincipalState.born(event("e", NOON, "s3:Get:read", who=who))

    assert (
        "group:acme|role|AWSReservedSSO_Admin",
        "group:acme|human|aws-cli",
        "group:acme",
    ) == groups_of(state)


def test_the_identities_of_a_person_are_one_group_of_their_own():
    """Single sign-on names a person alike in every account; a user's name is only that user's."""
    mail = replace(ADA, name="ada@acme.example")
    session = replace(ADA, name="ada", session="ada")
    rows = (mail, session, replace(ADA, name="ada"), replace(mail, type="workload"))

    assert ["group:acme|person|ada@acme.example", "group:acme|person|ada", "", ""] == [
        person_of(PrincipalState.born(event("e", NOON, "s3:Get:read", who=who))) for who in rows
    ]


def test_what_a_person_carries_along_is_not_new():
    """A place and a tool that a person is known by elsewhere are no news; those of others are."""
    mail = replace(ADA, name="ada@acme.example")
    here = Origin(network="192.0.2.0/24", client="boto3")
    record = replace(event("e", NOON, "s3:Get:read", who=mail), origin=here)
    peers = Peers()
    known = (("c:boto3", 1), ("n:192.0.2.0/24", 1))
    peers.receive("group:acme|person|ada@acme.example", PeerBaseline(0, 2, known))
    kinds = ("operation", "network", "area", "client")
    views = (view(record, peers, novel=kinds), view(record, novel=kinds))

    assert [{"operation"}, set(kinds)] == [news(seen, seen.mark) for seen in views]
    assert [True, False] == [seen.well_known for seen in views]


# ------------------------------------------------------------------------ conditions of detections


def minted(
    at: int, network: str, peers: Peers | None = None, **changes: object
) -> CredentialUseView:
    """A key that root minted for Ada, used `at` ms later from a network."""
    made = issue("i", NOON, key(2), used=key(1), who=ROOT)
    state = CredentialState("credential:acme:f002", "acme")
    said = {"novel": ("operation",), "event": made, **changes}
    state.issued = Fact("issued", state.key, made.key, NOON, **said)  # type: ignore[arg-type]
    used = event("u", NOON + at, "s3:ListBuckets:list", used=key(2),
                 origin=Origin(network=network, client="curl"))  # fmt: skip
    fact = Fact("context", state.key, used.key, used.time, event=used, novel=("network",))
    state.used(replace(fact, context=context_of(used)))
    return CredentialUseView(state, state.ordered()[0], [], CONFIG, peers or Peers())


def speaks(seen: CredentialUseView) -> bool:
    """Whether the detection finds something."""
    return DETECTIONS["minted_then_used"].judge(seen) is not None


def test_a_minted_key_speaks_only_from_elsewhere_and_within_a_day():
    """Its issuer's own network, a day later, and a minting that nobody saw say nothing."""
    away, home = "198.51.100.0/24", "192.0.2.0/24"
    mute = minted(MINUTE, away)
    mute.state.issued = None

    assert [True, False, False, False] == [
        speaks(minted(MINUTE, away)),
        speaks(minted(MINUTE, home)),
        speaks(minted(2 * DAY, away)),
        speaks(mute),
    ]


def test_a_minting_that_is_routine_says_nothing():
    """Neither does one by somebody of whom nothing is known yet."""
    away = "198.51.100.0/24"

    assert [False, False] == [
        speaks(minted(MINUTE, away, novel=novel)) for novel in ((), ("operation", "principal"))
    ]


def test_an_event_without_an_action_reads_no_secret():
    """A task's end is neither a bulk read nor an unfamiliar one."""
    bare = replace(event("e", NOON, "a:b:read"), action=None)

    assert None is DETECTIONS["mass_secret_read"].judge(view(bare))


def test_a_principal_counts_once_at_an_address():
    """Who comes twice within the hour is one stranger."""
    rows = [
        Arrival(event(f"e{n}", NOON + n * MINUTE, "iam:X:admin", who=Principal(name)), (), (name,))
        for n, name in enumerate(("a", "a", "b"))
    ]
    here = OriginView(OriginState("origin:acme:x", "acme"), rows[2], rows[:2])

    assert ["e0"] == [each.event.uid for each in here.before]


def test_a_batch_of_secrets_counts_as_several():
    """One call that returns many secrets is no single read."""
    rows = ("BatchGetSecretValue", "GetParametersByPath", "GetSecretValue")
    seen = [
        view(event("e", NOON, f"secretsmanager:{name}:secret_read", used=Credential("x")),
             novel=("operation",))
        for name in rows
    ]  # fmt: skip
    found = [DETECTIONS["mass_secret_read"].judge(each) is not None for each in seen]

    assert [True, True, False] == found


def after_sign_in(source: str = "snowflake", minutes: int = 3) -> View:
    """A record that names neither address nor tool, after a sign-in that named both."""
    begun = replace(event("b", NOON, "snowflake:login:read"), source="snowflake")
    record = replace(begun, uid="e", time=NOON + minutes * MINUTE, source=source, origin=None)
    state = PrincipalState.born(begun)
    state.marks.add(begun, "o:snowflake:login", 0)
    state.marks.add(record, "o:snowflake:unload", 3)
    return View(state, state.marks.items[1], 1, Peers(), CONFIG)


def test_who_signed_in_is_at_work_where_a_log_does_not_say():
    """A query's record has no address: the tool is the one of the last sign-in in the same log, and
    both are looked at together."""
    seen = after_sign_in()

    assert ("aws-cli", ["b", "e"]) == (seen.tool, [m.event.uid for m in seen.within(HOUR)])


@pytest.mark.parametrize(("source", "minutes"), [("okta", 3), ("snowflake", 61)])
def test_a_sign_in_elsewhere_or_long_ago_says_nothing(source: str, minutes: int):
    """Another log's sign-in is another session, and so is one of more than an hour ago."""
    seen = after_sign_in(source, minutes)

    assert ("", ["e"]) == (seen.tool, [m.event.uid for m in seen.within(2 * HOUR)])
