"""Defence impairment, persistence, sharing out: one event can be enough.

A trail stopped, a log deleted, a backdoor key made, a trust policy opened, a snapshot shared: such
an action by an identity that never did it, and whose peers do not either, is worth a page by
itself. What is routine for the identity, or the trade of its kind, is not.
"""

from detector.detections.meta import Detection
from detector.features.context import context
from detector.features.evidence import gather
from detector.features.surprise import risk
from detector.features.view import View
from detector.findings import Evidence, Normal
from schemas.event import Action

META = Detection(
    id="grave_and_new",
    title="Grave action by a credential that never did such things",
    summary="One action with a grave effect, new for the identity and rare among its peers.",
    severity=4,
    status="stable",
    kind="monotone",
    calibrated=True,
    attack=("T1685.002", "T1098", "T1098.001", "T1136.003", "T1537"),
    owasp=("NHI5:2025", "ASI03"),
    runbook="Ask the owner about the decisive event. If nobody planned it, revoke and revert it.",
    benign="A planned change by an administrator or a pipeline's first run.",
    check="Is there a change ticket or an approval for exactly this action and target?",
    needs=("action.effect",),
)
ON = "principal"
_GRAVE = frozenset({"impair_defence", "persist", "grant", "share_out", "open_network",
                    "mint_credential", "execute", "destroy"})  # fmt: skip
_MIDDLE = 3.2


def judge(view: View) -> Evidence | None:
    """Grave, and novel as an operation (or with an outside party) for this identity."""
    action = view.event.action
    novel = view.mark.novel
    if action is None or (action.effect not in _GRAVE and not _comes_in(action, novel)):
        return None
    if "operation" not in novel and "foreign" not in novel:
        return None
    nats = view.mark.gravity + view.mark.novelty + context(view, [view.mark])
    if nats < _MIDDLE:
        return None
    share = view.rarity(view.mark.value)
    reasons = [f"{action.service}:{action.operation} ({_what(action)}) is new here"]
    if share.members:
        reasons.append(f"{share.users} of {share.members} peers have done it")
    return gather(view, META.id, [view.mark], risk(nats, _MIDDLE), reasons, normal=[
        Normal("this action", "never by this identity", "once"),
    ])  # fmt: skip


def _comes_in(action: Action, novel: tuple[str, ...]) -> bool:
    """Whether a workload of an outside party takes a role by its own provider's token."""
    return action.access == "credential_issue" and bool(action.foreign) and "foreign" in novel


def _what(action: Action) -> str:
    return action.effect.replace("_", " ") or f"by {action.foreign}"
