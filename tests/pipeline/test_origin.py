"""One address and many identities: who is told, what is found, and what stays quiet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from detector.config import DAY, HOUR, MINUTE
from detector.entities.origin import MOST_ARRIVALS, OriginState
from detector.findings import Finding
from detector.pipeline.origins import presence
from detector.pipeline.state import State
from detector.replay.drive import replay
from schemas.event import ActivityEvent, Origin, Outcome, Principal, Status
from schemas.fact import Fact
from tests.pipeline.events import ADA, NOON, event, key, session
from tests.properties.delivery import CONFIG, Delivery, Result, deliver, deliveries

HERE = Origin("192.0.2.66", "192.0.2.0/24", "curl")
KEY = "origin:acme:192.0.2.66"
OFFICE = Origin("198.18.0.9", "198.18.0.0/24", "aws-cli")


def user(number: int) -> Principal:
    """One of many users."""
    return structs.replace(ADA, uid=f"aws:123456789012:user/u{number}", name=f"u{number}")


def home(number: int) -> Origin:
    """The network that only this user has."""
    return Origin(f"10.{number}.0.1", f"10.{number}.0.0/24", "aws-cli")


def past(number: int, *places: Origin) -> list[ActivityEvent]:
    """Two days of a user's habits at its own place, or at these."""
    return [
        event(f"p{number}-{day}-{n}", NOON - day * DAY + (number + n) * MINUTE, what,
              who=user(number), used=key(number), origin=place)
        for day in (2, 1)
        for place in (places or (home(number),))
        for n, what in enumerate(("s3:ListBuckets:list", "s3:GetObject:read"))
    ]  # fmt: skip


def tried(number: int, at: int, origin: Origin = HERE, status: Status = "denied") -> ActivityEvent:
    """A user's key is tried at an address."""
    return event(f"t{number}", at, "iam:CreateUser:admin", who=user(number), used=key(number),
                 origin=origin, outcome=Outcome(status))  # fmt: skip


def walk(count: int, gap: int = 10 * MINUTE) -> list[ActivityEvent]:
    """One address tries the keys of several strangers, one after the other."""
    before = [each for n in range(count) for each in past(n)]
    return [*before, *(tried(n, NOON + n * gap) for n in range(count))]


def found(*events: ActivityEvent) -> dict[str, Finding]:
    """The last revision of each finding on an origin."""
    ordered = sorted(events, key=lambda each: (each.time, each.uid))
    return {f.uid: f for f in replay(ordered, CONFIG) if f.detection == "shared_origin"}


def test_three_strangers_at_one_address_are_found():
    """The third identity decides, and every one of them is named."""
    [made] = found(*walk(3)).values()

    assert KEY == made.entity
    assert ["t0", "t1", "t2"] == [each.uid for each in made.evidence.moments]
    assert "t2" == made.evidence.decisive.uid
    assert made.command is None
    assert "experimental" in made.withheld


def test_a_fourth_adds_to_the_same_episode():
    """The walk stays one finding, however far it goes."""
    [made] = found(*walk(5, 5 * MINUTE)).values()

    assert ["t0", "t1", "t2", "t3", "t4"] == [each.uid for each in made.evidence.moments]


def test_two_are_no_walk():
    """Two identities at one address are nothing yet."""
    assert {} == found(*walk(2))


def test_a_walk_of_days_is_no_walk():
    """Arrivals more than an hour apart have nothing to do with each other."""
    assert {} == found(*walk(4, 61 * MINUTE))


def test_an_office_that_moves_is_quiet():
    """People who were known at one place come to a new one together."""
    moved = [each for n in range(5) for each in past(n, home(n), OFFICE)]

    assert {} == found(*moved, *(tried(n, NOON + n * MINUTE) for n in range(5)))


def test_what_is_neither_refused_nor_sensitive_is_quiet():
    """A new gateway through which work goes on as before is no walk."""
    moved = [
        event(f"m{n}", NOON + n * MINUTE, "s3:GetObject:read", who=user(n), used=key(n),
              origin=HERE)
        for n in range(5)
    ]  # fmt: skip

    assert {} == found(*(each for n in range(5) for each in past(n)), *moved)


