"""Judging: what is looked at again, and what is no news."""

from msgspec.structs import replace

from detector.config import HOUR, MINUTE
from detector.pipeline import State, step
from detector.pipeline.state import NOTHING
from schemas.event import ActivityEvent, Child, Origin, Outcome
from schemas.fact import Fact, Tick
from tests.pipeline.driven import after
from tests.pipeline.events import ADA, NOON, event, key

KEY = f"principal:acme:{ADA.uid}"
OWN = "credential:acme:f001"


def use(uid: str, time: int) -> ActivityEvent:
    """Ada reads with her key."""
    return event(uid, time, "s3:GetObject:read", used=key(1))


def marks(*records: ActivityEvent) -> list[tuple[str, tuple[str, ...], float]]:
    """The id, what is new and the weight of each mark of Ada's."""
    items = after(use("first", NOON - 48 * HOUR), *records).principals[KEY].marks.items
    return [(mark.event.uid, mark.novel, mark.weight) for mark in items]


def test_a_mark_that_comes_between_others_weighs_as_if_in_time():
    """What came late stands in the windows of those after it, which are judged again."""
    rows = [
        event(f"e{n}", NOON + n * MINUTE, f"iam:Create{n}:admin", used=key(1)) for n in range(3)
    ]
    in_order = marks(*rows)

    assert ["e0", "e1", "e2"] == [uid for uid, _, _ in in_order]
    assert all(weight > 0 for _, _, weight in in_order)
    assert in_order == marks(rows[0], rows[2], rows[1])


def test_an_end_that_a_credential_knows_is_told_to_nobody_again():
    """Its users hear of it once, and of an earlier one once more."""
    state = after(use("a", NOON))
    ends = [Fact("status", OWN, "s", NOON + n, status="revoked") for n in (5, 5, 9, 2)]

    assert [[KEY], [], [], [KEY]] == [
        [fact.entity for fact in step(state, each).facts] for each in ends
    ]


def test_an_address_that_knows_an_arrival_finds_nothing_new():
    """A repeat is passed over, and so is a later one of the same principal."""
    here = Origin("192.0.2.66", "192.0.2.0/24", "curl")
    tried = [
        event(f"e{n}", NOON + n, "iam:ListUsers:list", origin=here, outcome=Outcome("denied"))
        for n in (0, 0, MINUTE)
    ]
    came = [
        Fact("presence", "origin:acme:192.0.2.66", KEY, each.time, event=each) for each in tried
    ]
    state = State()

    assert [NOTHING] * 3 == [step(state, fact) for fact in came]
    assert [NOON] == [each.event.time for each in state.origins[came[0].entity].ordered()]


def test_a_late_use_of_an_exposed_key_as_ever_is_no_finding():
    """Its owner has not heard of the exposure yet and goes on as before: a case for rotation."""
    seen = event("seen", NOON + HOUR, "iam:Report:admin", kind="exposure", child=Child(None, ADA))
    state = after(use("a", NOON), seen, Tick(NOON + 4 * HOUR))

    assert NOTHING == step(state, use("late", NOON + 2 * HOUR))
    assert 1 == state.late


def test_a_late_use_of_an_exposed_key_by_another_hand_is_a_finding():
    """From a strange network with a strange tool it is the exposure's harvest, however late it comes."""
    seen = event("seen", NOON + HOUR, "iam:Report:admin", kind="exposure", child=Child(None, ADA))
    state = after(use("a", NOON), seen, Tick(NOON + 4 * HOUR))
    elsewhere = Origin("198.51.100.7", "198.51.100.0/24", "curl")
    late = replace(use("late", NOON + 2 * HOUR), origin=elsewhere)

    told = [(finding.detection, finding.state) for finding in step(state, late).findings]

    assert [("credential_out_of_bounds", "open"), ("credential_out_of_bounds", "close")] == told
