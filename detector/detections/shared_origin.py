"""One address walks through identities that have nothing to do with each other.

An office that moves, a new gateway or a fleet of runners brings many identities to a new address as
well; but those were known at one place before. Who tries one leaked key after the other is betrayed
by their owners' being strangers.
"""

from msgspec.structs import replace

from detector.detections.meta import Detection
from detector.entities.origin import Arrival
from detector.features.origin_view import OriginView
from detector.findings import Evidence, Normal

META = Detection(
    id="shared_origin",
    title="One address uses the keys of several strangers",
    summary="Three or more identities that never shared a network act from one new address.",
    severity=4,
    status="experimental",
    kind="monotone",
    attack=("T1078.004", "T1552.001"),
    owasp=("NHI2:2025", "NHI9:2025"),
    runbook="Find out whose address it is; if nobody's, revoke every key that was used from it.",
    benign="A new gateway or build service that several separate teams moved to at once.",
    check="Does the address belong to a service that all of these identities use?",
    needs=("origin.network",),
)
ON = "origin"
_STRANGERS = 3
_SCORE, _MORE, _MOST = 0.7, 0.05, 0.9


def judge(view: OriginView) -> Evidence | None:
    """The third of at least three that were never known at one place, within an hour."""
    strangers = [other for other in view.before if other.apart(view.arrival)]
    others = [one for one in strangers if _has_stranger(one, strangers)]
    if len(others) < _STRANGERS - 1:
        return None
    count = len(others) + 1
    score = min(_MOST, _SCORE + _MORE * (count - _STRANGERS))
    reasons = [f"{count} identities that never shared a network came here within an hour"]
    made = view.gather(META.id, others, score, reasons)
    return replace(made, normal=(Normal("identities new at one address", "0", str(count)),))


def _has_stranger(one: Arrival, among: list[Arrival]) -> bool:
    return any(one.apart(other) for other in among)
