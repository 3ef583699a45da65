"""What the input itself says: how long it is, whose identities it holds, when each attack ran.

Examples:
    >>> from schemas.event import Principal
    >>> stream = Stream(Labels({"a": "i1"}))
    >>> for uid, time in (("x", 0), ("a", DAY)):
    ...     stream.take(ActivityEvent(uid=uid, source="s", tenant="t", time=time,
    ...                               principal=Principal(uid="p")))
    >>> stream.days, stream.identities, stream.times("i1")
    (1.0, 1, [86400000])
"""

from detector.config import DAY, HOUR
from detector.evaluate.labels import Labels
from schemas.event import ActivityEvent


class Stream:
    """Facts about the events that were replayed. Memory follows labels and identities, not events.

    `first` and `last` are epoch ms of event time.
    """

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._times: dict[str, dict[str, int]] = {}
        self._who: set[str] = set()
        self.events = 0
        self.first = 0
        self.last = 0

    def take(self, event: ActivityEvent) -> None:
        """Note one event. A duplicate of an attack event counts once, at its earliest time."""
        time = event.time
        if not self.events or time < self.first:
            self.first = time
        if not self.events or time > self.last:
            self.last = time
        self.events += 1
        self._who.add(event.key)
        incident = self._labels.attacks.get(event.uid)
        if incident is not None:
            times = self._times.setdefault(incident, {})
            times[event.uid] = min(time, times.get(event.uid, time))

    @property
    def identities(self) -> int:
        """Distinct principals."""
        return len(self._who)

    @property
    def days(self) -> float:
        """The span of the event times; never less than an hour, so that a rate means something."""
        return max(self.last - self.first, HOUR) / DAY

    @property
    def incidents(self) -> list[str]:
        """The incidents of which at least one event is in the input, sorted."""
        return sorted(self._times)

    def times(self, incident: str) -> list[int]:
        """When the events of an incident happened, sorted."""
        return sorted(self._times.get(incident, {}).values())

    @property
    def attack_from(self) -> int | None:
        """The time of the first attack event, or None where there is none."""
        return min((min(times.values()) for times in self._times.values()), default=None)
