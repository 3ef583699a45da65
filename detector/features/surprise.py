"""How much one mark, and a window of marks, speaks for abuse: an additive score in nats.

The parts are those that separate abuse from automation: how grave the action is by itself, how
unlike the identity's own past (in the measure of how often it shows anything new at all), how
unlike its peers, and whether it comes from a new place with a new tool. Volume does not occur here.
Sums over a window are damped, so that many small novelties do not add up to one grave action.

References:
    T. Ho et al.: Hopper: Modeling and detecting lateral movement. USENIX Security 2021 (rarity of
    edges with benign precedent in peers).
"""

from math import exp

from detector.features.context import (
    ELSEWHERE,
    MANY,
    PROVISIONERS,
    TELLING,
    context,
    news,
    tried_out,
    unshared,
    unused_region,
)
from detector.features.view import Rarity, View
from detector.window.marks import Mark
from schemas.event import Action

EFFECT_WEIGHT = {
    "impair_defence": 3.4,
    "share_out": 2.4,
    "persist": 2.6,
    "grant": 2.4,
    "mint_credential": 1.6,
    "open_network": 1.9,
    "execute": 1.6,
    "destroy": 1.8,
    "identity_probe": 0.7,
    "factor_refused": 0.7,
    "": 0.0,
}
ACCESS_WEIGHT = {
    "secret_read": 1.2, "credential_issue": 0.6, "admin": 1.0, "delete": 0.7, "write": 0.4,
}  # fmt: skip
STATUS_FACTOR = {"success": 1.0, "denied": 0.8, "dry_run": 0.9, "failure": 0.8, "not_found": 0.55}
_BUILDING = frozenset({"persist", "grant", "execute", "destroy", "open_network", "mint_credential",
                       "impair_defence"})  # fmt: skip
_NO_BUILDING = ("Stop", "Leave")
# What goes on inside a machine that runs: a provisioner starts machines and does not enter them.
_ENTERING = frozenset({"SendCommand", "StartSession", "ResumeSession", "ExecuteCommand",
                       "SendSSHPublicKey", "SendSerialConsoleSSHPublicKey"})  # fmt: skip
_DAMPING = 0.72
_FOREIGN, _EVERYBODY, _OPEN_DOOR, _TAKES_ROLE = 1.0, 1.6, 3.6, 4.4
_UNUSED_REGION = 1.5
_DENIED = 0.5
_MOST_NOVEL = 3.5
_READING = 0.6
_PROVISIONING = 0.35
_SAME_EFFECT = 0.5
_TRADE = 0.75
_NEWS_COLD, _NEWS_PERSON, _NEWS_UNHEARD, _NEWS_TERMINAL, _NEWS_MACHINE = 1.2, 1.2, 1.8, 2.0, 4.5
BY_HAND = frozenset({"aws-cli", "browser", "console"})
_NEWCOMER = 0.6
_JOB, _ROLE, _SEVERAL = 0.6, 0.8, 2
READS = frozenset({"read", "list"})
_HARMLESS = 1.5
_MODEL_USE = 0.8
_TO_ITSELF = 1.6


def gravity(view: View, mark: Mark) -> float:
    """The intrinsic risk of an action. A provisioning tool that is this identity's habit builds
    and tears down for a living; that halves what building weighs."""
    action = mark.event.action
    if action is None:
        return 0.0
    weight = max(EFFECT_WEIGHT[action.effect], ACCESS_WEIGHT.get(action.access, 0.0))
    if action.plane == "inference" and "operation" in mark.novel:
        weight = max(weight, _MODEL_USE)
    outside = stranger(view, mark)
    weight += min(0.0, outside) + (_TO_ITSELF if to_itself(mark) else 0.0)
    if (action.effect in _BUILDING and _at_work(view, mark, action)) or _on_behalf(view, mark):
        weight *= 0.4
    elif "operation" not in mark.novel and view.event.principal.type == "human" and not view.cold:
        weight *= _JOB
    elif _colleagues_do(view, mark):
        weight *= _ROLE
    weight += max(0.0, outside)  # nobody's trade or role is to let in whom no one here knows
    if action.effect and unused_region(view, mark):
        weight += _UNUSED_REGION
    outcome = mark.event.outcome
    status = outcome.status if outcome is not None else "success"
    extra = _DENIED if status in {"denied", "dry_run"} and not _paged(mark) else 0.0
    return weight * STATUS_FACTOR.get(status, 0.0) + extra


def _colleagues_do(view: View, mark: Mark) -> bool:
    """Whether a person does, in the usual place with the usual tool, what several of the same role
    have done."""
    if view.cold or view.event.principal.type != "human" or ELSEWHERE & news(view, mark):
        return False
    return view.rarity(mark.value).users >= _SEVERAL


def to_itself(mark: Mark) -> bool:
    """Whether an identity gives rights to itself: who may do that has no need to."""
    event = mark.event
    if event.action is None or event.action.effect != "grant" or event.target is None:
        return False
    return (
        event.principal.name != "" and event.target.uid.rpartition("/")[2] == event.principal.name
    )


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
        own = _cold(view) if view.cold else min(_MOST_NOVEL, view.habits.surprise("operation"))
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
        if rarity.tenant_members >= TELLING and not _at_work(view, mark, action):
            own = max(own, _news(view, rarity))
        if "effect" not in mark.novel and not _enters(view, action):
            weight *= _SAME_EFFECT
    elif action is not None and _looks(action):
        weight *= _READING
    if _at_work(view, mark, action) or _on_behalf(view, mark):
        weight *= _PROVISIONING
    return weight * own * unshared(share)


