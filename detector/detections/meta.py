"""What every detection says about itself: the metadata that its alerts, docs and runbook show.

Examples:
    >>> Detection(
    ...     id="grave_and_new", title="Grave action by a credential that never did such things",
    ...     summary="One grave call, new for the identity and for its peers.", severity=4,
    ...     status="stable", kind="monotone", attack=("T1098.001",), owasp=("NHI2:2025",),
    ...     benign="An administrator does it for the first time.",
    ...     check="Ask the owner whether the change was planned.",
    ...     runbook="Disable the key, then undo the change.", needs=("action.access",),
    ... ).analytic
    'Behavioral'
"""

from typing import Literal

from msgspec import Struct

Severity = Literal[1, 2, 3, 4, 5]
Status = Literal["stable", "experimental"]
Kind = Literal["monotone", "refutable"]
Analytic = Literal["Rule", "Behavioral", "Statistical", "Learning"]


class Detection(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The metadata of one detection.

    `id` equals its file's name. `summary` is one sentence for an analyst who meets it for the first
    time. `severity` (OCSF 1-5) is what to expect of it; each finding's own follows from its risk. Only `stable`
    detections may lead to a revoke command. `kind` is `monotone` when more events only make it
    truer, `refutable` when a late event can still explain it away.

    `calibrated` says that the alert budget sets its threshold; the others ignore the budget.

    `attack` and `atlas` are technique ids, `owasp` ids of OWASP NHI 2025 and Agentic 2026, all of
    them in `detector.frameworks`. `benign` is the best harmless explanation, `check` the one check
    that settles it, `runbook` what to do when it is real, `references` pages that help. `needs` are
    the fields of an event without which it finds nothing, as `detector.sources.filled` names them.
    """

    id: str
    title: str
    summary: str
    severity: Severity
    status: Status
    kind: Kind
    analytic: Analytic = "Behavioral"
    calibrated: bool = False
    attack: tuple[str, ...] = ()
    atlas: tuple[str, ...] = ()
    owasp: tuple[str, ...] = ()
    benign: str
    check: str
    runbook: str
    references: tuple[str, ...] = ()
    needs: tuple[str, ...]
