"""`step`: what each kind of record does, and what is forgotten."""

import pytest

from detector.config import DAY, HOUR, MINUTE, EngineConfig
from detector.detections import DETECTIONS
from detector.entities.bounds import EVERY
from detector.entities.principal import MOST_BOUNDS, MOST_PATHS, SPARE, PrincipalState
from detector.pipeline import State, share, step
from detector.pipeline.decide import threshold
from detector.pipeline.snapshot import SnapshotError, restore, snapshot
from detector.pipeline.state import NOTHING
from schemas.event import ActivityEvent, Child, Credential, Origin, Task
from schemas.event import Outcome as Ended
from schemas.fact import Fact, PeerBaseline, Step, Tick
from tests.pipeline.driven import after, run
from tests.pipeline.events import ADA, NOON, ROOT, end, event, issue, key, session
from tests.properties.delivery import CONFIG

KEY = f"principal:acme:{ADA.uid}"


def use(uid: str, time: int) -> ActivityEvent:
    """Ada reads with her key."""
    return event(uid, time, "s3:GetObject:read", used=key(1))


def told(n: int, time: int, **changes: object) -> Fact:
    """A credential tells Ada that it has ended."""
    said = {"status": "revoked", "target": f"f{n:03}", **changes}
    return Fact("status", KEY, f"credential:acme:f{n:03}", time, **said)  # type: ignore[arg-type]


# -------------------------------------------------------------------------------------- records


def test_a_tick_that_goes_back_settles_nothing():
    """The watermark never falls."""
    state = after(Tick(NOON))
    before = state.bound

    assert (NOTHING, before) == (step(state, Tick(NOON - HOUR)), state.bound)


def test_a_fact_for_somebody_unknown_is_kept_by_nobody():
    """Only a path leads to an identity before its first own event."""
    assert {} == after(told(1, NOON)).principals


def test_a_fact_without_its_content_changes_nothing():
    """A baseline, a summary or a status without what it should carry is passed over."""
    state = after(
        Fact("baseline", "group:acme", "s", NOON), Fact("summary", "group:acme", "s", NOON)
    )

    assert ({}, {}) == (state.peers.versions, state.groups["group:acme"].users)


def test_a_baseline_is_received():
    """What a group tells is what peers are asked for."""
    state = after(Fact("baseline", "g", "g", NOON, baseline=PeerBaseline(1, 9, (("o:a", 3),))))

    assert (3, 9) == state.peers.usage("g", "o:a", 1)


def test_a_verdict_releases_what_is_held():
    """What an analyst calls benign becomes known, and peers are told."""
    state = after(use("a", NOON))
    ada = state.principals[KEY]
    ada.seen.held = {"o:s3:Other": (NOON, NOON + DAY)}
    out = step(state, Fact("verdict", KEY, "console", NOON + HOUR))

    assert ({}, NOON + HOUR) == (ada.seen.held, ada.seen.known["o:s3:Other"])
    assert [("o:s3:Other", "f:123456789012")] * 2 == [
        f.summary.values for f in out.facts if f.summary
    ]


# ---------------------------------------------------------------------------------- forgetting


def test_a_session_that_has_gone_quiet_is_forgotten():
    """After three days without use nobody asks for it any more; a key stays."""
    held = session(1, NOON + HOUR)
    state = after(use("a", NOON), event("b", NOON, "s3:GetObject:read", used=held))
    run(state, *(Tick(NOON + n * DAY) for n in range(5)))

    assert ["credential:acme:f001"] == list(state.credentials)


def test_a_session_in_use_is_kept():
    """What still has something to settle is not forgotten."""
    state = after(event("b", NOON, "s3:GetObject:read", used=session(1, NOON + HOUR)))
    run(state, Tick(NOON + DAY), Tick(NOON + 2 * DAY))

    assert ["credential:acme:e001"] == list(state.credentials)


