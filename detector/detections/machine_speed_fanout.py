"""Machine-speed fan-out: new breadth, in seconds, at a tempo that is not the identity's own.

Machines are fast, and Terraform is the loudest of all; so only breadth that is *new* counts, against
how much new breadth this identity usually shows, and faster than a person types.
"""

from math import expm1

from detector.config import MINUTE, SECOND
from detector.detections.meta import Detection
from detector.features.evidence import gather
from detector.features.surprise import risk, total, weigh
from detector.features.view import View
from detector.findings import Evidence, Normal
from detector.window.baseline import FEATURE_NAMES

META = Detection(
    id="machine_speed_fanout",
    title="Machine-speed fan-out beyond the identity's own past",
    summary="Many operations or services that are new for the identity, within seconds.",
    severity=4,
    status="stable",
    kind="monotone",
    calibrated=True,
    attack=("T1059.009", "T1580", "T1526"),
    owasp=("NHI2:2025", "ASI02"),
    runbook="Compare tool and network of the burst with the identity's own; then revoke the key.",
    benign="The first run of a new pipeline, or an infrastructure tool's new module.",
    check="Did the owner roll out a new tool or module at this minute?",
    needs=("action.operation",),
)
ON = "principal"
_WINDOW = MINUTE
_SHORT = 10 * SECOND
_BREADTH = 3
_TEMPO = FEATURE_NAMES.index("tempo")
_MIDDLE = 7.5


def judge(view: View) -> Evidence | None:
    """At least three new operations, of which two fall within ten seconds."""
    marks = view.within(_WINDOW)
    fresh = {m.value for m in marks if "operation" in m.novel}
    if len(fresh) < _BREADTH or (view.event.origin is not None and view.event.origin.console):
        return None
    quick = {m.value for m in view.within(_SHORT)}
    services = {m.event.action.service for m in marks if m.event.action is not None}
    if len(quick) < 2:
        return None
    nats = total(view, marks, weigh(marks))
    score = risk(nats + 0.5 * (len(services) - 1), _MIDDLE, 1.5)
    if score < view.floor:
        return None
    window = view.window(_SHORT)
    reason = (
        f"{len(fresh)} operations over {len(services)} services within {_WINDOW // SECOND} s, "
        "none of them in this identity's past"
    )
    return gather(view, META.id, marks, score, [reason], normal=[
        Normal("new operations a minute", "0", str(len(fresh))),
        Normal("events a second", f"{expm1(view.habits.usual()[_TEMPO].mean):.1f}",
               f"{window.tempo:.1f}"),
    ])  # fmt: skip
