"""Admission of findings: a planned command passes its tenant's limits before readers see it.

A step of its own beside `step`, keyed by tenant: one state, one finding, one answer. What is held
back says why on its finding, and by which call a person can do it all the same. A revision of a
finding whose command went out before goes on showing it.

Examples:
    >>> from detector.findings import Evidence, Moment
    >>> seen = Evidence(detection="d", entity="e", decisive=Moment(5, "e1"), moments=(), score=0.9)
    >>> finding = Finding(
    ...     uid="f1", state="open", revision=1, detection="d", title="T", tenant="acme", entity="e",
    ...     time=5, first=5, last=5, severity=4, risk=90, confidence=80, evidence=seen,
    ... )
    >>> passed(AdmissionState("acme"), finding, ResponseConfig())[1].answer
    ''
"""

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from detector.config import ResponseConfig
from detector.findings import Finding
from detector.respond.admission import (
    AdmissionState,
    Admitted,
    BreakerOpened,
    Cause,
    Withheld,
    admit,
    sent_for,
)

_BY_HAND = frozenset({"approval", "breaker", "expired", "rate"})
_CLOSED = "It has been quiet since, and no command had gone out: nothing is revoked any more."
_OPENED = "This command opened the circuit breaker; a person has to look at what is going on. "

Answer = Cause | Literal["", "admitted", "closed"]


class Passed(Struct, frozen=True):
    """A finding as readers may see it, and the answer to its command: "" when there was none.
    `opened` is set when this command was one too many."""

    finding: Finding
    answer: Answer
    opened: BreakerOpened | None = None


def passed(
    state: AdmissionState, finding: Finding, config: ResponseConfig
) -> tuple[AdmissionState, Passed]:
    """One finding through its tenant's admission, at its own event time."""
    command = finding.command
    if command is None:
        return state, Passed(finding, "")
    sent = sent_for(state, command)
    if finding.state == "close" and (sent is None or sent.command_uid != command.command_uid):
        # What did not go out while the abuse went on does not go out after it.
        why = _CLOSED if sent is None else f"Command {sent.command_uid} has gone out for this."
        return state, Passed(replace(finding, command=None, withheld=why), "closed")
    state, answer = admit(state, command, finding.time, config)
    if isinstance(answer, Admitted):
        return state, Passed(finding, "admitted")
    if answer.cause == "duplicate":
        return state, Passed(finding, "duplicate")
    held = replace(finding, command=None, withheld=_why(answer))
    return state, Passed(held, answer.cause, answer.fact)


def _why(answer: Withheld) -> str:
    opened = _OPENED if answer.fact is not None else ""
    step = answer.command.step if answer.cause in _BY_HAND else ""
    return f"{opened}{answer.why}" + (f" By hand: {step}" if step else "")


class Admissions:
    """Admission of every tenant in one place, for whoever runs them all: replay does. `answers`
    counts the answers to findings that asked for a command, and how often a breaker opened."""

    def __init__(self, config: ResponseConfig) -> None:
        """Start with nothing admitted."""
        self._config = config
        self._tenants: dict[str, AdmissionState] = {}
        self.answers: Counter[str] = Counter()

    def passed(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings, in order, each through the admission of its tenant."""
        return [self._one(finding) for finding in findings]

    def _one(self, finding: Finding) -> Finding:
        state = self._tenants.get(finding.tenant) or AdmissionState(finding.tenant)
        self._tenants[finding.tenant], made = passed(state, finding, self._config)
        if made.answer:
            self.answers[made.answer] += 1
        if made.opened is not None:
            self.answers["breaker_opened"] += 1
        return made.finding
