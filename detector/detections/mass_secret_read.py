"""Many secrets read that this identity does not read: the second unfamiliar one decides.

Applications read their few secrets all day; Terraform refreshes all that it made. What counts are
secrets outside the identity's own set, in number, from an identity for which that is not usual.
"""

from math import log

from detector.config import MINUTE
from detector.detections.meta import Detection
from detector.features.context import context, unshared
from detector.features.evidence import gather
from detector.features.surprise import provisioner, risk, unfamiliar
from detector.features.view import View
from detector.findings import Evidence, Normal
from detector.window.marks import Mark

META = Detection(
    id="mass_secret_read",
    title="Unfamiliar secrets read in number",
    summary="An identity reads several secrets that neither it nor its routine has read before.",
    severity=4,
    status="stable",
    kind="monotone",
    calibrated=True,
    attack=("T1555.006", "T1552"),
    atlas=("AML.T0098",),
    owasp=("NHI2:2025", "ASI03"),
    runbook="Rotate every secret on the list, beginning with the most privileged.",
    benign="A migration or a backup of the secret store, or a new application's start.",
    check="Is a migration of these secrets under way, run by this identity?",
    needs=("action.access=secret_read", "target.uid"),
)
ON = "principal"
_WINDOW = 15 * MINUTE
_ENOUGH = 2
_MANY = 5
_MIDDLE = 5.0
_REFRESH = 2.0
_TRADE = 1.6
_BATCH, _STORE, _LEVEL = 9, 9, 5
_MOST_OWN = 4.5
_UNHEARD, _MANY_PEERS = 2.5, 30
_FIXED, _BEYOND = 3.0, 1.4
_MOST = 0.5  # what most of a role do is the trade of those as well who have not come to it yet


def judge(view: View) -> Evidence | None:
    """Two or more unfamiliar secrets within a quarter of an hour."""
    if not unfamiliar(view.mark):
        return None
    marks = [m for m in view.within(_WINDOW) if unfamiliar(m)]
    targets = {m.event.target.uid if m.event.target is not None else m.value for m in marks}
    many = len(targets) + sum(_bulk(m) for m in marks)
    if many < _ENOUGH:
        return None
    share, own = _unlike(view, marks)
    nats = share * min(4.0, 1.1 * (many - 1)) + 0.6 * own + context(view, marks)
    nats += -_REFRESH if provisioner(view, view.mark) else share * max(0.0, log(many / _MANY))
    reasons = [f"{len(targets)} secrets read within 15 min that are new for this identity"]
    return gather(view, META.id, marks, risk(nats, _MIDDLE), reasons, normal=[
        Normal("unfamiliar secrets in 15 min", "0", str(len(targets))),
    ])  # fmt: skip


def _bulk(mark: Mark) -> int:
    """How many more secrets than one a call is taken to return."""
    action = mark.event.action
    name = action.operation if action is not None else ""
    if name.startswith("Batch"):
        return _BATCH
    return _below(mark) if name.endswith("ByPath") else 0


def _below(mark: Mark) -> int:
    """How many more lie below a path: the root holds everybody's secrets, a first level those of an
    environment or an application, a deeper one the settings of a part, which count as one."""
    target = mark.event.target
    if target is None:
        return _LEVEL
    path = target.uid.partition("/")[2].strip("/")
    if not path:
        return _STORE
    return 0 if "/" in path else _LEVEL


def _unlike(view: View, marks: list[Mark]) -> tuple[float, float]:
    """How much the number of secrets counts, and nats for how unlike the identity reading is: one
    that reads new secrets all the time is a reader by trade."""
    if view.cold:
        unheard = _UNHEARD if _nobody_does(view) else 0.0
        return 0.8, 0.5 + ("operation" in view.mark.novel) + unheard
    own = view.habits.surprise("target")
    # a second tool has no part in the trade of the first
    strange = view.event.principal.type != "human" and "client" in view.mark.novel
    newly = any("operation" in m.novel for m in marks)
    if newly and (strange or view.rarity(view.mark.value).share < _MOST):
        return 1.0, min(_MOST_OWN, own + _unshared(view) * view.habits.surprise("operation"))
    if strange:
        return 1.0, own
    if view.event.principal.type != "human" and own >= _FIXED:
        return 1.0, _BEYOND * min(_MOST_OWN, own)  # it has read its few, and no others, for long
    return 0.6 * min(1.0, own / _TRADE), own


def _unshared(view: View) -> float:
    """1 for a way of reading secrets that is unheard of among peers, less for a person who reads as
    colleagues do: people of one role take to each other's tasks, automation does not."""
    if view.event.principal.type != "human":
        return 1.0
    return unshared(view.rarity(view.mark.value).share)


def _nobody_does(view: View) -> bool:
    """Whether a person reads secrets in a way that hardly any of many peers ever did."""
    if view.event.principal.type != "human" or "operation" not in view.mark.novel:
        return False
    peers = view.rarity(view.mark.value)
    return peers.members >= _MANY_PEERS and peers.users <= 1
