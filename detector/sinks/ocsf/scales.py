"""Our scales as OCSF's numbers with their captions.

Examples:
    >>> SEVERITY[4]
    (4, 'High')
    >>> confidence(90), risk(59)
    ((3, 'High'), (2, 'Medium'))
"""

from typing import Literal

from detector.detections.meta import Analytic, Status
from schemas.alert import (
    ActivityId,
    AnalyticStateId,
    AnalyticTypeId,
    ConfidenceId,
    RiskLevelId,
    StatusId,
    TypeUid,
)
from schemas.ocsf import SeverityId

State = Literal["open", "update", "close"]

ACTIVITY: dict[State, tuple[ActivityId, TypeUid, str]] = {
    "open": (1, 200401, "Create"),
    "update": (2, 200402, "Update"),
    "close": (3, 200403, "Close"),
}
SEVERITY: dict[int, tuple[SeverityId, str]] = {
    1: (1, "Informational"),
    2: (2, "Low"),
    3: (3, "Medium"),
    4: (4, "High"),
    5: (5, "Critical"),
}
ANALYTIC: dict[Analytic, AnalyticTypeId] = {
    "Rule": 1,
    "Behavioral": 2,
    "Statistical": 3,
    "Learning": 4,
}
STATE: dict[Status, tuple[AnalyticStateId, str]] = {
    "stable": (1, "Active"),
    "experimental": (3, "Experimental"),
}


def status(*, over: bool) -> tuple[StatusId, str]:
    """New until a person says otherwise, as a quiet finding is not a resolved one; archived once
    another finding has taken its place, or it came to nothing."""
    return (5, "Archived") if over else (1, "New")


def confidence(percent: int) -> tuple[ConfidenceId, str]:
    """Confidence of 0-100 in three steps."""
    if percent >= 75:
        return 3, "High"
    return (2, "Medium") if percent >= 40 else (1, "Low")


def risk(score: int) -> tuple[RiskLevelId, str]:
    """Risk of 0-100 in five equal steps."""
    if score >= 80:
        return 4, "Critical"
    if score >= 60:
        return 3, "High"
    if score >= 40:
        return 2, "Medium"
    return (1, "Low") if score >= 20 else (0, "Info")
