"""Routine: what a principal collects on the short path comes to the same as without it."""

import pytest
from msgspec.structs import replace

from detector.config import MINUTE, SECOND, EngineConfig
from detector.entities.principal import PrincipalState
from detector.entities.routine import MOST_NOTED
from detector.pipeline import State, step
from detector.pipeline.entity import read, written
from detector.window.panes import QUARTER
from schemas.event import Action, ActivityEvent, Credential, Origin, Outcome, Principal

KEY = "principal:acme:ada"
START = 40 * QUARTER


def made(number: int, time: int, operation: str = "ListBuckets") -> ActivityEvent:
    """One harmless event of the same identity, in the same place and with the same key."""
    return ActivityEvent(
        uid=f"e{number}",
        source="cloudtrail",
        tenant="acme",
        time=time,
        principal=Principal("ada"),
        action=Action("s3", operation, "list"),
        credential=Credential("9f", lifetime="static"),
        origin=Origin(network="192.0.2.0/24", client="boto3", region="us-east-1"),
    )


def after(events: list[ActivityEvent], *, routine: bool) -> PrincipalState:
    """The identity after these events, with its routine or without any."""
    state = State(EngineConfig())
    for event in events:
        if not routine and KEY in state.principals:
            state.principals[KEY].change()
            state.principals[KEY].until = 0
        step(state, event)
    principal = state.principals[KEY]
    principal.catch_up()
    return principal


@pytest.mark.parametrize(
    "times",
    [
        pytest.param([START + n * SECOND for n in range(40)], id="rising panes"),
        pytest.param([START + n * 9 * SECOND for n in range(40)], id="more panes than are kept"),
        pytest.param([START + n * 4 * MINUTE for n in range(12)], id="over quarters"),
        pytest.param(
            [START, *(START + n * SECOND for n in (30, 31, 50, 12, 13, 40, 60))], id="out of order"
        ),
        pytest.param([START + n for n in (0, 5, 3, 5, 4)], id="within a moment"),
        pytest.param([START + n * SECOND for n in (30, 12, 40, 5)], id="before the first"),
    ],
)
def test_what_repeats_is_counted_as_if_looked_at(times: list[int]):
    """The panes, the last use of the credential and what has been seen are the same."""
    events = [made(n, time) for n, time in enumerate(times)]

    short, long = after(events, routine=True), after(events, routine=False)

    assert short.panes.packed() == long.panes.packed()
    assert (short.last, short.touches, short.seen) == (long.last, long.touches, long.seen)


def test_a_region_leaves_nothing_that_depends_on_the_order():
    """The same operation in many regions: whichever of its events comes first, as much is known."""
    origin = Origin(network="192.0.2.0/24", client="boto3")
    events = [
        replace(made(n, START + n * SECOND), origin=replace(origin, region=f"eu-west-{n}"))
        for n in range(6)
    ]

    assert after(events, routine=True).seen == after(events[::-1], routine=True).seen


def test_a_newcomer_notes_the_first_of_each_operation():
    """However many come within a pane, each is known since its first time."""
    count = 3 * MOST_NOTED
    events = [made(n, START + n, f"List{n % count}") for n in range(2 * count)]

    short, long = after(events, routine=True), after(events, routine=False)

    assert [short.seen.pending[f"o:s3:List{n}"] for n in range(count)] == [
        START + n for n in range(count)
    ]
    assert (short.panes.packed(), short.seen) == (long.panes.packed(), long.seen)


@pytest.mark.parametrize("count", range(MOST_NOTED, 2 * MOST_NOTED + 3))
def test_what_was_noted_last_is_not_lost(count: int):
    """However many have been noted, all stand in the row that is written then."""
    principal = after([made(n, START + n, f"List{n}") for n in range(count)], routine=True)
    again = read(KEY, written(principal))

    assert isinstance(again, PrincipalState)
    assert {f"o:s3:List{n}" for n in range(count)} <= again.seen.pending.keys()


def test_what_a_newcomer_did_an_hour_ago_keeps_its_first_time():
    """Its first use in another hour is no first one."""
    rows = (("ListBuckets", 0), ("ListKeys", 1), ("ListBuckets", 60), ("ListKeys", 61))
    events = [made(n, START + at * MINUTE, name) for n, (name, at) in enumerate(rows)]

    short, long = after(events, routine=True), after(events, routine=False)

    assert START + MINUTE == short.seen.pending["o:s3:ListKeys"]
    assert (short.panes.packed(), short.seen) == (long.panes.packed(), long.seen)


@pytest.mark.parametrize("first", [0, 1, 2])
def test_a_throttled_call_is_no_novelty_in_any_order(first: int):
    """What was only throttled has not been done yet, whichever way the event is looked at."""
    events = [
        made(0, START),
        replace(made(1, START + 2 * SECOND, "GetBucketAcl"), outcome=Outcome("throttled")),
        replace(made(2, START + 3 * SECOND), outcome=Outcome("throttled")),
        made(3, START + 4 * SECOND, "GetBucketAcl"),
    ]

    pending = after([events[first], *events], routine=True).seen.pending

    assert START == pending["o:s3:ListBuckets"]
    assert START + 4 * SECOND == pending["o:s3:GetBucketAcl"]


def test_a_principal_without_origin_or_credential_has_a_routine_too():
    """What is not in the record is the same as before."""
    bare = [
        ActivityEvent(uid=f"e{n}", source="gateway", tenant="acme", time=START + n * SECOND,
                      principal=Principal("ada"))
        for n in range(9)
    ]  # fmt: skip

    short, long = after(bare, routine=True), after(bare, routine=False)

    assert short.panes.packed() == long.panes.packed()
    assert short.routine is not None


def test_of_one_moment_the_event_that_comes_first_by_id_names_the_home() -> None:
    """Two first events of one moment give one home in either order, also where both hold the same
    principal object, as what a source remembers does and what is read from a file does not."""
    who = Principal("ada")
    pair = [
        replace(made(n, START), principal=who, origin=Origin(client=client))
        for n, client in enumerate(("boto3", "terraform"))
    ]
    homes = {after(events, routine=True).home for events in (pair, pair[::-1])}

    assert 1 == len(homes)