def _enters(view: View, action: Action) -> bool:
    """Whether automation goes into a machine, which is more than starting one."""
    return action.operation in _ENTERING and view.event.principal.type != "human"


def _at_work(view: View, mark: Mark, action: Action | None) -> bool:
    """Whether a provisioning tool sets up or tears down. What watches it deletes, too, together with
    all the rest, but does not stop it or leave it behind; machines it starts, not enters; and it is
    at work where somebody here works."""
    if action is not None and action.operation in _ENTERING:
        return False
    stops = (
        action is not None
        and action.effect == "impair_defence"
        and action.operation.startswith(_NO_BUILDING)
    )
    return not stops and provisioner(view, mark) and not unused_region(view, mark)


def _cold(view: View) -> float:
    """What is new to an identity without a past: little where a person starts among peers."""
    known = view.rarity("").tenant_members >= TELLING
    return _NEWCOMER if known and view.event.principal.type == "human" else 1.0


def _news(view: View, rarity: Rarity) -> float:
    """What an unheard-of effect counts at least. Automation repeats itself, so something grave that
    it never did is telling; people's days differ, the more so who is at a terminal, but seldom by
    what nobody here has ever done."""
    person = view.event.principal.type == "human"
    if view.cold:
        return 0.0 if person else _NEWS_COLD
    if person:
        unheard = not rarity.tenant_users and rarity.tenant_members >= MANY
        return _NEWS_UNHEARD if unheard and not rarity.users else _NEWS_PERSON
    return _NEWS_TERMINAL if view.state.home in BY_HAND else _NEWS_MACHINE


def stranger(view: View, mark: Mark) -> float:
    """Nats for the outside party that a request lets in: none if it is one of the tenant's own
    accounts or a party that others here share with, more the less it is known."""
    action = mark.event.action
    if action is None or not action.foreign:
        return 0.0
    if action.foreign == "*":
        # an open port is that already; else everybody is no stranger in particular
        if action.effect == "open_network":
            return 0.0
        return _OPEN_DOOR if action.effect == "persist" else _EVERYBODY
    rarity = view.rarity(f"f:{action.foreign}")
    if action.access == "credential_issue":
        # whose workload takes a role is inside, not merely let in; those who are known come daily
        telling = rarity.tenant_members >= TELLING
        return _TAKES_ROLE if telling and not rarity.tenant_users else 0.0
    if rarity.tenant_members < TELLING:
        return _FOREIGN
    return -_FOREIGN if rarity.tenant_users else 2 * _FOREIGN


def appraise(view: View, mark: Mark) -> None:
    """Fill in what a mark weighs by itself."""
    mark.gravity, mark.novelty = gravity(view, mark), novelty(view, mark)
    mark.weight = mark.gravity + mark.novelty


def weigh(marks: list[Mark]) -> list[Mark]:
    """The heaviest mark of each distinct operation, heaviest first. A console page's burst of reads
    is one action."""
    best: dict[str, Mark] = {}
    for mark in marks:
        name = "console" if mark.tool == "console" and _paged(mark) else mark.value
        old = best.get(name)
        if old is None or mark.weight > old.weight:
            best[name] = mark
    return sorted(best.values(), key=_heaviest)


def _paged(mark: Mark) -> bool:
    """A console fetches what a page may show, allowed or not; that is no act of its user's."""
    event = mark.event
    reading = event.action is not None and event.action.access in READS
    return reading and mark.tool == "console"


def unfamiliar(mark: Mark) -> bool:
    """Whether a secret is read that this identity does not read, or in a way that it does not."""
    action = mark.event.action
    return (
        action is not None
        and action.access == "secret_read"
        and ("target" in mark.novel or "operation" in mark.novel)
    )


def total(view: View, marks: list[Mark], weighed: list[Mark]) -> float:
    """The nats of a window: its operations (what `weigh` makes of it), damped, with place and tool.
    Reading alone, without a refusal, is what newcomers and new scanners do, and plain writing where
    and with what one always works a new duty; so both have to be the more unusual."""
    known = view.totals.get(id(marks))
    if known is not None:
        return known
    around = context(view, marks)
    nats = damped(weighed) + around
    nats += tried_out(view, weighed)
    if all(_only_reads(mark) or (not around and _only_writes(mark)) for mark in weighed):
        nats -= _HARMLESS
    return view.sum_up(marks, nats)


def _only_reads(mark: Mark) -> bool:
    action = mark.event.action
    return _paged(mark) or (
        action is not None and _looks(action) and mark.status not in {"denied", "dry_run"}
    )


def _only_writes(mark: Mark) -> bool:
    action = mark.event.action
    plain = action is not None and action.access == "write" and not action.effect
    return plain and mark.status not in {"denied", "dry_run"}


def _looks(action: Action) -> bool:
    """Whether an action only looks. Calling a model uses up what somebody pays for."""
    return action.access in READS and action.plane != "inference"


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
