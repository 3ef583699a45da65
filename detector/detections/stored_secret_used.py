"""A secret is read where it is kept, and then used from where, or by whom, it never was.

The inventory says which credential lies there. Whoever reads it has it from then on; that a workload
reads its own secret each hour says nothing. So the use must be outside what the inventory allows, or
unlike every use before the reading; a reader who never read there before makes it worse.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from detector.config import DAY
from detector.detections.meta import Detection
from detector.entities.credential import OpenUse
from detector.features.credential_view import CredentialUseView
from detector.features.evidence import moment
from detector.findings import Evidence, Normal
from detector.window.area import area
from schemas.event import ActivityEvent
from schemas.fact import Step

META = Detection(
    id="stored_secret_used",
    title="Stored secret read, then used by someone else",
    summary="A secret is read from where it is kept, then used where or by whom it never was.",
    severity=4,
    status="stable",
    kind="monotone",
    calibrated=True,
    attack=("T1555.006", "T1078.004"),
    owasp=("NHI2:2025", "NHI9:2025", "ASI03"),
    runbook="Rotate the secret, then find out what its reader did with it.",
    benign="The workload that owns the secret has moved, and reads it as it always did.",
    check="Did the reader read the secret for whoever then used it?",
    needs=("credential.fingerprint", "origin.network", "action.access=secret_read"),
)
ON = "credential"
_OUTSIDE = 0.9
_BASE, _NEW_READER = 0.3, 0.2
_WEIGHTS = {"network": 0.22, "principal": 0.2, "source": 0.15, "workload": 0.15, "client": 0.1}
_DECIDING = frozenset({"network", "principal"})


def judge(view: CredentialUseView) -> Evidence | None:
    """The use, put down to the reading that explains it best."""
    posture = view.use.event.posture
    bounds = posture.bounds if posture is not None else ""
    reads = [] if bounds == "inside" else [r for r in view.reads() if _elsewhere(r, view.use)]
    if not reads:
        return None
    read = max(reads, key=lambda r: (_is_new(r), r.at))
    new = _unlike(view, read)
    if not bounds and _DECIDING.isdisjoint(new):
        return None
    score = _OUTSIDE if bounds else _BASE + sum(_WEIGHTS[aspect] for aspect in new)
    score += _NEW_READER if _is_new(read) and not bounds else 0.0
    return _evidence(view, read, min(0.97, score), [bounds] if bounds else new)


def _elsewhere(read: OpenUse, use: OpenUse) -> bool:
    """Whether it was not the reader itself that used it, where it was."""
    mine, theirs = use.context, read.context
    return mine.principal != theirs.principal or area(mine.network) != area(theirs.network)


def _is_new(read: OpenUse) -> bool:
    """Whether the reader, who has a past, never read there before."""
    return "target" in read.novel and "principal" not in read.novel


def _unlike(view: CredentialUseView, read: OpenUse) -> list[str]:
    """In what the use differs from every one before the reading. A credential without a day's past
    has no usual place; then its user's past speaks, if there is one."""
    use, usual = view.use, [each for each in view.before if each.at < read.at]
    if not usual or view.time - usual[0].event.time < DAY:
        known = "principal" not in use.novel
        return [aspect for aspect in ("network", "client") if known and aspect in use.novel]
    return [aspect for aspect in _WEIGHTS if _is_other(aspect, use, usual)]


def _is_other(aspect: str, use: OpenUse, usual: Sequence[OpenUse]) -> bool:
    known = {_value(aspect, each) for each in usual}
    value = _value(aspect, use)
    return value != "" and known != {""} and value not in known


def _value(aspect: str, use: OpenUse) -> str:
    value = str(getattr(use.context, aspect))
    return area(value) if aspect == "network" and value else value


def _evidence(
    view: CredentialUseView, read: OpenUse, score: float, aspects: Sequence[str]
) -> Evidence:
    reader, user = read.event.principal, view.use.event.principal
    secret = read.event.target.uid if read.event.target is not None else view.state.key
    minutes = (view.time - read.event.time) // 60_000
    reason = (
        f"{reader.name or reader.uid} read it from {secret}; {minutes} min later it was used by "
        f"{user.name or user.uid}, unlike before or outside what is allowed: {', '.join(aspects)}"
    )
    made = view.gather(META.id, [], score, [reason])
    path = (
        _step(read.event, secret, novel=_is_new(read)),
        replace(_step(view.use.event, user.uid, novel=True), actor=secret),
    )
    moments = tuple(sorted({moment(read.event, read.novel), *made.moments}))
    normal = Normal("readers of it who use it elsewhere", "0", "1")
    return replace(made, moments=moments, count=len(moments), path=path, normal=(normal,))


def _step(event: ActivityEvent, child: str, *, novel: bool) -> Step:
    operation = event.action.operation if event.action is not None else event.kind
    return Step(event.principal.uid, child, operation, event.time, event.uid, novel=novel)
