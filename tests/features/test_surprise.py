"""Nats: what a use of a model weighs, and a new place by how often there was one."""

import pytest
from msgspec.structs import replace

from detector.config import DAY, HOUR, EngineConfig
from detector.entities.group import Peers
from detector.entities.opened import noted
from detector.entities.principal import PrincipalState
from detector.features.context import context, tried_out
from detector.features.surprise import gravity, total
from detector.features.view import View
from detector.window.baseline import FEATURES
from detector.window.marks import Mark
from schemas.event import Action, Credential, Origin, Outcome
from tests.pipeline.events import NOON, event, key, session

CONFIG = EngineConfig()


def view(*novel: str, past: tuple[str, ...] | None = None) -> View:
    """A view of a model's use with this that is new about it; `past` is what was new in each of
    thirty quarters of two days before, if there were any."""
    record = replace(
        event("e", NOON, "ai:Chat:read"), action=Action("ai", "Chat", "read", plane="inference")
    )
    state = PrincipalState.born(record)
    if past is not None:
        state.first = NOON - 2 * DAY
        for _ in range(30):
            state.learned.learn(version=0, fresh=frozenset(past), features=(0.0,) * FEATURES)
    return View(state, Mark(record, "o:ai:Chat", 0, novel), -1, Peers(), CONFIG)


def test_the_first_use_of_a_model_weighs_something():
    """It uses up what somebody pays for; when it is no news it is a read like any other."""
    first, again = view("operation"), view("network")

    assert [0.8, 0.0] == [gravity(seen, seen.mark) for seen in (first, again)]


def test_an_event_without_an_action_weighs_nothing():
    """A task that ends is no act."""
    seen = view("operation")
    seen.mark.event = replace(seen.event, action=None)

    assert 0.0 == gravity(seen, seen.mark)


def test_a_new_network_counts_by_how_often_there_was_one():
    """Who roams within an area is no surprise in another network of it, but in another area."""
    settled, roaming = (), ("network",)
    kinds = (("network",), ("network", "area"))
    nats = {past: [context(seen := view(*new, past=past), [seen.mark]) for new in kinds]
            for past in (settled, roaming)}  # fmt: skip

    assert nats[settled] == [pytest.approx(1.0), pytest.approx(1.0)]
    assert nats[roaming] == [pytest.approx(0.0, abs=0.1), pytest.approx(1.0)]


def machine(*novel: str) -> View:
    """A machine that has not moved in thirty quarters, with this that is new about it."""
    seen = view(*novel, past=())
    seen.event = replace(seen.event, principal=replace(seen.event.principal, type="workload"))
    return seen


def test_a_machine_that_moves_within_its_area_surprises_less():
    """Functions come from the ranges of their provider."""
    near, far = (machine("network"), machine("network", "area"))

    assert context(near, [near.mark]) < context(far, [far.mark])


def tried(count: int, *kinds: str, used: Credential | None, past: tuple[str, ...] = ()) -> float:
    """The nats of so many operations that are new, at a place of which this is new."""
    novel = ("operation", *kinds)
    seen = view(*novel, past=past)
    seen.event = replace(seen.event, credential=used)
    return tried_out(seen, [Mark(seen.event, f"o:x:{n}", 0, novel) for n in range(count)])


def test_a_key_that_is_tried_out_where_nobody_ever_was():
    """One thing after the other that its owner never does, up to a point; one alone says nothing."""
    place = ("network", "area")

    assert [0.0, 3.0, 5.0] == [tried(n, *place, used=key(1)) for n in (1, 4, 9)]
    assert tried(4, *place, used=key(1), past=("area",)) < 1.0


def test_what_is_not_a_key_being_tried_out():
    """A session, none at all, a known area, a tool that is new as well, and no past to compare with."""
    place = ("network", "area")
    lone = view("operation", *place)

    assert [0.0] * 4 == [tried(4, *place, used=session(1, NOON)), tried(4, *place, used=None),
                         tried(4, "network", used=key(1)),
                         tried(4, *place, "client", used=key(1))]  # fmt: skip
    assert 0.0 == tried_out(lone, [lone.mark])


def wrote(access: str, *novel: str, status: str = "success") -> float:
    """The nats of one write, with this that is new about it besides the operation."""
    seen = view("operation", *novel, past=())
    seen.mark.event = replace(seen.event, action=Action("x", "Put", access),  # type: ignore[arg-type]
                              outcome=Outcome(status))  # type: ignore[arg-type]  # fmt: skip
    return total(seen, [seen.mark], [seen.mark]) - context(seen, [seen.mark])


def test_plain_writing_in_the_usual_place_is_a_new_duty():
    """It weighs as little as reading does; elsewhere, refused or graver it does not."""
    rows = (wrote("write"), wrote("list"), wrote("write", "network"), wrote("delete"),
            wrote("write", status="denied"))  # fmt: skip

    assert [-1.5, -1.5, 0.0, 0.0, 0.0] == list(rows)


def test_a_session_that_goes_on_elsewhere_with_another_tool_is_the_more_unusual():
    """On a person's way to work a new place alone counts, and not the session."""
    nats = []
    for tool in ("browser", "aws-cli"):
        seen = view("network", "area", past=())
        seen.event = replace(seen.event, credential=session(1, NOON + DAY))
        desk = Origin(network="198.51.100.0/24", client=tool)
        begun = replace(seen.event, uid="b", time=NOON - HOUR, origin=desk)
        seen.mark.tool = "aws-cli"
        seen.state.opened = noted({}, begun) or {}
        nats.append(context(seen, [seen.mark]))

    assert [pytest.approx(2.5), pytest.approx(1.0)] == nats