def test_an_identity_that_has_gone_quiet_is_forgotten():
    """After ninety days without an event."""
    state = after(use("a", NOON), Tick(NOON + DAY), Tick(NOON + 89 * DAY))

    assert [KEY] == list(state.principals)

    run(state, Tick(NOON + 92 * DAY))

    assert {} == state.principals


def test_an_identity_with_an_open_episode_is_kept():
    """Where findings are to stay open for longer than ninety days, so do those they are about."""
    state = State(EngineConfig(budget=12.5, quiet=100 * DAY))
    run(state, use("a", NOON), end("x", NOON + MINUTE, key(1)), use("b", NOON + HOUR))
    run(state, Tick(NOON + DAY), Tick(NOON + 95 * DAY))

    assert KEY in state.principals

    run(state, Tick(NOON + 102 * DAY), Tick(NOON + 103 * DAY))

    assert KEY not in state.principals


def test_an_identity_with_a_value_from_ahead_stays_due():
    """What has not settled yet is looked at again."""
    state = after(use("a", NOON), use("b", NOON + 5 * DAY), Tick(NOON + DAY))

    assert KEY in state.due


# ------------------------------------------------------------------------------------- facts


def test_bounds_told_of_many_credentials_are_capped():
    """Of those that have settled the latest stay, and what is told of all of them stays always."""
    state = after(use("a", NOON), told(999, NOON - DAY, target=EVERY, status="exposed"))
    count = SPARE * MOST_BOUNDS + 20
    run(state, *(told(n, NOON + n) for n in range(count)))
    ada = state.principals[KEY]

    assert SPARE * MOST_BOUNDS == len(ada.credentials)
    assert EVERY in ada.credentials

    ada.told(NOON + HOUR)

    assert [EVERY, *(f"f{n:03}" for n in range(count - MOST_BOUNDS, count))] == sorted(
        ada.credentials
    )


def test_paths_that_lead_to_an_identity_are_capped():
    """Of many paths the latest stay."""
    state = after(use("a", NOON))
    count = SPARE * MOST_PATHS + 9
    for n in range(count):
        walked = (Step("root", ADA.uid, "AssumeRole", NOON + n, f"w{n}", novel=True),)
        run(state, Fact("path", KEY, "s", NOON + n, credential=key(n), path=walked))
    ada = state.principals[KEY]

    assert SPARE * MOST_PATHS == len(ada.paths)

    ada.told(NOON + HOUR)

    assert [f"f{n:03}" for n in range(count - MOST_PATHS, count)] == sorted(ada.paths)


def test_a_path_to_nobody_in_particular_is_passed_over():
    """A path names the credential at its end, or nothing can be found by it."""
    state = after(use("a", NOON), Fact("path", KEY, "s", NOON, event=use("a", NOON), principal=ADA))

    assert {} == state.principals[KEY].paths


def test_what_was_sent_is_remembered_within_bounds():
    """Of many contexts told, the later half is remembered."""
    ada = PrincipalState.born(use("a", NOON))
    said = [share.first_this_hour(ada, n, NOON + n) for n in range(3 * share._MOST_SENT)]

    assert all(said)
    assert share._MOST_SENT >= len(ada.sent)
    assert not share.first_this_hour(ada, 3 * share._MOST_SENT - 1, NOON + DAY)


def test_a_path_that_was_walked_later_is_not_gone_on_with():
    """What leads to a credential after it was used is no way to what it issued."""
    ada = PrincipalState.born(use("a", NOON))
    ada.paths = {"f001": (Step("eve", ADA.uid, "AssumeRole", NOON + HOUR, "w", novel=True),)}
    made = issue("i", NOON, key(2), used=key(1), holder=ROOT)
    paths = {fact.path[0].actor for fact in share._issued(ada, made, ("operation",), 8)}

    assert {ADA.uid} == paths


