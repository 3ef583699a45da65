"""What was worked out once is remembered, bounded, and never with a secret in it.

Most of a record was there before: the same session, from the same place, with the same operation. A
memo is keyed by the record's own words, before they are cleaned, so it may only be given what
`detector.sources.text.harmless` has looked through.

Examples:
    >>> memo: Memo[str, int] = Memo(most=2)
    >>> for word in ("one", "three", "five"):
    ...     _ = memo.keep(word, len(word))
    >>> memo
    {'three': 5, 'five': 4}
"""

from itertools import islice
from typing import TypeVar

CACHED = 16_384
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Memo(dict[_Key, _Value]):
    """A dictionary of at most `most` entries. `get` and `keep`; nothing else is meant to be used."""

    def __init__(self, most: int = CACHED) -> None:
        super().__init__()
        self._most = most

    def keep(self, key: _Key, value: _Value) -> _Value:
        """Remember `value`, which is also returned. In a full memo the older half makes room: to
        empty it all would have everything worked out anew at once."""
        if len(self) >= self._most:
            for old in list(islice(self, max(1, self._most // 2))):
                del self[old]
        self[key] = value
        return value
