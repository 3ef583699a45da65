"""Where from and with what: how unlike its own the places and tools of an identity's window are.

A stolen credential betrays itself by these before anything grave is done with it. What the tenant's
other identities share, and what a person is known by under another identity, is no stranger's.
"""

from math import log

from detector.features.view import View
from detector.window.area import area
from detector.window.marks import Mark, client_word

PROVISIONERS = frozenset({"terraform", "cloudformation", "pulumi", "cdk", "crossplane", "opentofu",
                          "karpenter", "cluster-autoscaler"})  # fmt: skip
TELLING, MANY = 10, 30  # so many peers tell what is usual, or that nobody does it
_RARE_AMONG_PEERS = 2.3
_MOST_CONTEXT = 2.2
_SETTLED = 0.8
_LONG_SETTLED = 3.2
_SECOND_TOOL = 1.0
_OWN_TOOL = 0.4
_CARRIED_OFF = 1.5
_SHARED = (1.0, 0.6, 0.3)
_SAME_AREA = 0.5
_TRIED, _MOST_TRIED, _AT_HOME = 1.0, 5.0, 1.5
_HANDS, _HANDS_PERSON = 4.0, 1.5
_TRAVEL = 1.0
ELSEWHERE = frozenset({"network", "client"})
_ESTABLISHED = 6


def news(view: View, mark: Mark) -> set[str]:
    """What is novel about a mark, without the places and tools that its person is known by under
    another identity: who moves between accounts takes laptop and network along."""
    kinds, origin = set(mark.novel), mark.event.origin
    if origin is None or view.event.principal.type != "human":
        return kinds
    if "network" in kinds and view.person_uses("n:" + origin.network):
        kinds -= {"network", "area"}
    if "client" in kinds and view.person_uses("c:" + client_word(origin)):
        kinds.discard("client")
    return kinds


def _news_of(view: View, marks: list[Mark]) -> set[str]:
    """What is novel about any of these marks. Most are about operations alone: those differ in
    nothing that a person could have brought along."""
    kinds = {kind for novel in {mark.novel for mark in marks} for kind in novel}
    if view.event.principal.type != "human" or ELSEWHERE.isdisjoint(kinds):
        return kinds
    return set().union(*[news(view, mark) for mark in marks])


def unshared(share: float) -> float:
    """How rare among peers: 1 for what a tenth of them do or fewer, 0 for what all do."""
    return min(1.0, max(0.0, -log(max(share, 0.01)) / _RARE_AMONG_PEERS))


def context(view: View, marks: list[Mark]) -> float:
    """How unlike its own the places and tools of a window are: nats, once per window. A place that
    the tenant's other identities share is no stranger's, nor is a tool that peers use."""
    strange = _strange_tool(view)
    if view.cold:
        return _SECOND_TOOL * strange if second_tool(view) else _newcomer(view, strange)
    kinds = _news_of(view, marks)
    out = 0.0
    machine = view.event.principal.type != "human"
    if "network" in kinds:
        nats = view.habits.surprise("network")
        if "area" in kinds:  # build runners roam, within their areas
            nats = max(nats, view.habits.surprise("area"))
        elif machine:  # and a function comes from the ranges of its provider
            nats *= _SAME_AREA
        foreign = _foreign_place(view, marks)
        most = _MOST_CONTEXT if machine else _TRAVEL
        if "client" in kinds:  # a traveller's tool is one that colleagues use
            most += strange * (_MOST_CONTEXT - most)
        out += foreign * min(most, nats)
        if machine:  # a machine that has not moved in weeks does not go travelling
            out += foreign * _SETTLED * max(0.0, nats - _LONG_SETTLED)
        if "client" in kinds:
            out += foreign * strange * _other_hands(view)
        out += _CARRIED_OFF * foreign * view.carried_off
    if "client" in kinds:
        nats = view.habits.surprise("client")
        out += (_OWN_TOOL + (1 - _OWN_TOOL) * strange) * min(_MOST_CONTEXT, nats)
        if machine:
            out += strange * _SETTLED * max(0.0, nats - _LONG_SETTLED)
    if "credential" in kinds:
        out += 0.5
    return out


def tried_out(view: View, weighed: list[Mark]) -> float:
    """Nats for a long-lived key with which, at a place that neither its owner nor anybody else here was
    ever at, one operation after the other is done that its owner never does: somebody looks what it
    opens. Owners who travel go on with their work, and try out something new at home. A tool that is
    new as well betrays other hands already."""
    credential = view.event.credential
    if view.cold or credential is None or credential.lifetime != "static":
        return 0.0
    kinds = news(view, view.mark)
    if "area" not in kinds or "client" in kinds or _foreign_place(view, [view.mark]) < 1.0:
        return 0.0
    new = sum({"operation", "network"} <= set(mark.novel) for mark in weighed)
    settled = min(1.0, view.habits.surprise("area") / _AT_HOME)
    return settled * min(_MOST_TRIED, _TRIED * max(0, new - 1))


def _newcomer(view: View, strange: float) -> float:
    """Nats for a person who comes into an account for the first time: from where and with what they
    were never seen in their other accounts."""
    if not view.well_known:
        return 0.0
    kinds = news(view, view.mark)
    place = 0.0
    if "network" in kinds:
        place = _foreign_place(view, [view.mark]) * (_TRAVEL + _CARRIED_OFF * view.carried_off)
    return place + (_SECOND_TOOL * strange if "client" in kinds else 0.0)


def unused_region(view: View, mark: Mark) -> bool:
    """Whether a mark lies in a region of the provider that nobody of many here has ever used: who
    works here has no business there, and nobody watches it."""
    if "region" not in mark.novel or mark.event.origin is None:
        return False
    rarity = view.rarity("r:" + mark.event.origin.region)
    return rarity.tenant_members >= MANY and not rarity.tenant_users


def _strange_tool(view: View) -> float:
    """How rare the tool is among peers: 0 for one that a tenth of them use, 1 for one unheard of."""
    rarity = view.rarity("c:" + view.tool)
    if rarity.tenant_members < TELLING:
        return 1.0
    return unshared(rarity.share)


def _foreign_place(view: View, marks: list[Mark]) -> float:
    """1 for a network that nobody else here uses, less for one that is shared. Persons come by the
    same few carriers and homes' providers as their colleagues do, so for them its area counts too;
    what machines share areas with, a provider's customers, are no colleagues."""
    person = view.event.principal.type == "human"
    networks = {m.event.origin.network for m in marks if "network" in m.novel and m.event.origin}
    return max((_SHARED[min(2, _sharing(view, n, person=person))] for n in networks), default=1.0)


def _sharing(view: View, network: str, *, person: bool) -> int:
    """How many others are known to use a network, or, with a person's, its area."""
    users = view.rarity("n:" + network).tenant_users
    return max(users, view.rarity("a:" + area(network)).users) if person else users


def _other_hands(view: View) -> float:
    """Nats for a place and a tool that are both new: the sign of a stolen credential. A person with
    a session of their own has simply travelled with another laptop."""
    if view.rarity("").tenant_members < TELLING:
        return 0.0
    credential = view.event.credential
    person = view.event.principal.type == "human"
    carried = credential is not None and credential.lifetime == "static"
    nats = _HANDS_PERSON if person and not carried else _HANDS
    return nats * min(1.0, view.habits.quarters / _ESTABLISHED)


def second_tool(view: View) -> bool:
    """Whether an automaton without a past acts with a tool that it did not begin with."""
    tool, home = view.tool, view.state.home
    if not tool or not home or tool in PROVISIONERS or view.event.principal.type == "human":
        return False
    return tool != ("console" if home == "browser" else home)
