"""What a run counted, in memory that does not grow with its input: the content of `summary.json`.

It holds event time only, so two runs over the same input give the same summary.

Examples:
    >>> tally = Tally(budget=0.2)
    >>> tally.summary()["events"]
    0
"""

from collections import Counter

from detector.config import DAY
from detector.findings import Finding
from detector.report.words import moment
from schemas.event import ActivityEvent

_NOT_WITHHELD = frozenset({"admitted", "duplicate", "breaker_opened"})


class Tally:
    """Counts of one run. A superseded finding is counted under its successor only. `answers` are
    those of admission: of findings that asked for a command, in any revision."""

    def __init__(self, budget: float) -> None:
        self.budget = budget
        self.events = 0
        self.first = 0
        self.last = 0
        self.messages = 0
        self.answers: Counter[str] = Counter()
        self._who: set[int] = set()
        self._campaigns: set[int] = set()
        self._detections: Counter[str] = Counter()
        self._superseded: Counter[str] = Counter()

    def event(self, event: ActivityEvent) -> None:
        """Count one event."""
        time = event.time
        if time < self.first or not self.events:
            self.first = time
        if time > self.last or not self.events:
            self.last = time
        self.events += 1
        self._who.add(hash((event.tenant, event.principal.uid)))

    def finding(self, finding: Finding) -> None:
        """Count one revision of a finding."""
        self.messages += 1
        if finding.state == "open":
            self._detections[finding.detection] += 1
            self._campaigns.add(hash(finding.correlation or finding.uid))
        if finding.superseded_by:
            self._superseded[finding.detection] += 1

    def summary(self) -> dict[str, object]:
        """Everything by name, in the order in which it is read."""
        found = {
            name: count - self._superseded[name]
            for name, count in sorted(self._detections.items())
            if count > self._superseded[name]
        }
        return {
            "events": self.events,
            "identities": len(self._who),
            "first_event": _iso(self.first) if self.events else "",
            "last_event": _iso(self.last) if self.events else "",
            "days": round((self.last - self.first) / DAY, 3),
            "budget": self.budget,
            "campaigns": len(self._campaigns),
            "findings": sum(found.values()),
            "findings_by_detection": found,
            "alert_messages": self.messages,
            "commands_withheld": {
                cause: count
                for cause, count in sorted(self.answers.items())
                if cause not in _NOT_WITHHELD
            },
            "breaker_opened": self.answers["breaker_opened"],
        }


def _iso(time: int) -> str:
    return f"{moment(time).replace(' ', 'T')}Z"
