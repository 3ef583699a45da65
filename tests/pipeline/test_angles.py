"""Detections that fall short of the budget, and agree."""

from detector.config import EngineConfig
from detector.detections import DETECTIONS
from detector.pipeline.decide import threshold
from detector.replay.drive import replay
from tests.detections.cases import FOLDER, Act, Case, events, read

HISTORY = read(FOLDER / "privileged_recon.yaml").history
BUDGET = 0.1
NEAR = ("machine_speed_fanout", "privileged_recon", "behavioural_anomaly")
SWEEP = Case(
    name="a short sweep from elsewhere with the usual tool",
    expect="finding",
    events=(
        Act(
            at="10:00:00",
            who="dev-3",
            origin="203.0.113.0/24",
            do=("sts:GetCallerIdentity:read:identity_probe", "s3:ListBuckets:list", "iam:ListRoles:list"),
        ),
    ),
)  # fmt: skip


def _told(config: EngineConfig) -> dict[str, tuple[float, str]]:
    """What was found: the score of each detection and its last reason."""
    found = replay(events(HISTORY, SWEEP), config)
    return {one.detection: (one.evidence.score, one.evidence.reasons[-1]) for one in found}


def test_three_that_come_near_tell_of_the_strongest() -> None:
    """It names the others; its risk stays its own."""
    told = _told(EngineConfig(budget=BUDGET))
    score, reason = told["machine_speed_fanout"]

    assert {"machine_speed_fanout"} == set(told)
    assert score < threshold(EngineConfig(budget=BUDGET), DETECTIONS["machine_speed_fanout"].META)
    assert "others agree, short of enough: privileged_recon 76, behavioural_anomaly 71" == reason


def test_two_that_come_near_tell_nothing() -> None:
    """Nor does one that is switched off agree."""
    for name in NEAR:
        assert {} == _told(EngineConfig(budget=BUDGET, disabled=frozenset({name})))


def test_three_that_are_far_from_enough_tell_nothing() -> None:
    """What a smaller budget asks for is more than they have between them."""
    assert {} == _told(EngineConfig(budget=BUDGET / 4))