def test_an_issue_that_names_only_who_will_act_is_told_to_them():
    """Without a credential there is nobody else to tell."""
    ada = PrincipalState.born(use("a", NOON))
    made = issue("i", NOON, key(2), used=key(1))
    bare = event("i", NOON, "sts:AssumeRole:credential_issue", used=key(1), kind="issue",
                 child=Child(None, ROOT))  # fmt: skip

    assert [["issued"], ["path"]] == [
        [fact.kind for fact in share._issued(ada, each, ("operation",), 8)] for each in (made, bare)
    ]


def test_an_exposure_of_nobody_is_told_to_nobody():
    """A report names a credential or a person; else there is nothing to suspect."""
    ada = PrincipalState.born(use("a", NOON))
    reported = event("x", NOON, "iam:Quarantine:admin", kind="exposure", child=Child(None, None))

    assert [] == share.facts_of(ada, reported, (), 8)


def test_the_end_of_a_credential_that_nobody_names_is_told_to_nobody():
    """An end without a subject ends nothing."""
    ada = PrincipalState.born(use("a", NOON))

    assert [] == share.facts_of(ada, event("x", NOON, "b:End:admin", kind="end"), (), 8)


def test_a_credential_tells_its_task_and_each_of_its_ends_apart():
    """Each fact carries the time of what it says, so that the latest task can be told."""
    made = after(
        use("a", NOON),
        Fact("status", "credential:acme:f001", "s", NOON + 5, task=Task("t1", plane="retrieval")),
        Fact("status", "credential:acme:f001", "s", NOON + 9, status="revoked"),
    ).credentials["credential:acme:f001"]
    facts = share.answers(made, (KEY,))

    assert [(NOON + 9, "revoked", None), (NOON + 5, None, "t1")] == [
        (each.time, each.status, each.task and each.task.uid) for each in facts
    ]


# ------------------------------------------------------------------------------- the decision


def test_a_disabled_detection_can_never_be_reached():
    """No risk reaches two."""
    config = EngineConfig(disabled=frozenset({"grave_and_new"}))

    assert 2.0 == threshold(config, DETECTIONS["grave_and_new"].META)


def test_no_budget_is_larger_than_the_largest_prior():
    """Beyond the priors the threshold stays where it is."""
    meta = DETECTIONS["grave_and_new"].META

    assert 0.5 == threshold(EngineConfig(budget=10_000.0), meta)


# --------------------------------------------------------------------------------- snapshots


def test_what_was_learned_alone_has_no_findings_in_it():
    """A baseline for a later run carries neither marks nor episodes."""
    ended = [end("x", NOON + MINUTE, key(1)), use("b", NOON + HOUR)]
    state = after(use("a", NOON), *ended)
    kept = restore(snapshot(state, learned_only=True), CONFIG)

    assert not state.principals[KEY].episodes.idle
    assert kept.principals[KEY].episodes.idle
    assert [] == kept.principals[KEY].marks.items


def test_a_snapshot_of_a_snapshot_is_the_same_bytes():
    """Equal states give equal bytes."""
    packed = snapshot(after(use("a", NOON), end("x", NOON + MINUTE, key(1)), use("b", NOON + HOUR)))

    assert packed == snapshot(restore(packed, CONFIG))


def test_what_is_no_snapshot_is_an_error():
    """It says what was expected, and what to do about an old format."""
    with pytest.raises(SnapshotError, match="expected a snapshot of format 4, got something else"):
        restore(b"nothing", CONFIG)
    later = snapshot(State(CONFIG)).replace(b"\x04", b"\x07", 1)
    with pytest.raises(SnapshotError, match="got format 7: learn again"):
        restore(later, CONFIG)


def test_an_event_without_origin_or_outcome_is_taken_in():
    """What a log does not carry stays empty."""
    bare = event("a", NOON, "s3:GetObject:read", used=Credential("f1"), origin=None)
    half = event("b", NOON + 1, "s3:GetObject:read", origin=Origin(), outcome=Ended())

    assert 2 == after(bare, half).principals[KEY].panes.window(NOON + 1, MINUTE).events
