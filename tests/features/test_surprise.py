"""Nats: what a use of a model weighs, and a new place by how often there was one."""

import pytest
from msgspec.structs import replace

from detector.config import DAY, EngineConfig
from detector.entities.group import Peers
from detector.entities.principal import PrincipalState
from detector.features.surprise import context, gravity
from detector.features.view import View
from detector.window.baseline import FEATURES
from detector.window.marks import Mark
from schemas.event import Action
from tests.pipeline.events import NOON, event

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
