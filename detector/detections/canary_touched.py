"""A canary is used: a credential that is there only to be found, and opens nothing.

Nobody has a reason to touch it, so no past, no peers and no budget are asked for. That it was refused
makes it no lesser: it opens nothing anyway. An inventory says which credentials are canaries, or the
canary itself does when it calls home.

References:
    Thinkst Canary: Canarytokens documentation (AWS keys, documents and hosts that report their use).
"""

from detector.detections.meta import Detection
from detector.features.evidence import gather
from detector.features.view import View
from detector.findings import Evidence, Normal

META = Detection(
    id="canary_touched",
    title="Canary credential used",
    summary="Somebody used a credential that is there only to be found.",
    severity=4,
    status="stable",
    kind="monotone",
    analytic="Rule",
    attack=("T1078.004", "T1552.001"),
    owasp=("NHI2:2025", "ASI03"),
    runbook="Leave the canary; find where it lay, who could read that, and what else lies there.",
    benign="A scanner or a colleague tried every key that they came across.",
    check="Does an announced test or scan run from the place of the decisive event?",
    needs=("credential.fingerprint",),
)
ON = "principal"
_RISK, _REFUSED = 0.9, 0.95  # a refusal ranks one lower, so it starts one higher


def judge(view: View) -> Evidence | None:
    """Any use of a canary."""
    found = view.breach
    if found is None or found.kind != "canary":
        return None
    refused = view.mark.status != "success"
    return gather(view, META.id, [view.mark], _REFUSED if refused else _RISK, [found.reason], normal=[
        Normal("uses of this credential", "0", "1"),
    ])  # fmt: skip
