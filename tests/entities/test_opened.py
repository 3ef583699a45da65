"""Where sessions were opened: the earliest event counts, in whatever order they come."""

from itertools import permutations

from msgspec.structs import replace

from detector.config import DAY, HOUR
from detector.entities.opened import _MOST, Opened, kept, noted, opening
from schemas.event import ActivityEvent, Origin
from tests.pipeline.events import NOON, event, key, session


def used(time: int, network: str, client: str = "aws-cli", number: int = 1) -> ActivityEvent:
    """A person's session is used somewhere."""
    origin = Origin(network=network, client=client)
    return event("e", time, "s3:Get:read", used=session(number, NOON + DAY), origin=origin)


def after(*events: ActivityEvent) -> Opened:
    """What is known after these events."""
    rows: Opened = {}
    for each in events:
        rows = noted(rows, each) or rows
    return rows


def test_a_session_was_opened_where_it_was_first_used():
    """The earliest event names the place and the tool, whichever comes first."""
    events = (used(NOON, "192.0.2.0/24"), used(NOON + 1, "203.0.113.0/24", "boto3"),
              used(NOON + 2, "198.51.100.0/24"))  # fmt: skip
    found = {opening(after(*order), events[2]) for order in permutations(events)}

    assert {(NOON, "192.0", "aws-cli")} == found


def test_what_says_nothing_new_changes_nothing():
    """A repeat, a key, a machine and a provider's call open no session."""
    first = used(NOON, "192.0.2.0/24")
    rows = after(first)
    robot = replace(first, principal=replace(first.principal, type="workload"))
    others = (used(NOON + 1, "203.0.113.0/24"), replace(first, credential=key(1)), robot,
              replace(first, credential=None), replace(first, origin=None), used(NOON, ""),
              replace(first, origin=Origin(network="n", via="s3.amazonaws.com")))  # fmt: skip

    assert [None] * len(others) == [noted(rows, each) for each in others]


def test_a_session_of_the_half_day_before_is_known():
    """It goes on past noon; a day later it is another one, and without a session there is none."""
    rows = after(used(NOON - 1, "192.0.2.0/24"))
    late = [opening(rows, used(NOON + h * HOUR, "203.0.113.0/24")) for h in (0, 11, 13)]

    assert [(NOON - 1, "192.0", "aws-cli")] * 2 + [None] == late
    assert opening(rows, replace(used(NOON, ""), credential=None)) is None


def test_what_nothing_can_ask_for_any_more_is_let_go():
    """Half a day after the half day in which it was opened."""
    rows = after(used(NOON - 1, "192.0.2.0/24"))

    assert [1, 1, 0] == [len(kept(rows, NOON + h * HOUR)) for h in (0, 11, 13)]


def test_of_too_many_sessions_a_hash_chooses():
    """The same ones stay, whatever the order; one that finds no room is no news."""
    events = [used(NOON + n, "192.0.2.0/24", number=n) for n in range(_MOST + 8)]
    rows = after(*events)
    gone = next(each for each in events if opening(rows, each) is None)

    assert len(rows) == _MOST
    assert rows == after(*reversed(events))
    assert noted(rows, gone) is None
