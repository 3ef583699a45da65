"""A secret is read, and then the same identity acts in a way that is new for it.

Reading a secret and writing with it is what deployments do; so the act must be new for the
identity, grave or sensitive, and no human may have approved anything in between. An approval may
still arrive late, hence the condition is refutable.
"""

from detector.config import HOUR, MINUTE
from detector.detections.meta import Detection
from detector.features.context import context
from detector.features.evidence import gather
from detector.features.surprise import risk
from detector.features.view import View
from detector.findings import Evidence, Normal
from detector.window.marks import Mark

META = Detection(
    id="secret_read_then_act",
    title="Secret read, then acted upon, with no approval between",
    summary="After reading a secret the identity writes, issues credentials or moves data.",
    severity=4,
    status="stable",
    kind="refutable",
    calibrated=True,
    attack=("T1555.006", "T1098.001"),
    atlas=("AML.T0098", "AML.T0086"),
    owasp=("ASI02", "ASI03"),
    runbook="Rotate the secret that was read and undo the act.",
    benign="A deployment that fetches its configuration and then applies it.",
    check="Was the act part of an approved task or a deployment?",
    needs=("action.access=secret_read",),
)
ON = "principal"
_WINDOW = 15 * MINUTE
_ACTS = frozenset({"write", "delete", "admin", "credential_issue"})
_MIDDLE = 6.2
_FURTHER, _MOST_FURTHER = 0.6, 1.8  # for each unfamiliar secret after the first


def judge(view: View) -> Evidence | None:
    """A new sensitive act within 15 minutes of a secret read."""
    action = view.event.action
    if action is None or action.access not in _ACTS or "operation" not in view.mark.novel:
        return None
    reads = [m for m in view.within(_WINDOW) if _reads(m) and m.at < view.mark.at]
    routine = 0 if reads else view.window(_WINDOW).secret_reads
    if (not reads and not routine) or view.approved(view.time - HOUR):
        return None
    marks = [*reads, view.mark]
    nats = view.mark.gravity + view.mark.novelty + context(view, marks)
    nats += 1.8 if reads else 0.8
    unfamiliar = {m.event.target for m in reads if "target" in m.novel}
    nats += min(_MOST_FURTHER, _FURTHER * max(0, len(unfamiliar) - 1))
    act = f"{action.service}:{action.operation}; no approval in between"
    read = len(reads) or routine
    reason = f"read {read} secret{'s' if read > 1 else ''}, then {act}"
    return gather(view, META.id, marks, risk(nats, _MIDDLE), [reason], provisional=True, normal=[
        Normal("acts of this kind after a secret read", "0", "1"),
    ])  # fmt: skip


def _reads(mark: Mark) -> bool:
    action = mark.event.action
    return action is not None and action.access == "secret_read"
