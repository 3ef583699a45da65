"""What the detections make of one mark of a principal, and when several that fall short agree.

A stolen key that is tried out sweeps, probes and is unlike itself, each a little short of what the budget
asks for. Three detections that look at different things and come near say more than one of them.
"""

from msgspec.structs import replace

from detector.detections import DETECTIONS
from detector.features.view import View
from detector.findings import Evidence
from detector.pipeline.decide import FIRST_DAY
from detector.pipeline.state import State

_ON_PRINCIPAL = tuple((n, d.judge) for n, d in DETECTIONS.items() if d.ON == "principal")
_NEAR, _AGREEING, _ALLOWED = 0.6, 3, 0.05


def evidence(state: State, view: View) -> list[Evidence]:
    """The evidence that passes the decision at the view's mark: what a detection finds sufficient by
    itself, else the strongest of three or more that are near, if it falls short by 0.05 at most."""
    alone, floors = view.alone, state.floors
    out: list[Evidence] = []
    near: list[tuple[float, Evidence]] = []
    for name, judge in _ON_PRINCIPAL:
        floor = floors[name]
        if floor > 1:  # it is switched off
            continue
        floor = FIRST_DAY if alone and floor > FIRST_DAY else floor
        view.floor = min(floor, _NEAR)
        found = judge(view)
        if found is None:
            continue
        if found.score >= floor:
            out.append(found)
        else:
            near.append((floor - found.score, found))
    if out or len(near) < _AGREEING:
        return out
    near.sort(key=lambda pair: (pair[0], pair[1].detection))
    (short, strongest), *others = near
    return [_agreed(strongest, others)] if short < _ALLOWED else []


def _agreed(strongest: Evidence, others: list[tuple[float, Evidence]]) -> Evidence:
    named = ", ".join(f"{one.detection} {100 * one.score:.0f}" for _, one in others)
    reason = f"others agree, short of enough: {named}"
    return replace(strongest, reasons=(*strongest.reasons, reason))
