"""Prompts for a second factor that their owner refuses again and again.

Whoever has the password asks for the second factor until its owner gives in: the phone rings at
night, twenty times. The log shows the refusals, and where the password was typed. People mistype and
miss a prompt at their own desk, so what counts is how many in an hour, from a place or with a tool
that is not theirs. It is told before anybody has given in.

References:
    MITRE ATT&CK T1621, Multi-Factor Authentication Request Generation; the intrusion at Uber,
    September 2022, and those of the group Lapsus$ that year.
"""

from math import log1p

from detector.config import HOUR
from detector.detections.meta import Detection
from detector.features.context import ELSEWHERE, context, news
from detector.features.evidence import gather
from detector.features.surprise import risk
from detector.features.view import View
from detector.findings import Evidence, Normal
from detector.window.marks import Mark

META = Detection(
    id="mfa_fatigue",
    title="Second factor refused again and again",
    summary="A person is asked for the second factor from a place that is new, and keeps refusing.",
    severity=3,
    status="experimental",
    kind="monotone",
    calibrated=True,
    attack=("T1621", "T1078.004"),
    owasp=("ASI03",),
    runbook="The password is known to somebody else: have it changed, and end all sessions.",
    benign="A device that has been left signed in asks by itself, on the way or at a new home.",
    check="Did the person try to sign in at that time?",
    needs=("action.effect=factor_refused", "origin.network"),
)
ON = "principal"
_ENOUGH = 3
_EACH = 2.5
_COLD = 1.0
_MIDDLE = 4.0


def judge(view: View) -> Evidence | None:
    """Refusals of the last hour, weighed with the place and the tool of this one."""
    if not _refused(view.mark) or ELSEWHERE.isdisjoint(news(view, view.mark)):
        return None
    marks = [mark for mark in view.within(HOUR) if _refused(mark)]
    refused = max(len(marks), view.window(HOUR).denied)
    if refused < _ENOUGH:
        return None
    nats = _EACH * log1p(refused) + (-_COLD if view.cold else context(view, marks))
    score = risk(nats, _MIDDLE)
    reasons = [f"{refused} prompts refused within an hour, from a new place or with a new tool"]
    return gather(view, META.id, marks, score, reasons, normal=[
        Normal("prompts refused in an hour", "0", str(refused)),
    ])  # fmt: skip


def _refused(mark: Mark) -> bool:
    action = mark.event.action
    return action is not None and action.effect == "factor_refused"
