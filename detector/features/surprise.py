"""How much one mark, and a window of marks, speaks for abuse: an additive score in nats.

The parts are those that separate abuse from automation: how grave the action is by itself, how
unlike the identity's own past (in the measure of how often it shows anything new at all), how
unlike its peers, and whether it comes from a new place with a new tool. Volume does not occur here.
Sums over a window are damped, so that many small novelties do not add up to one grave action.

References:
    T. Ho et al.: Hopper: Modeling and detecting lateral movement. USENIX Security 2021 (rarity of
    edges with benign precedent in peers).
"""

from math import exp, log

from detector.features.view import View
from detector.window.marks import Mark

EFFECT_WEIGHT = {
    "impair_defence": 3.4,
    "share_out": 2.4,
    "persist": 2.6,
    "grant": 2.4,
    "mint_credential": 1.6,
    "open_network": 1.4,
    "execute": 1.6,
    "destroy": 1.8,
    "identity_probe": 0.7,
    "": 0.0,
}
ACCESS_WEIGHT = {
    "secret_read": 1.2, "credential_issue": 0.6, "admin": 1.0, "delete": 0.7, "write": 0.4,
}  # fmt: skip
STATUS_FACTOR = {"success": 1.0, "denied": 0.8, "dry_run": 0.9, "failure": 0.8, "not_found": 0.55}
PROVISIONERS = frozenset({"terraform", "cloudformation", "pulumi", "cdk", "crossplane", "opentofu",
                          "karpenter", "cluster-autoscaler"})  # fmt: skip
_BUILDING = frozenset({"persist", "grant", "execute", "destroy", "open_network", "mint_credential",
                       "impair_defence"})  # fmt: skip
_DAMPING = 0.72
_FOREIGN = 1.0
_DENIED = 0.5
_MOST_NOVEL = 3.5
_RARE_AMONG_PEERS = 2.3
_READING = 0.6
_PROVISIONING = 0.35
_SAME_EFFECT = 0.5
_TRADE = 0.75
_GRAVE_NEWS = 2.0
_TELLING = 10
_MOST_CONTEXT = 2.2
_SETTLED = 0.8
_LONG_SETTLED = 3.2
_SECOND_TOOL = 1.0
_READS = frozenset({"read", "list"})
_ONLY_READING = 1.5


def gravity(view: View, mark: Mark) -> float:
    """The intrinsic risk of an action. A provisioning tool that is this identity's habit builds
    and tears down for a living; that halves what building weighs."""
    action = mark.event.action
    if action is None:
        return 0.0
    weight = max(EFFECT_WEIGHT[action.effect], ACCESS_WEIGHT.get(action.access, 0.0))
    weight += stranger(view, mark)
    if (action.effect in _BUILDING and provisioner(view, mark)) or _on_behalf(view, mark):
        weight *= 0.4
    outcome = mark.event.outcome
    status = outcome.status if outcome is not None else "success"
    extra = _DENIED if status in {"denied", "dry_run"} and not _paged(mark) else 0.0
    return weight * STATUS_FACTOR.get(status, 0.0) + extra


def _on_behalf(view: View, mark: Mark) -> bool:
    """Whether a provider's service acts, for a caller or as its own automation: what was ordered
    stands in the log beside it."""
    origin = mark.event.origin
    return origin is not None and (
        bool(origin.via) or origin.client == "provider" == view.state.home
    )


def provisioner(view: View, mark: Mark) -> bool:
    """Whether a provisioning tool acts that is this identity's habit."""
    origin = mark.event.origin
    return (
        origin is not None
        and origin.client in PROVISIONERS
        and (view.cold or origin.client == view.state.home or "client" not in mark.novel)
    )


