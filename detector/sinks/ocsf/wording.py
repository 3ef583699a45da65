"""The sentences of an alert: what happened, how sure we are, and the numbers behind it.

Examples:
    >>> from detector.findings import Evidence, Moment
    >>> made = Moment(5, "e1", service="iam", operation="CreateAccessKey", address="192.0.2.7")
    >>> finding = Finding(
    ...     uid="f1", state="open", revision=1, detection="grave_and_new", title="Backdoor key",
    ...     tenant="acme", entity="principal:acme:ada", time=5, first=5, last=42_005, severity=4,
    ...     risk=87, confidence=90, evidence=Evidence(
    ...         detection="grave_and_new", entity="principal:acme:ada", decisive=made,
    ...         moments=(made,), score=0.9, count=14,
    ...     ),
    ... )
    >>> message(finding)
    'Very likely abuse by ada: Backdoor key; CreateAccessKey (iam) succeeded from 192.0.2.7; 14 \
events in 42 s, risk 87 of 100.'
"""

from detector.findings import Finding, Moment, Normal
from detector.sinks.ocsf.plain import listed, many, measured, sentence, span, utc
from schemas.event import Principal

_ENDED = {
    "success": "succeeded",
    "denied": "was denied",
    "failure": "failed",
    "throttled": "was throttled",
    "not_found": "met nothing there",
    "dry_run": "was tried as a dry run",
}


def message(finding: Finding) -> str:
    """The verdict and the numbers, in one plain sentence."""
    title = finding.title.strip().removesuffix(".")
    verdict = f"{_verdict(finding)} by {actor_name(finding)}: {title}"
    if finding.superseded_by:
        return f"{verdict}; replaced by finding {finding.superseded_by}."
    if finding.withdrawn:
        return f"{verdict}; withdrawn: with what came later, nothing of it stands."
    seen = finding.evidence
    count = max(seen.count, len(seen.moments), 1)
    pace = f" in {span(finding.last - finding.first)}" if count > 1 else ""
    numbers = f"{many(count, 'event')}{pace}, risk {finding.risk} of 100"
    return f"{verdict}; {decisive(seen.decisive)}; {numbers}."


def description(finding: Finding, summary: str) -> str:
    """What the detection looks for, what was unusual against usual, and what came of it."""
    seen = finding.evidence
    lines = [summary, f"It was decided at {utc(seen.decisive.time)}: {decisive(seen.decisive)}"]
    lines += [_compared(line) for line in seen.normal]
    lines += seen.reasons
    lines += [f"It changed: {listed(finding.did, by='; ')}"] if finding.did else []
    lines += [f"It can reach: {listed(finding.reach, by='; ')}"] if finding.reach else []
    lines += ["No attempt succeeded"] if seen.denied_only else []
    lines += ["Provisional: a late event could still explain it"] if seen.provisional else []
    return " ".join(filter(None, map(sentence, lines)))


def decisive(moment: Moment) -> str:
    """One event in words: what was done to what, how it ended, from where."""
    what = moment.operation or "an event"
    parts = (
        f"{what} ({moment.service})" if moment.service else what,
        f"on {moment.target}" if moment.target else "",
        _ENDED.get(moment.status, moment.status),
        f"from {moment.address}" if moment.address else "",
        f"and lets in {moment.foreign}" if moment.foreign else "",
    )
    return " ".join(filter(None, parts))


def actor_name(finding: Finding) -> str:
    """The principal as people call it; failing that, the entity's own id."""
    who = finding.evidence.principal
    if who is None:
        return finding.entity.rsplit(":", 1)[-1] or finding.entity
    return _named(who)


def _compared(line: Normal) -> str:
    if not measured(line.usual):
        return f"{line.what}: now {line.now}"
    return f"{line.what}: usually {line.usual}, now {line.now}"


def _named(who: Principal) -> str:
    name = who.name or who.uid
    kind = who.type if who.type != "unknown" else ""
    account = f"account {who.account}" if who.account and who.account not in name else ""
    told = ", ".join(filter(None, (kind, account)))
    return f"{name} ({told})" if told else name


def _verdict(finding: Finding) -> str:
    if finding.state == "close":
        noun = "attempts" if finding.evidence.denied_only else "abuse"
        return f"Closed: {noun}"
    sure = "Very likely" if finding.confidence >= 80 else "Likely"
    sure = sure if finding.confidence >= 50 else "Possible"
    return f"{sure} {'attempts at abuse, none successful,' if finding.evidence.denied_only else 'abuse'}"
