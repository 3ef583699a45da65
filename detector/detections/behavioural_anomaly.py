"""A window unlike the identity's own past and unlike its peers, whatever it consists of.

The fused score: surprise at each distinct operation of the last minutes, damped, with the place and
the tool it comes from, against what this identity's windows usually hold.
"""

from math import expm1

from detector.config import MINUTE
from detector.detections.meta import Detection
from detector.features.evidence import gather
from detector.features.surprise import risk, total, weigh
from detector.features.view import View
from detector.findings import Evidence, Normal
from models.base import Reason

META = Detection(
    id="behavioural_anomaly",
    title="Behaviour unlike the identity's past and its peers",
    summary="Several rare or refused operations within minutes, from an unusual place or tool.",
    severity=3,
    status="stable",
    kind="monotone",
    calibrated=True,
    attack=("T1078.004", "T1580", "T1059.009"),
    owasp=("NHI2:2025", "ASI03"),
    runbook="Read the timeline; compare with the line of normal. Ask the owner about the tool.",
    benign="A new duty, a migration, or a first run of a new tool by the same person.",
    check="Does the owner recognise the tool and the network of the decisive event?",
    needs=("action.operation",),
)
ON = "principal"
_WINDOW = 2 * MINUTE
_MIDDLE = 7.0
_MODEL_SHARE = 0.15
_MOST_MODEL = 1.5


def judge(view: View) -> Evidence | None:
    """Surprise summed over the last two minutes."""
    marks = view.within(_WINDOW)
    weights = weigh(marks)
    nats = total(view, marks, weights)
    if risk(nats + _MOST_MODEL, _MIDDLE, 1.5) < view.floor:
        return None  # however unlike its usual numbers the quarter is
    deviation = view.deviation
    nats += min(_MOST_MODEL, _MODEL_SHARE * sum(r.contribution for r in deviation))
    score = risk(nats, _MIDDLE, 1.5)
    top = [m for m in weights if m.weight > 0]
    named = ", ".join(m.value[2:] for m in top[:4])
    reasons = [f"{len(weights)} unusual operations in {_WINDOW // MINUTE} min: {named}"]
    return gather(view, META.id, marks, score, reasons, normal=[
        Normal("unusual operations in 2 min", "0", str(len(weights))),
        *(_line(reason) for reason in deviation[:3]),
    ])  # fmt: skip


def _line(reason: Reason) -> Normal:
    usual, now = (f"{expm1(x):.1f}" for x in (reason.usual, reason.observed))
    return Normal(f"{reason.name} in 15 min", usual, now)
