"""Touches: the last use of each credential in each quarter that has not settled.

That a credential has ended may become known after it was used: the fact is on its way, or the end
itself came late. Whether it was used after its end can still be told from its last use, and which
one that is does not depend on the order of arrival. Of many credentials in one quarter a hash
chooses; quarter by quarter, since they settle so, whenever that is.

Examples:
    >>> touches = Touches()
    >>> for time in (5_000, 9_000, 7_000):
    ...     touches.add("9f", time, f"e{time}", ("s3", "GetObject", "read", "", "success"))
    >>> [uid for _, _, uid, _ in touches.between(0, 10_000)]
    ['e9000']
"""

from zlib import crc32

from msgspec import Struct

from detector.window.empty import none_yet
from detector.window.panes import QUARTER
from detector.window.signature import ActionKey

_MOST = 64

Touch = tuple[str, int, str, ActionKey]


class Touches(Struct, omit_defaults=True, gc=False):
    """The latest use (`action` is None before the first), and by quarter and credential the other
    last ones: at most 64 of a quarter, chosen by their credential."""

    secret: str = ""
    time: int = 0
    uid: str = ""
    action: ActionKey | None = None
    others: dict[tuple[int, str], Touch] = none_yet()

    def add(self, secret: str, time: int, uid: str, action: ActionKey) -> None:
        """The credential was used."""
        latest = self.action
        if latest is None:
            self.secret, self.time, self.uid, self.action = secret, time, uid, action
            return
        apart = self.secret != secret or self.time // QUARTER != time // QUARTER
        if (time, uid) < (self.time, self.uid):
            if apart:
                self._set_aside((secret, time, uid, action))
            return
        before = (self.secret, self.time, self.uid, latest)
        self.secret, self.time, self.uid, self.action = secret, time, uid, action
        if apart:
            self._set_aside(before)

    def _set_aside(self, touch: Touch) -> None:
        if not self.others:
            self.others = {}
        key = touch[1] // QUARTER, touch[0]
        old = self.others.get(key)
        if old is None or touch[1:3] > old[1:3]:
            self.others[key] = touch
        if len(self.others) >= _MOST:
            self._thin(key[0])

    def _thin(self, quarter: int) -> None:
        """The latest use is one of its quarter's, wherever it is kept."""
        own = self.time // QUARTER, self.secret
        inside = {key for key in (*self.others, own) if key[0] == quarter}
        for key in sorted(inside, key=_chance)[_MOST:]:
            self.others.pop(key, None)

    def between(self, since: int, until: int) -> list[Touch]:
        """The last uses in [since, until), in event-time order."""
        if self.action is None:
            return []
        own = self.time // QUARTER, self.secret
        found = [touch for key, touch in self.others.items() if key != own]
        found.append((self.secret, self.time, self.uid, self.action))
        return sorted(
            (touch for touch in found if since <= touch[1] < until), key=lambda touch: touch[1:3]
        )

    def prune(self, bound: int) -> None:
        """Forget what is settled."""
        if self.action is not None and self.time < bound:
            self.secret, self.time, self.uid, self.action = "", 0, "", None
        if self.others:
            self.others = {k: v for k, v in self.others.items() if v[1] >= bound} or none_yet()


def _chance(key: tuple[int, str]) -> tuple[int, str]:
    return crc32(key[1].encode()), key[1]
