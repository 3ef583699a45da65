"""Findings as OCSF 1.8.0 messages: `alert` for a finding's revision, `receipt` for an answer to a
revoke command. Both are pure: the same input gives the same bytes, with no clock and no host.
"""

from detector.sinks.ocsf.answer import receipt
from detector.sinks.ocsf.finding import alert

__all__ = ["alert", "receipt"]
