"""Reconnaissance that is refused: who am I, what may I do, list everything, many denials.

Posture scanners list everything all day and people mistype; so what counts is refusals and probes
that are new for this identity, several of them, from an identity that is not refused as a habit.
"""

from detector.config import MINUTE
from detector.detections.meta import Detection
from detector.features.evidence import gather
from detector.features.surprise import risk, total, weigh
from detector.features.view import View
from detector.findings import Evidence, Normal
from detector.window.marks import Mark

META = Detection(
    id="privileged_recon",
    title="Denied and probing sweep",
    summary="Several probing or refused operations that are new for the identity.",
    severity=3,
    status="stable",
    kind="monotone",
    calibrated=True,
    attack=("T1580", "T1087.004", "T1526", "T1069.003"),
    owasp=("NHI2:2025",),
    runbook="Find the tool behind the sweep. A stolen key is usually tried out like this first.",
    benign="A new scanner, or a person exploring a fresh account.",
    check="Is a scanner or a new team member expected to list this account?",
    needs=("action.access=list",),
)
ON = "principal"
_WINDOW = 15 * MINUTE
_REFUSED = frozenset({"denied", "dry_run"})
_MIDDLE = 6.5
_ENOUGH = 2


def judge(view: View) -> Evidence | None:
    """Two or more distinct refused or probing operations, new for this identity."""
    if not _probes(view.mark):
        return None
    marks = [m for m in view.within(_WINDOW) if _probes(m)]
    refused = sum(m.status in _REFUSED for m in marks)
    if not refused and not any(_asks_who(m) for m in marks):
        return None
    weights = weigh(marks)
    if len(weights) < _ENOUGH:
        return None
    nats = total(view, marks, weights) + min(2.0, 0.2 * refused)
    score = risk(nats, _MIDDLE, 1.5)
    if score < view.floor:
        return None
    refusals = max(refused, view.window(_WINDOW).denied)
    reasons = [f"{len(weights)} probing operations in 15 min, {refused} refused"]
    return gather(view, META.id, marks, score, reasons, normal=[
        Normal("probing operations in 15 min", "0", str(len(weights))),
        Normal("refused calls in 15 min", "0", str(refusals)),
    ])  # fmt: skip


def _probes(mark: Mark) -> bool:
    action = mark.event.action
    if action is None or not mark.novel:
        return False
    return mark.status in _REFUSED or action.access == "list" or _asks_who(mark)


def _asks_who(mark: Mark) -> bool:
    action = mark.event.action
    return action is not None and action.effect == "identity_probe"