def novelty(view: View, mark: Mark) -> float:
    """How unlike the identity's own past and its peers an action is."""
    if "operation" in mark.novel:
        own = 1.0 if view.cold else min(_MOST_NOVEL, view.habits.surprise("operation"))
        weight = 1.0
    elif "target" in mark.novel:
        own = 0.0 if view.cold else min(_MOST_NOVEL, view.habits.surprise("target"))
        weight = 0.4
    else:
        return 0.0
    rarity = view.rarity(mark.value)
    share = rarity.share
    action = mark.event.action
    if action is not None and action.effect:
        share = max(share, _TRADE * view.rarity(f"e:{action.effect}").share)
        if rarity.tenant_members >= _TELLING and not provisioner(view, mark):
            own = max(own, _GRAVE_NEWS)
        if "effect" not in mark.novel:
            weight *= _SAME_EFFECT
    elif action is not None and action.access in _READS:
        weight *= _READING
    if provisioner(view, mark):
        weight *= _PROVISIONING
    return weight * own * min(1.0, -log(max(share, 0.01)) / _RARE_AMONG_PEERS)


def stranger(view: View, mark: Mark) -> float:
    """Nats for the outside party that a request lets in: none if it is one of the tenant's own
    accounts or a party that others here share with, more the less it is known."""
    action = mark.event.action
    if action is None or not action.foreign:
        return 0.0
    if action.foreign == "*":
        # an open port is that already; else everybody is no stranger in particular
        return 0.0 if action.effect == "open_network" else _FOREIGN
    rarity = view.rarity(f"f:{action.foreign}")
    if rarity.tenant_members < _TELLING:
        return _FOREIGN
    return -_FOREIGN if rarity.tenant_users else 2 * _FOREIGN


def context(view: View, marks: list[Mark]) -> float:
    """How unlike its own the places and tools of a window are: nats, once per window."""
    if view.cold:
        return _SECOND_TOOL if second_tool(view) else 0.0
    kinds = {kind for mark in marks for kind in mark.novel}
    out = 0.0
    machine = view.event.principal.type != "human"
    for kind in ("network", "client"):
        if kind in kinds:
            nats = view.habits.surprise(kind)
            out += min(_MOST_CONTEXT, nats)
            if machine:  # a machine that has not moved in weeks does not go travelling
                out += _SETTLED * max(0.0, nats - _LONG_SETTLED)
    if "credential" in kinds:
        out += 0.5
    return out


def second_tool(view: View) -> bool:
    """Whether an identity without a past acts with a tool that it did not begin with."""
    tool, home = view.mark.tool, view.state.home
    if not tool or not home or tool in PROVISIONERS:
        return False
    return tool != ("console" if home == "browser" else home)


def appraise(view: View, mark: Mark) -> None:
    """Fill in what a mark weighs by itself."""
    mark.gravity, mark.novelty = gravity(view, mark), novelty(view, mark)
    mark.weight = mark.gravity + mark.novelty


def weigh(marks: list[Mark]) -> list[Mark]:
    """The heaviest mark of each distinct operation, heaviest first. A console page's burst of reads
    is one action."""
    best: dict[str, Mark] = {}
    for mark in marks:
        name = "console" if _paged(mark) else mark.value
        old = best.get(name)
        if old is None or mark.weight > old.weight:
            best[name] = mark
    return sorted(best.values(), key=_heaviest)


def _paged(mark: Mark) -> bool:
    """A console fetches what a page may show, allowed or not; that is no act of its user's."""
    event = mark.event
    reading = event.action is not None and event.action.access in _READS
    return reading and mark.tool == "console"


def total(view: View, marks: list[Mark], weighed: list[Mark]) -> float:
    """The nats of a window: its operations, damped, with place and tool. Reading alone, without a
    refusal, is what newcomers and new scanners do, so it has to be the more unusual."""
    nats = damped(weighed) + context(view, marks)
    if all(_only_reads(mark) for mark in weighed):
        nats -= _ONLY_READING
    return nats


def _only_reads(mark: Mark) -> bool:
    action = mark.event.action
    return _paged(mark) or (
        action is not None and action.access in _READS and mark.status not in {"denied", "dry_run"}
    )


def _heaviest(mark: Mark) -> tuple[float, int, str]:
    return -mark.weight, mark.event.time, mark.event.uid


def damped(weighed: list[Mark]) -> float:
    """The weights of `weigh`, summed so that each further one counts less."""
    total, factor = 0.0, 1.0
    for mark in weighed:
        total += mark.weight * factor
        factor *= _DAMPING
    return total


def risk(nats: float, middle: float, width: float = 1.2) -> float:
    """Map nats to a risk in 0..1: one half at `middle`."""
    return 1.0 / (1.0 + exp(-(nats - middle) / width))
