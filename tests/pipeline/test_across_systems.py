"""One secret in several systems: what one log tells of its end counts in all of them.

Who reports, who ends and who uses a credential are different principals in different logs; all that
they share is its fingerprint. The order of arrival makes no difference.
"""

from itertools import permutations

import pytest
from msgspec import structs

from detector.config import HOUR, MINUTE, EngineConfig
from detector.findings import Finding
from detector.replay.drive import Replay, replay
from schemas.event import (
    Action,
    ActivityEvent,
    Child,
    Credential,
    Kind,
    Origin,
    Outcome,
    Posture,
    Principal,
    Status,
    Target,
    Task,
)
from tests.pipeline.events import NOON, event, key

TOKEN = Credential("5ec2e7", uid="tok-1", uid_kind="jti", lifetime="ephemeral")
HERE, THERE = (
    Origin("10.1.0.7", "10.1.0.0/24", "gh"),
    Origin("203.0.113.9", "203.0.113.0/24", "curl"),
)


def _event(
    uid: str, minute: int, source: str, who: str, *, kind: Kind = "use", **changes: object
) -> ActivityEvent:
    made = ActivityEvent(
        uid, source, "acme", NOON + minute * MINUTE, Principal(who, type="service"), kind,
        action=Action(source, "do", "read"), origin=HERE,
    )  # fmt: skip
    return structs.replace(made, **changes)


def _use(uid: str, minute: int, origin: Origin = HERE) -> ActivityEvent:
    return _event(uid, minute, "github_audit", "github:acme/bot", credential=TOKEN, origin=origin)


def _of_token(uid: str, minute: int, source: str, kind: Kind, **changes: object) -> ActivityEvent:
    return _event(
        uid, minute, source, f"{source}:service", kind=kind, child=Child(TOKEN), **changes
    )


ISSUED = _event(
    "issue", 0, "broker", "broker:service", kind="issue",
    child=Child(structs.replace(TOKEN, expires=NOON + 5 * MINUTE), Principal("agent:7")),
)  # fmt: skip
# An identity without a past that goes on with an exposed secret may not have heard of it yet.
PAST = [_use(f"day{n}", (n - 50) * 60) for n in range(48)]
STORIES = {
    "revoked": (_of_token("end", 4, "okta", "end", note="revoked"), "it was revoked"),
    "deleted": (_of_token("end", 4, "vault", "end", note="deleted"), "it was deleted"),
    "exposed": (_of_token("exposure", 4, "gitleaks", "exposure"), "it was reported exposed"),
    "task over": (
        _of_token("task", 4, "gateway", "task", task=Task("t1", ended=True)),
        "its task had ended",
    ),
    "task at its end": (
        _of_token("task", 0, "gateway", "task", task=Task("t1", ends=NOON + 5 * MINUTE)),
        "its task had ended",
    ),
    "expired": (ISSUED, "it had expired"),
}


def _settled(*events: ActivityEvent) -> dict[str, Finding]:
    """The findings that stand at the end, whatever their revisions, by their id."""
    run = Replay(EngineConfig())
    made = [finding for event in events for finding in run.feed(event)]
    last = {finding.uid: finding for finding in [*made, *run.finish()]}
    return {
        uid: finding
        for uid, finding in last.items()
        if not finding.withdrawn and not finding.superseded_by
    }


def _told(found: dict[str, Finding]) -> set[tuple[str, str, tuple[str, ...]]]:
    return {
        (uid, finding.detection, tuple(m.uid for m in finding.evidence.moments))
        for uid, finding in found.items()
    }


@pytest.mark.parametrize("name", STORIES)
def test_what_one_system_says_of_the_end_counts_in_another(name: str) -> None:
    """Used after its end elsewhere: a finding on the user, the same in whatever order events come; a
    task's declared end only if it was told before."""
    end, reason = STORIES[name]
    events = [_use("before", 1), end, _use("after", 9, THERE)]
    results = [_settled(*PAST, *order) for order in permutations(events)]

    [found] = [f for f in results[0].values() if f.detection == "credential_out_of_bounds"]
    assert "principal:acme:github:acme/bot" == found.entity
    assert f"used after {reason}" in found.evidence.reasons
    assert "after" == found.evidence.decisive.uid
    assert "5ec2e7" == (found.evidence.credential and found.evidence.credential.fingerprint)
    in_order = [results[0]] if name == "task at its end" else results
    assert all(_told(results[0]) == _told(result) for result in in_order)


