"""Touches: the last use of each credential in each quarter that has not settled.

That a credential has ended may become known after it was used: the fact is on its way, or the end
itself came late. Whether it was used after its end can still be told from its last use, and which
one that is does not depend on the order of arrival.

Examples:
    >>> touches = Touches()
    >>> for time in (5_000, 9_000, 7_000):
    ...     touches.add("9f", time, f"e{time}", ("s3", "GetObject", "read", "", "success"))
    >>> [uid for _, _, uid, _ in touches.between(0, 10_000)]
    ['e9000']
"""

from zlib import crc32

from msgspec import Struct, field

from detector.window.empty import none_yet
from detector.window.panes import QUARTER
from detector.window.signature import ActionKey

_MOST = 64

Touch = tuple[str, int, str, ActionKey]


class Touches(Struct):
    """(credential, time, event id, action) of each last use: the latest, and by quarter and
    credential the others. At most 64 others, chosen by their credential."""

    last: Touch | None = None
    others: dict[tuple[int, str], Touch] = field(default_factory=none_yet)

    def add(self, secret: str, time: int, uid: str, action: ActionKey) -> None:
        """The credential was used."""
        last = self.last
        if last is None:
            self.last = secret, time, uid, action
        elif (time, uid) > (last[1], last[2]):
            if last[0] != secret or last[1] // QUARTER != time // QUARTER:
                self._set_aside(last)
                self.last = secret, time, uid, action
            else:
                self.last = last[0], time, uid, action
        elif last[0] != secret or last[1] // QUARTER != time // QUARTER:
            self._set_aside((secret, time, uid, action))

    def _set_aside(self, touch: Touch) -> None:
        if not self.others:
            self.others = {}
        key = touch[1] // QUARTER, touch[0]
        old = self.others.get(key)
        if old is None or touch[1:3] > old[1:3]:
            self.others[key] = touch
        if len(self.others) > _MOST:
            del self.others[max(self.others, key=_chance)]

    def between(self, since: int, until: int) -> list[Touch]:
        """The last uses in [since, until), in event-time order."""
        last = self.last
        if last is None:
            return []
        own = last[1] // QUARTER, last[0]
        found = [touch for key, touch in self.others.items() if key != own]
        return sorted(
            (touch for touch in (*found, last) if since <= touch[1] < until),
            key=lambda touch: touch[1:3],
        )

    def prune(self, bound: int) -> None:
        """Forget what is settled."""
        if self.last is not None and self.last[1] < bound:
            self.last = None
        if self.others:
            self.others = {k: v for k, v in self.others.items() if v[1] >= bound} or none_yet()


def _chance(key: tuple[int, str]) -> tuple[int, int, str]:
    quarter, secret = key
    return crc32(secret.encode()), quarter, secret
