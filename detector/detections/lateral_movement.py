"""A path of assumed, minted or exchanged identities that has not been walked before.

Each novel hop is forwarded to the identity that will act, so the path is judged where it ends: by
its length, by how new its edges are, and by what is done there.

References:
    T. Ho et al.: Hopper: Modeling and detecting lateral movement. USENIX Security 2021.
"""

from math import log

from detector.config import HOUR
from detector.detections.meta import Detection
from detector.features.context import context
from detector.features.evidence import gather
from detector.features.surprise import READS, risk, unfamiliar
from detector.features.view import View
from detector.findings import Evidence, Normal
from detector.window.marks import Mark

META = Detection(
    id="lateral_movement",
    title="Lateral movement along a new path of identities",
    summary="A path of identities that nobody walked before ends in a sensitive action.",
    severity=4,
    status="stable",
    kind="monotone",
    calibrated=True,
    attack=("T1021.007", "T1548.005", "T1550.001", "T1078.004"),
    owasp=("NHI5:2025", "ASI03"),
    runbook="Revoke from the path's beginning to its end; look at each hop's own timeline.",
    benign="A new cross-account deployment role, or an administrator's first visit.",
    check="Is the first hop's owner expected to work as the last hop's identity?",
    needs=("child.credential.fingerprint", "kind=issue"),
)
ON = "principal"
_MIDDLE = 6.0
_LOOKING = 0.5
_PER_FOLD, _MOST_CARRIED = 1.5, 3.0
_STRANGER = 2.5  # other hands took the first step, whatever the last one does


def judge(view: View) -> Evidence | None:
    """Sensitive marks at the end of a path with at least one new edge."""
    path = view.path
    fresh = sum(step.novel or step.strange for step in path)
    if not fresh or view.mark.notable < 1:
        return None
    marks = [m for m in view.within(HOUR) if m.event.credential == view.event.credential]
    best = max((_weight(m) for m in marks), default=0.0)
    nats = (
        _STRANGER * any(step.strange for step in path)
        + 1.2 * fresh
        + 0.8 * (len(path) - 1)
        + best
        + _carried(marks)
        + context(view, marks)
    )
    walked = " → ".join([path[0].actor, *(step.child for step in path)])
    reasons = [f"path {walked}: {fresh} of {len(path)} hops never walked before"]
    return gather(view, META.id, marks, risk(nats, _MIDDLE), reasons, normal=[
        Normal("new hops on a path", "0", str(fresh)),
    ])  # fmt: skip


def _carried(marks: list[Mark]) -> float:
    """Secrets in number at the end of a path: what it was walked for."""
    secrets = {m.event.target.uid for m in marks if m.event.target is not None and unfamiliar(m)}
    return min(_MOST_CARRIED, _PER_FOLD * log(max(1, len(secrets))))


def _weight(mark: Mark) -> float:
    """What is done at the end: looking around counts less than changing something, however new."""
    action = mark.event.action
    looks = action is None or action.access in READS
    return mark.gravity + (_LOOKING if looks else 1.0) * mark.novelty