def test_newcomers_are_quiet():
    """On the first day of a log every identity is new everywhere."""
    assert {} == found(*(tried(n, NOON + n * MINUTE) for n in range(5)))


@pytest.mark.parametrize(
    "changes",
    [
        {"credential": session(1, NOON + HOUR)},
        {"credential": None},
        {"origin": structs.replace(HERE, address="")},
        {"origin": structs.replace(HERE, via="lambda.amazonaws.com")},
        {"origin": None},
        {"origin": home(1)},
    ],
)
def test_only_a_long_lived_key_at_a_new_address_is_told(changes):
    """Sessions, services that act for others, known networks and unknown addresses tell nothing."""
    quiet = structs.replace(tried(1, NOON), **changes)
    [state] = deliver([*past(1), quiet], Delivery()).states

    assert {} == state.origins


def test_an_address_is_told_once_an_hour():
    """A sweep from a new address is one fact, not one for each call."""
    state = State(CONFIG)
    ran = deliver(past(1), Delivery()).states[0]
    ada = ran.principals["principal:acme:" + user(1).uid]
    sweep = [structs.replace(tried(1, NOON + n * MINUTE), uid=f"s{n}") for n in range(30)]
    told = [f for each in sweep for f in presence(ada, each, ("network",), state.horizon)]

    assert [("presence", KEY, ("10.1",))] == [(f.kind, f.entity, f.places) for f in told]


def test_an_address_that_has_gone_quiet_is_forgotten():
    """After an hour without arrivals nothing is kept of an address."""
    last = event("late", NOON + 9 * HOUR, "s3:GetObject:read", used=key(9))
    [state] = deliver([*walk(2), last], Delivery()).states

    assert {} == state.origins


def settled(ran: Result) -> dict[str, tuple[int, tuple[str, ...]]]:
    """The settled findings on origins."""
    ours = {f.uid for f in ran.findings if f.detection == "shared_origin"}
    return {uid: row for uid, row in ran.settled().items() if uid in ours}


@given(st.lists(st.integers(0, 50), min_size=1, max_size=7), deliveries)
def test_a_walk_is_the_same_in_any_order(minutes: list[int], delivery: Delivery):
    """Whatever the delivery, the same walks are found with the same evidence."""
    before = [each for n in range(len(minutes)) for each in past(n)]
    tries = [tried(n, NOON + minute * MINUTE) for n, minute in enumerate(minutes)]
    stream = sorted([*before, *tries], key=lambda each: (each.time, each.uid))
    in_order = settled(deliver(stream, Delivery()))

    assert (len(minutes) >= 3) == bool(in_order)
    assert in_order == settled(deliver(stream, delivery))


@given(st.permutations(range(MOST_ARRIVALS + 20)))
def test_an_origin_keeps_the_same_few_arrivals_in_any_order(order):
    """A crowded address keeps at most thirty-two, and the same ones."""

    def kept(numbers) -> list[str]:
        origin = OriginState(KEY, "acme")
        for n in numbers:
            made = tried(n, NOON + n)
            origin.arrive(
                Fact("presence", KEY, made.key, made.time, event=made, places=(f"10.{n}",))
            )
        return [each.event.uid for each in origin.ordered()]

    assert MOST_ARRIVALS == len(kept(order))
    assert kept(range(MOST_ARRIVALS + 20)) == kept(order)


def test_the_earliest_arrival_of_a_principal_counts():
    """An earlier event that comes late replaces what was known, a later one does not."""
    origin = OriginState(KEY, "acme")
    facts = [
        Fact("presence", KEY, user(1).uid, NOON + n, event=tried(1, NOON + n), places=("10.1",))
        for n in (5, 3, 9)
    ]

    assert [True, True, False] == [origin.arrive(fact) for fact in facts]
    assert [NOON + 3] == [each.event.time for each in origin.ordered()]


def test_an_address_without_arrivals_has_nothing_to_forget():
    """Pruning what is empty leaves it empty."""
    origin = OriginState(KEY, "acme")
    origin.prune(NOON)

    assert {} == origin.arrivals


def test_a_fact_without_an_event_is_no_arrival():
    """What names no event cannot become evidence."""
    assert not OriginState(KEY, "acme").arrive(Fact("presence", KEY, "s", NOON))
