"""From a finding to one revocation, or to the reason why there is none.

The plan is a function of the finding and the settings alone, so that the same finding always gives
the same command. It is a ladder: each rung either withholds the command, in words an analyst can
act on, or lets it climb. Rate limits and approval come later, in `admission`.

Examples:
    >>> from detector.findings import Evidence, Finding, Moment
    >>> seen = Evidence(
    ...     detection="grave_and_new", entity="principal:acme:ada", decisive=Moment(5, "e1"),
    ...     moments=(Moment(5, "e1"),), score=0.9,
    ...     credential=Credential(fingerprint="9f", uid="AKIAIOSFODNN7EXAMPLE"),
    ... )
    >>> finding = Finding(
    ...     uid="f1", state="open", revision=1, detection="grave_and_new", title="Backdoor key",
    ...     tenant="acme", entity="principal:acme:ada", time=5, first=5, last=5, severity=4,
    ...     risk=90, confidence=80, evidence=seen, stable=True,
    ... )
    >>> plan(finding, ResponseConfig()).command.action
    'disable'
    >>> plan(finding, ResponseConfig(revoke_risk=95)).withheld
    'Risk 90 is under the revoke threshold of 95.'
"""

from hashlib import sha256

from msgspec import Struct

from detector.config import ResponseConfig
from detector.findings import Finding
from detector.respond.aws import SYSTEM as AWS
from detector.respond.aws import TEMPORARY
from detector.respond.brokers import ending, way_to_end
from detector.respond.protect import protected_by
from detector.respond.subject import subject_of
from detector.respond.ways import Unreachable, Way
from schemas.command import Descendant, Locator, RevokeCommand, Tier
from schemas.event import Credential

SECOND = 1_000
MAX_REASONS = 6
MAX_DESCENDANTS = 50
_SPARED = {
    "protected": "Protected in the inventory: a person must decide and act by hand.",
    "canary": "It is a canary: to end it would stop nothing and warn whoever used it.",
}


class Plan(Struct, frozen=True):
    """Exactly one of the two: the command, or in `withheld` why none goes out."""

    command: RevokeCommand | None = None
    withheld: str = ""


def plan(finding: Finding, config: ResponseConfig) -> Plan:
    """What would stop this abuse with the least damage."""
    refused = _too_early(finding, config) or _off_limits(finding, config)
    if refused:
        return Plan(withheld=refused)
    way = way_to_end(finding.evidence.credential, finding.evidence.principal)
    if isinstance(way, Unreachable):
        return Plan(withheld=way.why)
    return Plan(command=_command(finding, way, config))


def _too_early(finding: Finding, config: ResponseConfig) -> str:
    if finding.superseded_by:
        return f"Replaced by finding {finding.superseded_by}, which carries the command."
    if finding.withdrawn:
        return "Withdrawn: a late event explained it. If a command was carried out, take it back."
    if not finding.stable:
        return f"Detection {finding.detection} is experimental: it may alert, not revoke."
    if finding.risk < config.revoke_risk:
        return f"Risk {finding.risk} is under the revoke threshold of {config.revoke_risk}."
    if finding.evidence.provisional:
        return (
            "The evidence is provisional: a late event, such as an approval, could still explain "
            "it. The command follows when the window has settled."
        )
    return ""


def _off_limits(finding: Finding, config: ResponseConfig) -> str:
    if finding.detection in config.never_detections:
        return f"The settings forbid commands from detection {finding.detection}."
    seen = finding.evidence
    if seen.spared:
        return _SPARED[seen.spared]
    pattern = protected_by(config.protected, seen.credential, seen.principal)
    if pattern:
        return f"On the protected list ({pattern}): a person must decide and act by hand."
    return ""


def _command(finding: Finding, way: Way, config: ResponseConfig) -> RevokeCommand:
    locator = _locator(finding, way)
    children = tuple(ending(child) for child in _live(finding, way))
    return RevokeCommand(
        command_uid=_command_uid(finding.uid, way, locator),
        action=way.action,
        scope=way.scope,
        mode="enforce" if config.enforce else "dry_run",
        tier=_tier(finding, way, config),
        tenant=finding.tenant,
        issued_at=finding.time,
        expires_at=finding.time + config.ttl_ms,
        finding_uid=finding.uid,
        sub_id=subject_of(way, locator),
        locator=locator,
        step=way.step,
        reversible=way.reversible,
        undo=way.undo,
        breaks=_breaks(finding, way),
        descendants=children,
        reasons=_reasons(finding, way, children, config),
        txn=finding.correlation or finding.uid,
    )


def _locator(finding: Finding, way: Way) -> Locator:
    """The cutoff is the first whole second after the last event: AWS compares whole seconds, and
    a session that began in the second of that event must be hit."""
    seen = finding.evidence
    cutoff = (max(finding.last, finding.time) // SECOND + 1) * SECOND if way.cutoff else None
    return Locator(way.system, seen.credential, seen.principal, cutoff)


def _command_uid(finding_uid: str, way: Way, locator: Locator) -> str:
    """The same for every revision of the finding: the cutoff, which moves with it, stays out."""
    held = locator.credential.fingerprint if locator.credential else ""
    whose = locator.principal.uid if locator.principal else ""
    parts = (finding_uid, way.scope, way.action, way.system, held, whose)
    return sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _tier(finding: Finding, way: Way, config: ResponseConfig) -> Tier:
    """A step that hits holders other than the abuser asks a person, whatever the settings say."""
    automatic = finding.detection in config.auto_detections and way.scope != "principal"
    return "auto" if automatic else "needs_approval"


def _live(finding: Finding, way: Way) -> tuple[Descendant, ...]:
    """Children other than the revoked credential itself, oldest first, bounded. Where sessions end
    by their age, the principal's own sessions end with it."""
    seen = finding.evidence
    revoked = seen.credential.uid if seen.credential else ""
    own = seen.principal.uid if seen.principal and way.cutoff and way.system == AWS else ""
    children = [
        child
        for child in finding.descendants
        if (child.uid != revoked or not revoked)
        and not (own and child.principal == own and child.uid.startswith(TEMPORARY))
    ]
    return tuple(sorted(children, key=lambda child: (child.since, child.uid))[:MAX_DESCENDANTS])


def _breaks(finding: Finding, way: Way) -> tuple[str, ...]:
    seen_in_use = tuple(f"Seen in use: {what}" for what in finding.reach[:3])
    return tuple(line for line in (way.breaks, *seen_in_use) if line)


def _reasons(
    finding: Finding, way: Way, children: tuple[Descendant, ...], config: ResponseConfig
) -> tuple[str, ...]:
    why = (
        f"{finding.title}: risk {finding.risk} reaches the revoke threshold of "
        f"{config.revoke_risk}."
    )
    notes = (_not_contained(children), way.catch, _parent(finding.evidence.credential))
    return tuple(line for line in (why, *finding.evidence.reasons[:MAX_REASONS], *notes) if line)


def _not_contained(children: tuple[Descendant, ...]) -> str:
    if not children:
        return ""
    noun = "child lives" if len(children) == 1 else "children live"
    return f"Not contained by this step alone: {len(children)} {noun} on, each with its own step."


def _parent(credential: Credential | None) -> str:
    if credential is None or not credential.parent:
        return ""
    return (
        f"It was obtained with credential {credential.parent}, which could obtain another if it is "
        "abused too."
    )
