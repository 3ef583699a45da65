"""A credential used beyond its bounds: after its end, off its task, or in the wrong hands.

Declared bounds need no learning: the first event beyond one is the finding.
"""

from detector.detections.meta import Detection
from detector.features.evidence import gather
from detector.features.surprise import BY_HAND
from detector.features.view import View
from detector.findings import Evidence

META = Detection(
    id="credential_out_of_bounds",
    title="Credential used out of bounds",
    summary="Used after its end, outside its task or what the inventory allows, or by another workload.",
    severity=5,
    status="stable",
    kind="monotone",
    analytic="Rule",
    attack=("T1078.004", "T1528"),
    owasp=("NHI1:2025", "ASI03", "ASI02"),
    runbook="Revoke the credential and every child it minted; then find out who still holds it.",
    benign="A task that overran, or a broker whose end event came before the last call.",
    check="Was the credential really ended before the decisive event, and who called?",
    needs=("credential.fingerprint",),
)
ON = "principal"
_SENSITIVE = 2
_MOVES = 3.0  # nats: in one quarter of twenty at work


def judge(view: View) -> Evidence | None:
    """Whatever bound the event breaks."""
    found = view.breach
    if found is None or found.kind == "canary" or (found.kind == "exposed" and _as_ever(view)):
        return None
    return gather(view, META.id, [view.mark], found.score, [found.reason])


def _as_ever(view: View) -> bool:
    """Whether nothing but the exposure speaks against a use: its owner, who has not heard of it yet,
    goes on working where and as before. That calls for rotation, not for a page. To somebody at a
    terminal who moves about anyway a new place is as before, with the same tool and acts."""
    mark = view.mark
    moves = not view.cold and view.state.home in BY_HAND
    moves = moves and view.habits.surprise("network") < _MOVES
    strange = {"client"} if moves else {"network", "client"}
    if mark.notable >= _SENSITIVE or (moves and "network" in mark.novel):
        strange.add("operation")
    return strange.isdisjoint(mark.novel)
