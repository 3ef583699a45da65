"""A finding's revision as an OCSF Detection Finding.

Examples:
    >>> from detector.findings import Evidence, Moment
    >>> made = Moment(5, "e1", service="iam", operation="CreateAccessKey")
    >>> finding = Finding(
    ...     uid="f1", state="open", revision=1, detection="grave_and_new", title="Backdoor key",
    ...     tenant="acme", entity="principal:acme:ada", time=5, first=5, last=5, severity=4,
    ...     risk=87, confidence=90, evidence=Evidence(
    ...         detection="grave_and_new", entity="principal:acme:ada", decisive=made,
    ...         moments=(made,), score=0.9,
    ...     ),
    ... )
    >>> about = Detection(
    ...     id="grave_and_new", title="Grave and new", summary="One grave call.", severity=4,
    ...     status="stable", kind="monotone", needs=(), benign="b", check="c", runbook="r",
    ... )
    >>> alert(finding, about).type_uid
    200401
"""

from detector import frameworks
from detector.detections.meta import Detection
from detector.findings import Finding, Moment
from detector.sinks.ocsf import scales
from detector.sinks.ocsf.envelope import envelope
from detector.sinks.ocsf.parts import anomalies, artifact, observables, related, resources
from detector.sinks.ocsf.plain import many, sentence
from detector.sinks.ocsf.story import story_of
from detector.sinks.ocsf.wording import description, message
from schemas.alert import Alert, Analytic, FindingInfo
from schemas.ocsf import Remediation

_KINDS = ("Credential abuse",)


def alert(finding: Finding, detection: Detection) -> Alert:
    """One revision of a finding as a message.

    A quiet finding closes without being called resolved: only a person can say that. `is_alert` is
    false on closing messages, so that nobody is paged by the end of an episode.

    Raises:
        LookupError: when the detection names a technique that is not in the pinned tables.
    """
    seen = finding.evidence
    activity, type_uid, activity_name = scales.ACTIVITY[finding.state]
    severity, severity_name = scales.SEVERITY[finding.severity]
    status, status_name = scales.status(over=bool(finding.superseded_by) or finding.withdrawn)
    confidence, confidence_name = scales.confidence(finding.confidence)
    risk, risk_name = scales.risk(finding.risk)
    listed = _listed(finding)
    artifacts = tuple(artifact(moment, seen) for moment in listed)
    return Alert(
        activity_id=activity,
        activity_name=activity_name,
        category_uid=2,
        type_uid=type_uid,
        severity_id=severity,
        severity=severity_name,
        time=finding.time,
        metadata=envelope(
            uid=f"{finding.uid}.{finding.revision}",
            correlation=finding.correlation,
            tenant=finding.tenant,
        ),
        message=message(finding),
        is_alert=finding.state != "close",
        status_id=status,
        status=status_name,
        confidence_id=confidence,
        confidence=confidence_name,
        confidence_score=finding.confidence,
        risk_level_id=risk,
        risk_level=risk_name,
        risk_score=finding.risk,
        risk_details=" ".join(filter(None, map(sentence, seen.reasons))),
        start_time=finding.first,
        end_time=finding.last,
        count=max(seen.count, len(listed)),
        finding_info=_info(finding, detection, listed),
        evidences=artifacts,
        resources=resources(listed),
        anomaly_analyses=anomalies(seen.normal, finding.entity),
        observables=observables(seen, artifacts),
        remediation=_remediation(finding, detection),
        unmapped=story_of(finding, detection),
    )


def _listed(finding: Finding) -> tuple[Moment, ...]:
    """The timeline, with the decisive event on it even where it is not among the earliest."""
    seen = finding.evidence
    return tuple(sorted({*seen.moments, seen.decisive}, key=lambda each: (each.time, each.uid)))


def _info(finding: Finding, detection: Detection, listed: tuple[Moment, ...]) -> FindingInfo:
    events = {moment.uid: related(moment) for moment in listed}
    return FindingInfo(
        uid=finding.uid,
        title=finding.title,
        desc=description(finding, detection.summary),
        analytic=_analytic(detection),
        attacks=tuple(map(frameworks.attack, (*detection.attack, *detection.atlas))),
        first_seen_time=finding.first,
        last_seen_time=finding.last,
        related_events=tuple(events.values()),
        related_events_count=max(finding.evidence.count, len(events)),
        types=_KINDS,
        data_sources=tuple(sorted({moment.source for moment in listed if moment.source})),
    )


def _analytic(detection: Detection) -> Analytic:
    state, state_name = scales.STATE[detection.status]
    return Analytic(
        uid=detection.id,
        name=detection.title,
        type_id=scales.ANALYTIC[detection.analytic],
        type=detection.analytic,
        state_id=state,
        state=state_name,
    )


def _remediation(finding: Finding, detection: Detection) -> Remediation:
    """The command's own step first, then what it leaves alive, then the runbook."""
    command, children = finding.command, finding.descendants
    live = many(len(children), "live child", "live children")
    lines = (
        f"Revoke: {command.step}" if command and command.step else "",
        f"End {live} as well: {_steps(finding)}" if children else "",
        detection.runbook,
    )
    return Remediation(
        desc=" ".join(filter(None, map(sentence, lines))), references=detection.references
    )


def _steps(finding: Finding) -> str:
    return "; ".join(child.step or f"{child.kind} {child.uid}" for child in finding.descendants)
