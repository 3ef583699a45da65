"""How far a raw partition is in event time: the latest time that can be believed.

A record that was written near its own time is believed at once: such are live logs. In old logs that
are loaded, a jump of more than a day is believed when three identities, or a thousand records, are
beyond it: one record of another year must not make all others late.

Examples:
    >>> frontier = Frontier()
    >>> for n, day in enumerate([10, 10, 10, 4_000, 11]):
    ...     frontier.push(day * DAY, f"p{n}", written=20_000 * DAY)
    >>> frontier.time // DAY
    11
"""

from detector.config import DAY, HOUR

_CONFIRM = 3
_VOLUME = 1_000


class Frontier:
    """`time` is 0 until something is believed."""

    def __init__(self, time: int = 0) -> None:
        self.time = time
        self._ahead: list[int] = []
        self._who: set[str] = set()

    def push(self, time: int, key: str, written: int) -> None:
        """A record of `key` at `time`, `written` to the log then."""
        if time <= self.time:
            return
        live = written - time <= HOUR
        if live or (self.time and time - self.time <= DAY):
            self._believe(time)
            return
        self._ahead.append(time)
        self._who.add(key)
        if len(self._who) >= _CONFIRM or len(self._ahead) >= _VOLUME:
            self.confirm()

    def confirm(self) -> None:
        """Believe the earliest of what is ahead, and all that follows it closely: enough agree, or
        there is no more to come."""
        ahead, self._ahead = sorted(self._ahead), []
        self._who.clear()
        for time in ahead:
            if time == ahead[0] or time - self.time <= DAY:
                self._believe(time)

    def _believe(self, time: int) -> None:
        self.time = max(time, self.time)
