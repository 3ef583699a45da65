"""What nobody may revoke: protected credentials and canaries get their finding and no command."""

import pytest
from msgspec import structs

from detector.config import MINUTE, EngineConfig
from detector.findings import Finding
from detector.replay.drive import replay
from schemas.event import ActivityEvent, Posture
from tests.pipeline.events import NOON, end, event, key

KEY = key(1)
PROTECTED = Posture(protected=True)


def _found(*events: ActivityEvent) -> list[Finding]:
    return list(replay(events, EngineConfig()))


def _use(uid: str, at: int, posture: Posture | None = PROTECTED) -> ActivityEvent:
    return event(uid, at, "s3:GetObject:read", used=KEY, posture=posture)


@pytest.mark.parametrize(
    ("posture", "why"),
    [
        (Posture(canary=True), "It is a canary"),
        (Posture(canary=True, protected=True), "It is a canary"),
        (Posture(protected=True, bounds="origin"), "Protected in the inventory"),
    ],
)
def test_a_spared_credential_gets_no_command(posture: Posture, why: str) -> None:
    """The alert says why nothing is revoked."""
    found = _found(_use("use", NOON, posture))

    assert found
    assert all(finding.command is None for finding in found)
    assert all(finding.withheld.startswith(why) for finding in found)


def test_a_credential_that_nobody_protects_gets_one() -> None:
    """The same use without protection leads to a command."""
    [found, *_] = _found(_use("use", NOON, Posture(bounds="origin")))

    assert found.command is not None


def test_an_end_that_comes_late_does_not_lift_protection() -> None:
    """A use that no mark stands for, found out when its end is told, is spared as well."""
    ended = structs.replace(end("end", NOON + MINUTE, KEY), source="broker")
    uses = [_use(f"u{n}", NOON + n * MINUTE) for n in (0, 2, 3)]
    found = _found(*uses, ended)

    assert {"credential_out_of_bounds"} == {finding.detection for finding in found}
    assert {"protected"} == {finding.evidence.spared for finding in found}
    assert all(finding.command is None for finding in found)


@pytest.mark.parametrize("name", ["credential_out_of_bounds", "canary_touched"])
def test_a_detection_that_is_switched_off_is_silent(name: str) -> None:
    """Also of uses that no mark stands for, and of late ones."""
    ended = end("end", NOON + MINUTE, KEY)
    uses = [_use(f"u{n}", NOON + n * MINUTE, None) for n in (0, 2, 3)]
    trap = _use("trap", NOON, Posture(canary=True))
    config = EngineConfig(disabled=frozenset({name}))
    found = list(replay([*uses, ended, trap], config))

    assert name not in {finding.detection for finding in found}
    assert found
