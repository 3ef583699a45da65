"""Lifecycle rules of a bucket: one that expires everything within days empties it.

On a bucket of logs the same rule is a way to lose the evidence.

Examples:
    >>> rule = {"LifecycleConfiguration": {"Rule": {"Expiration": {"Days": 1}}}}
    >>> lifecycle(Action("s3", "PutBucketLifecycle"), {"bucketName": "a", **rule}, "").effect
    'destroy'
    >>> lifecycle(Action("s3", "PutBucketLifecycle"), {"bucketName": "my-logs", **rule}, "").effect
    'impair_defence'
"""

import re
from typing import Any

from detector.sources.aws.cloudtrail_asked import Request, changed, leaves
from schemas.event import Action

_SOON = 7
_DEEPEST = 12
_FIELDS = frozenset({"Days", "days", "NoncurrentDays"})
_EVIDENCE = re.compile(r"log|trail|audit|siem|config|guardduty", re.IGNORECASE)


def lifecycle(action: Action, request: Request, _account: str) -> Action:
    """The effect of a lifecycle configuration, from its shortest expiry."""
    soon = any(
        key in _FIELDS and _days(value) <= _SOON for key, value in leaves(_expirations(request))
    )
    evidence = _EVIDENCE.search(str(request.get("bucketName", ""))) is not None
    return changed(action, effect="" if not soon else "impair_defence" if evidence else "destroy")


def _days(value: Any) -> float:
    if isinstance(value, int | float):
        return float(value)
    return float(value) if isinstance(value, str) and value.isdecimal() and len(value) < 6 else 1e9


def _expirations(value: Any, depth: int = 0) -> list[Any]:
    if depth > _DEEPEST:
        return []
    if isinstance(value, list):
        return [one for part in value for one in _expirations(part, depth + 1)]
    if not isinstance(value, dict):
        return []
    own = [value[name] for name in ("Expiration", "NoncurrentVersionExpiration") if name in value]
    return own + [one for part in value.values() for one in _expirations(part, depth + 1)]
