"""A credential minted in an unusual way, then used by someone else or from elsewhere.

An attacker who can mint a key does so for persistence and takes it away. Rotators and provisioning
mint keys as their trade, so the minting itself must have been new for its issuer.
"""

from msgspec.structs import replace

from detector.config import DAY
from detector.detections.meta import Detection
from detector.features.credential_view import CredentialUseView
from detector.features.evidence import moment
from detector.findings import Evidence, Normal
from detector.window.area import area

META = Detection(
    id="minted_then_used",
    title="Credential minted, then used from elsewhere",
    summary="A credential whose minting was unusual is used from a place its issuer never used.",
    severity=5,
    status="stable",
    kind="monotone",
    calibrated=True,
    attack=("T1098.001", "T1078.004"),
    owasp=("NHI2:2025", "ASI03"),
    runbook="Revoke the minted credential first, then the one that minted it.",
    benign="An administrator made a key for a colleague or a new machine.",
    check="Did the issuer hand this credential to whoever used it?",
    needs=("child.credential.fingerprint", "kind=issue"),
)
ON = "credential"
# A person hands a colleague a key now and then; automation never does, unless that is its trade.
_BY_HAND, _BY_MACHINE = 0.51, 0.65
_PASSWORD = 0.1  # who is given one is always somewhere else
_OURS, _SEVERAL = 0.2, 2  # an office, a gateway: where several others here work
_OWN_TOOL = 0.15  # an owner that has moved uses its new key as it used the old one


def judge(view: CredentialUseView) -> Evidence | None:
    """Used within a day of an unusual minting, not from the issuer's network."""
    issued = view.state.issued
    if issued is None or issued.event is None or issued.event.origin is None:
        return None
    origin, use = issued.event.origin, view.use
    if not 0 <= view.time - issued.time <= DAY or not use.context.network or origin.via:
        return None
    elsewhere = area(use.context.network) != area(origin.network)
    if not elsewhere or not {"network", "principal"} & set(use.novel):
        return None
    if "principal" in issued.novel or not {"operation", "target"} & set(issued.novel):
        return None
    by_hand = issued.event.principal.type == "human"
    score = (_BY_HAND if by_hand else _BY_MACHINE) + (0.15 if "operation" in issued.novel else 0.0)
    score += 0.1 if use.context.client != origin.client else 0.0
    score -= _OURS if view.sharing(use.context.network) >= _SEVERAL else 0.0
    score += 0.2 if {"network", "client"} & set(issued.novel) else 0.0
    score -= 0.0 if {"client", "principal"} & set(use.novel) else _OWN_TOOL
    if issued.credential is not None and issued.credential.type == "password":
        score -= _PASSWORD
    minutes = (view.time - issued.time) // 60_000
    issuer = issued.event.principal
    reason = f"minted by {issuer.name or issuer.uid}, used {minutes} min later from "
    made = view.gather(META.id, [], min(0.97, score), [reason + use.context.network])
    moments = tuple(sorted({moment(issued.event, issued.novel), *made.moments}))
    return replace(made, moments=moments, normal=(
        Normal("network", origin.network, use.context.network),
        Normal("client", origin.client, use.context.client),
    ))  # fmt: skip
