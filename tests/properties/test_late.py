"""What comes too late, or from another century: counted, still checked against bounds, moves nothing."""

from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from detector.config import DAY, HOUR, MINUTE, EngineConfig
from detector.pipeline import State, step
from detector.replay.drive import Replay
from schemas.event import ActivityEvent, Principal
from schemas.fact import Fact, Tick
from tests.pipeline.events import ADA, NOON, end, event, key, session
from tests.properties.delivery import CONFIG, Delivery, deliver, deliveries
from tests.properties.stories import BEGIN, Scene, plots, story
from tests.replay.logs import Read, lines, record

FEW = settings(max_examples=max(1, settings().max_examples // 4))
ADA_KEY = f"principal:acme:{ADA.uid}"
HARMLESS = event("late", NOON - HOUR, "s3:GetObject:read", used=key(1))


def settled_until(time: int, *events: ActivityEvent) -> State:
    """A state that has taken these events in, and settled what was before `time`."""
    state = State(CONFIG)
    for each in sorted(events, key=lambda each: each.time):
        queue: deque[ActivityEvent | Fact] = deque([each])
        while queue:
            queue.extend(step(state, queue.popleft()).facts)
    step(state, Tick(time, final=True))
    return state


# ------------------------------------------------------------------------------ counted, checked


def test_a_late_event_is_counted_for_its_identity_and_for_all():
    """An event from before all that is settled is counted, and moves no window."""
    state = settled_until(NOON, event("e", NOON - MINUTE, "s3:GetObject:read", used=key(1)))
    before = state.principals[HARMLESS.key].panes.packed()
    step(state, HARMLESS)
    ada = state.principals[HARMLESS.key]

    assert (1, 1, before) == (state.late, ada.late, ada.panes.packed())


def test_the_first_event_of_an_identity_may_be_late():
    """Somebody who was never seen before is counted as well."""
    state = settled_until(NOON)
    step(state, HARMLESS)

    assert (1, 1) == (state.late, state.principals[HARMLESS.key].late)


def test_a_late_use_of_an_ended_key_is_found():
    """The bounds of a credential are checked whatever the time."""
    used = event("use", NOON - 9 * HOUR, "s3:GetObject:read", used=key(1))
    state = settled_until(NOON, used, end("end", NOON - 8 * HOUR, key(1)))
    late = event("late", NOON - 7 * HOUR, "iam:ListUsers:list", used=key(1))
    made, closed = step(state, late).findings

    assert ("credential_out_of_bounds", "open") == (made.detection, made.state)
    assert ["late"] == [moment.uid for moment in made.evidence.moments]
    assert (made.uid, "close") == (closed.uid, closed.state)


def test_a_late_use_of_an_expired_session_is_found():
    """A bound that the event itself names needs nothing that is remembered."""
    late = event("late", NOON - HOUR, "s3:GetObject:read", used=session(1, NOON - 2 * HOUR))
    found = step(settled_until(NOON), late).findings

    assert {"credential_out_of_bounds"} == {each.detection for each in found}


def test_a_late_use_within_bounds_finds_nothing():
    """A late event alone is no reason to alert."""
    assert () == step(settled_until(NOON), HARMLESS).findings


def test_a_late_repeat_of_a_finding_is_no_news():
    """What lies within an episode has been told, while it lives and after it is over."""
    uses = [
        event("use", NOON, "s3:GetObject:read", used=key(1)),
        end("end", NOON + MINUTE, key(1)),
        event("a", NOON + 20 * MINUTE, "iam:ListUsers:list", used=key(1)),
        event("b", NOON + 50 * MINUTE, "iam:ListUsers:list", used=key(1)),
    ]
    lasting = settled_until(NOON + 2 * HOUR, *uses)
    over = settled_until(NOON + 2 * DAY, *uses)

    assert ((), ()) == (step(lasting, uses[2]).findings, step(over, uses[3]).findings)
    assert (1, 1) == (lasting.late, over.late)


def test_late_evidence_before_an_episode_makes_no_second_one():
    """It joins the episode that lives, whose id stays."""
    uses = [
        event("use", NOON, "s3:GetObject:read", used=key(1)),
        end("end", NOON + MINUTE, key(1)),
        event("b", NOON + 90 * MINUTE, "iam:ListUsers:list", used=key(1)),
    ]
    state = settled_until(NOON + 2 * HOUR, *uses)
    [live] = state.principals[ADA_KEY].episodes.settled.values()
    found = step(state, event("a", NOON + 30 * MINUTE, "iam:ListUsers:list", used=key(1))).findings

    assert {live.uid} == {finding.uid for finding in found}
    assert [live.uid] == [e.uid for e in state.principals[ADA_KEY].episodes.settled.values()]


@given(plots, deliveries, st.data())
@FEW
def test_a_second_delivery_hours_later_changes_nothing(
    plot: list[Scene], delivery: Delivery, data: st.DataObject
) -> None:
    """Records that come again after everything has settled change no finding, and are counted."""
    events = story(plot)
    again = data.draw(st.lists(st.sampled_from(events[-60:]), max_size=20, unique=True))
    strays = [(events[-1].time + HOUR + n * 17 * MINUTE, each) for n, each in enumerate(again)]
    found = deliver(events, delivery, strays=strays)

    assert deliver(events, Delivery()).settled() == found.settled()
    if not delivery.crashes:
        assert len(again) == sum(state.late for state in found.states)


# -------------------------------------------------------------------------------- other centuries


@pytest.mark.parametrize("year", [1970, 2100])
@given(plot=plots, at=st.integers(0, 60))
@FEW
def test_one_event_from_another_century_changes_nobody_elses_findings(
    year: int, plot: list[Scene], at: int
) -> None:
    """Only ticks move the watermark: one record dated 1970 or 2100 loses no window."""
    events = story(plot)
    odd = replace(
        HARMLESS, uid="odd", time=(year - 1970) * 365 * DAY, principal=Principal(uid="odd")
    )
    found = deliver(events, Delivery(), strays=[(events[-1].time - at * MINUTE, odd)])

    assert deliver(events, Delivery()).settled() == found.settled()


@pytest.mark.parametrize("year", [1970, 2100])
def test_an_identity_survives_a_stray_time_of_its_own(year: int):
    """After one record of its own with such a date, what it does is found as before."""
    events = story([Scene("grave", 0, minute=90, place=1, tool=3)])
    odd = replace(events[0], uid="odd", time=(year - 1970) * 365 * DAY + MINUTE)
    found = deliver(events, Delivery(), strays=[(BEGIN + 2 * DAY + 9 * HOUR, odd)]).settled()
    expected = deliver(events, Delivery()).settled()

    assert expected
    assert expected == {uid: found.get(uid) for uid in expected}


@pytest.mark.parametrize("stray", ["1970-01-01T00:00:01Z", "2100-01-01T00:00:00Z"])
def test_a_folder_with_a_stray_time_gives_the_findings_of_one_without(tmp_path, stray: str):
    """Read from files, a record from another century is a dead letter, and every finding stays."""

    def found(name: str, *more: bytes) -> dict[str, int]:
        (tmp_path / f"{name}.json").write_bytes(lines(*_attack(), *more))
        run = Replay(EngineConfig(budget=12.5))
        made = [each for one in Read([tmp_path / f"{name}.json"]).events for each in run.feed(one)]
        return {each.uid: each.severity for each in [*made, *run.finish()]}

    odd = record(9_999).replace(b"2024-01-07T22:39:00Z", stray.encode())

    assert stray.encode() in odd
    assert found("without")
    assert found("without") == found("with", odd)


def _attack() -> list[bytes]:
    """Two days of habits, and then a trail is stopped with another tool from elsewhere."""
    grave = {
        "eventSource": "cloudtrail.amazonaws.com",
        "eventName": "StopLogging",
        "sourceIPAddress": "198.51.100.9",
        "userAgent": "curl/8.1",
    }
    return [*(record(n, n * 60) for n in range(48)), record(48, 48 * 60, **grave)]


# -------------------------------------------------------------------------------------- lateness


@given(plots, st.integers(0, 2**16))
@FEW
def test_a_source_six_hours_late_loses_nothing_when_that_is_its_lateness(
    plot: list[Scene], seed: int
) -> None:
    """With the lateness that a source needs, any order within it gives the same findings."""
    config = EngineConfig(budget=12.5, lateness={"cloudtrail": 6 * HOUR, "token_use": MINUTE})
    events = story(plot)
    late = deliver(events, Delivery(seed=seed, late=1.0, tick_gap=10 * MINUTE), config)

    assert deliver(events, Delivery(), config).settled() == late.settled()
    assert 0 == sum(state.late for state in late.states)