@pytest.mark.parametrize("name", STORIES)
def test_used_in_time_it_is_fine(name: str) -> None:
    """Used before its end only: nothing, in whatever order the events come."""
    end, _ = STORIES[name]
    events = [_use("first", 1), _use("second", 3, THERE), structs.replace(end, time=end.time)]

    assert all(not _settled(*order) for order in permutations(events))


def test_a_use_in_a_known_context_is_found_too() -> None:
    """After the expiry nothing changes but the time, and it is a finding all the same."""
    uses = [_use(f"u{minute}", minute) for minute in (1, 2, 3, 8, 9)]
    for events in ([ISSUED, *uses], [*uses, ISSUED], [*uses[:3], ISSUED, *uses[3:]]):
        [found] = _settled(*events).values()
        assert "credential_out_of_bounds" == found.detection
        assert "used after it had expired" in found.evidence.reasons


def test_the_system_that_issued_it_ends_it_itself() -> None:
    """What a system says of its own expiry is told to users elsewhere, and not to its own."""
    own = [structs.replace(_use(f"u{m}", m), source="broker") for m in (1, 9)]

    assert not _settled(ISSUED, *own)


def test_a_renewed_lease_goes_on() -> None:
    """The latest expiry counts, whichever is told first."""
    later = structs.replace(TOKEN, expires=NOON + 50 * MINUTE)
    again = structs.replace(ISSUED, uid="renew", time=NOON + 4 * MINUTE, child=Child(later))
    events = [ISSUED, again, _use("u1", 1), _use("u9", 9)]

    assert all(not _settled(*order) for order in permutations(events))


def test_a_use_that_declares_its_own_task_is_bound_by_that() -> None:
    """The task that the use itself names counts, not the one that was told before."""
    over, later = (Task("t2", ends=NOON + minute * MINUTE) for minute in (5, 30))
    told, _ = STORIES["task at its end"]
    use = _use("after", 9)

    assert {"credential_out_of_bounds"} == {
        f.detection for f in _settled(told, structs.replace(use, task=over)).values()
    }
    assert not _settled(told, structs.replace(use, task=later))


# ------------------------------------------------------------------------------- a stored secret


def _read(uid: str, minute: int, who: str, status: Status = "success") -> ActivityEvent:
    return _event(
        uid, minute, "vault", who, action=Action("vault", "read secret", "secret_read"),
        target=Target("secret/data/bot"), outcome=Outcome(status), child=Child(TOKEN),
    )  # fmt: skip


OUTSIDE = structs.replace(_use("stolen", 12, THERE), posture=Posture(bounds="origin"))


def test_a_stored_secret_that_is_used_outside_is_one_finding_on_it() -> None:
    """Reader, secret and user are the path of one finding on the credential, in any order."""
    events = [_use("before", 1), _read("read", 6, "vault:intern"), OUTSIDE]
    results = [_settled(*order) for order in permutations(events)]
    on_it = [f for f in results[0].values() if f.entity == "credential:acme:5ec2e7"]

    [found] = on_it
    assert "stored_secret_used" == found.detection
    assert ["read", "stolen"] == [m.uid for m in found.evidence.moments]
    assert [
        ("vault:intern", "secret/data/bot"),
        ("secret/data/bot", "github:acme/bot"),
    ] == [(step.actor, step.child) for step in found.evidence.path]
    assert all(_told(results[0]) == _told(result) for result in results)


def test_a_read_that_was_refused_hands_nothing_over() -> None:
    """Without the secret nobody can have used it."""
    found = _settled(_read("read", 6, "vault:intern", "denied"), OUTSIDE)

    assert {"credential_out_of_bounds"} == {finding.detection for finding in found.values()}


def test_the_time_between_can_be_set() -> None:
    """`secret_used_within` bounds how long a reading explains a use."""
    run = Replay(EngineConfig(secret_used_within=5 * MINUTE))
    made = [f for e in (_read("read", 6, "vault:intern"), OUTSIDE) for f in run.feed(e)]

    assert "stored_secret_used" not in {f.detection for f in [*made, *run.finish()]}


@pytest.mark.parametrize("kind", ["end", "exposure"])
@pytest.mark.parametrize("child", [Child(), Child(principal=Principal("build", type="service"))])
def test_who_ends_what_is_not_named_keeps_its_own(kind: Kind, child: Child) -> None:
    """A key that takes another away, or reports it, is none that was taken away."""
    told = event("told", NOON, "iam:DeleteLoginProfile:delete", used=key(1), kind=kind, child=child)
    after = event("after", NOON + HOUR, "s3:GetObject:read", used=key(1))

    assert [] == list(replay([told, after], EngineConfig()))
