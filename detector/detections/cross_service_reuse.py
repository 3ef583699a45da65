"""One credential in a second context while the first is live.

Roaming people change networks and keep their tool; NAT and endpoints give one workload several
networks. So a second context must differ in place and in something else: tool, principal, source
system. A session or an instance's credentials never leave where they were first used: for them a
foreign place is enough.

References:
    W. Bengtson: Netflix Cloud Security: Detecting credential compromise in AWS. 2018 (first-use
    lock learned from the log itself).
"""

from msgspec.structs import replace

from detector.config import DAY
from detector.detections.meta import Detection
from detector.entities.credential import OpenUse
from detector.features.credential_view import CredentialUseView
from detector.findings import Evidence, Normal
from detector.window.area import area

META = Detection(
    id="cross_service_reuse",
    title="One credential in two places at once",
    summary="A live credential shows up from a second network with another tool or principal.",
    severity=4,
    status="stable",
    kind="monotone",
    calibrated=True,
    attack=("T1078.004", "T1550.001", "T1552.005"),
    owasp=("NHI9:2025", "NHI2:2025"),
    runbook="Ask the owner about the second context; if it is not theirs, revoke.",
    benign="A person who changed network and tool at once, or a job that moved.",
    check="Does the owner know the second network and the second tool?",
    needs=("credential.fingerprint", "origin.network"),
)
ON = "credential"
# Shares of the risk: whose credential it is, and what of the second context is new for its user.
_PERSON, _MACHINE = 0.25, 0.3
_SESSION, _NETWORK, _TOOL, _HANDS, _ACT = 0.22, 0.18, 0.22, 0.06, 0.06
# Of a secret that had one holder: whoever has it beside that one does what it has never done.
_TAKEN = 0.4
_ALONE = 2 * DAY
# Of a browser's session: a cookie does not leave the browser by itself.
_COOKIE = 0.12
_BROWSER = "browser"
_MACHINES = frozenset({"service", "workload", "agent"})


def judge(view: CredentialUseView) -> Evidence | None:
    """The most unlike live context, if it is unlike enough."""
    pairs = [(_unlike(view, use), use) for use in view.live()]
    if not pairs:
        return None
    aspects, other = max(pairs, key=lambda p: (len(p[0]), p[1].at))
    near = min(len(a) for a, _ in pairs)
    if not aspects or near == 0 or "network" not in aspects:
        return None
    if "principal" in view.use.novel or _young(view):
        return None
    score = _score(view, aspects)
    reasons = [f"second context differs in {', '.join(aspects)}"]
    normal = [Normal(aspect, _show(other, aspect), _show(view.use, aspect)) for aspect in aspects]
    return replace(view.gather(META.id, [other], score, reasons), normal=tuple(normal))


def _unlike(view: CredentialUseView, other: OpenUse) -> list[str]:
    mine, theirs = view.use.context, other.context
    out = []
    if mine.network and theirs.network and area(mine.network) != area(theirs.network):
        out.append("network")
    for aspect in ("client", "principal", "source", "workload"):
        a, b = getattr(mine, aspect), getattr(theirs, aspect)
        if a and b and a != b:
            out.append(aspect)
    return out


def _young(view: CredentialUseView) -> bool:
    """On a static key's first day every context of its owner is a second one."""
    credential = view.use.event.credential
    static = credential is None or credential.lifetime != "ephemeral"
    return static and view.time - min(use.event.time for use in view.before) < DAY


def _score(view: CredentialUseView, aspects: list[str]) -> float:
    credential = view.use.event.credential
    roams = view.use.event.principal.type == "human"
    ephemeral = credential is not None and credential.lifetime == "ephemeral" and not roams
    score = _PERSON if roams else _MACHINE
    score += _SESSION if ephemeral else 0.0
    score += _NETWORK if "network" in view.use.novel else 0.0
    score += _TOOL if "client" in aspects and "client" in view.use.novel else 0.0
    score += _COOKIE if roams and _replayed(view) else 0.0
    score += _HANDS if {"principal", "source", "workload"} & set(aspects) else 0.0
    score += _TAKEN if _taken(view) else 0.0
    # behind a new gateway a machine goes on with its work; other hands begin with theirs
    score += _ACT if ephemeral and "operation" in view.use.novel else 0.0
    return min(0.97, score)


def _replayed(view: CredentialUseView) -> bool:
    """Whether a session that only a browser has had so far is in the hands of a program."""
    credential, client = view.use.event.credential, view.use.context.client
    return (
        credential is not None
        and credential.lifetime == "ephemeral"
        and client not in {_BROWSER, ""}
        and {use.context.client for use in view.before} == {_BROWSER}
    )


def _taken(view: CredentialUseView) -> bool:
    """Whether a machine's secret, for days in its hands alone as one system names them, is in those of
    another machine: not of one that acts for its holder, and not for what that one does anyway."""
    event, holders = view.use.event, {use.context.principal for use in view.before}
    everyone = [*(use.event for use in view.before), event]
    return (
        len(holders) == 1
        and event.principal.uid not in holders
        and holders.isdisjoint(event.chain)
        and "operation" in view.use.novel
        and len({each.source for each in everyone}) == 1
        and all(each.principal.type in _MACHINES for each in everyone)
        and view.time - view.before[0].event.time >= _ALONE
    )


def _show(use: OpenUse, aspect: str) -> str:
    return str(getattr(use.context, aspect))
