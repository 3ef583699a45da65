"""The decision: which evidence becomes a finding, how severe it is, and what the analyst reads.

The one knob is the alert budget: false findings per day per 1,000 identities. Detections whose
condition needs no calibration ignore it; the others must pass the risk at which, by the shipped
priors, false findings stay within the budget.
"""

from hashlib import blake2b
from itertools import pairwise
from math import log10

from detector.config import EngineConfig
from detector.detections.meta import Detection
from detector.entities.episodes import Change, Episode
from detector.findings import Evidence, Finding

# Shipped priors: (log10 of the budget, risk at which simulated and real development streams showed
# that many false findings a day per 1,000 identities).
_PRIORS = ((-1.7, 0.90), (-0.7, 0.75), (0.0, 0.68), (1.1, 0.56), (1.7, 0.50))
_LOWEST = 0.5
# Without anybody to compare with, surprise is capped and the shipped thresholds are out of reach:
# then what stands out most is told, budget or not.
FIRST_DAY = 0.68
_CHANGES = frozenset({"write", "delete", "admin", "credential_issue"})
_SEVERITY = ((0.93, 5), (0.8, 4), (0.6, 3), (0.0, 2))


def threshold(config: EngineConfig, detection: Detection) -> float:
    """The risk that evidence must reach: the shipped priors, interpolated at the budget.

    Examples:
        >>> from detector.detections import DETECTIONS
        >>> meta = DETECTIONS["behavioural_anomaly"].META
        >>> threshold(EngineConfig(budget=2.0), meta) < threshold(EngineConfig(), meta)
        True
    """
    if detection.id in config.disabled:
        return 2.0
    if not detection.calibrated:
        return _LOWEST
    at = log10(max(config.budget, 1e-3))
    for (left, high), (right, low) in pairwise(_PRIORS):
        if at <= right:
            share = max(0.0, (at - left) / (right - left))
            return high + share * (low - high)
    return _PRIORS[-1][1]


def severity(evidence: Evidence) -> int:
    """OCSF severity_id 2-5 from risk; what was only attempted and denied ranks one lower."""
    found = next(level for floor, level in _SEVERITY if evidence.score >= floor)
    return max(2, found - 1) if evidence.denied_only else found


def campaign(tenant: str, root: str, start: int) -> str:
    """The id that joins findings of one incident: who it began with, and its 6 h of event time."""
    text = f"{tenant}|{root}|{start // (6 * 3_600_000)}"
    return blake2b(text.encode(), digest_size=10, person=b"campaign").hexdigest()


def finding(
    change: Change, detection: Detection, tenant: str, time: int, since: int | None
) -> Finding:
    """One revision of one episode as a finding, before any command is planned."""
    episode: Episode = change.episode
    evidence = episode.evidence
    root = evidence.path[0].actor if evidence.path else ""
    root = root or (evidence.principal.uid if evidence.principal is not None else episode.uid)
    start = min(since, episode.first) if since is not None else episode.first
    return Finding(
        uid=episode.uid,
        state=change.state,
        revision=change.revision,
        detection=detection.id,
        title=detection.title,
        tenant=tenant,
        entity=evidence.entity,
        time=time,
        first=episode.first,
        last=episode.last,
        severity=severity(evidence),
        risk=round(100 * evidence.score),
        confidence=_confidence(evidence, detection),
        evidence=evidence,
        correlation=campaign(tenant, root, start),
        superseded_by=change.superseded_by,
        withdrawn=change.withdrawn,
        did=_did(evidence),
        stable=detection.status == "stable",
        benign=detection.benign,
        check=detection.check,
    )


def _confidence(evidence: Evidence, detection: Detection) -> int:
    """0-100: the risk, held back for what may still be refuted and for young detections."""
    value = 100 * evidence.score
    if evidence.provisional:
        value *= 0.7
    if detection.status != "stable":
        value *= 0.8
    return round(value)


def _did(evidence: Evidence) -> tuple[str, ...]:
    """The changes that succeeded, in order, each once."""
    lines: dict[str, None] = {}
    for m in evidence.moments:
        if m.status == "success" and m.access in _CHANGES:
            lines.setdefault(f"{m.service}:{m.operation}" + (f" on {m.target}" if m.target else ""))
    return tuple(lines)[:12]
