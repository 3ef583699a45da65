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
    out, near, short = [], [], _ALLOWED
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
            near.append(found)
            short = min(short, floor - found.score)
    if out or len(near) < _AGREEING or short >= _ALLOWED:
        return out
    return [_agreed(near)]


def _agreed(near: list[Evidence]) -> Evidence:
    near.sort(key=lambda one: (-one.score, one.detection))
    others = ", ".join(f"{one.detection} {100 * one.score:.0f}" for one in near[1:])
    return replace(near[0], reasons=(*near[0].reasons, f"others agree, short of enough: {others}"))
