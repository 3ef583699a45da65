"""Where a JSON value ends, by counting brackets: no decoding, no recursion, in growing bytes.

Examples:
    >>> feed = Feed([b'{"a":[1,', b'"}"]} and so on'])
    >>> feed.head(value_end(feed, WITHIN, limit=100))
    b'{"a":[1,"}"]}'
    >>> value_end(Feed([b'{"a":[1,']), WITHIN, limit=100)
    Traceback (most recent call last):
    ...
    detector.replay.brackets.UnbalancedError: truncated: the bytes end inside a record
"""

import re

from detector.replay.feed import Feed

_STRING = rb'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"'
# In a document, brackets are counted outside strings. A lone quote opens a string that has no end.
WITHIN = re.compile(_STRING + rb'|[{}\[\]"]')
# At the top level a brace at the start of a line begins the next record, whatever is still open.
AT_TOP = re.compile(_STRING + rb'|\n(?=\{)|[{}\[\]"]')
ENDLESS = "not JSON: a record without an end"


class UnbalancedError(Exception):
    """No end of the value was found; `reach` is how far its brackets made sense."""

    def __init__(self, reason: str, reach: int) -> None:
        super().__init__(reason)
        self.reach = reach


def value_end(feed: Feed, tokens: re.Pattern[bytes], limit: int, depth: int = 0) -> int:
    """Offset of the end of the value that starts here (or, with `depth`, is open here).

    Raises:
        UnbalancedError: it has no end, none within `limit` bytes, or breaks before.
    """
    reach = 0
    while True:
        buffer, base = feed.buffer, feed.at
        for found in tokens.finditer(buffer, base + reach, base + limit + 1):
            token = found[0]
            if token in (b"{", b"["):
                depth += 1
            elif token in (b"}", b"]"):
                depth -= 1
                if depth <= 0:
                    return found.end() - base
            elif token in (b'"', b"\n"):
                reach = found.start() - base
                _check(token, feed, reach, limit)
                break
        else:
            reach = min(feed.held, limit + 1)
        if feed.held > limit:
            raise UnbalancedError(f"record larger than {limit} bytes", reach)
        if not feed.more():
            raise UnbalancedError("truncated: the bytes end inside a record", reach)


def _check(token: bytes, feed: Feed, reach: int, limit: int) -> None:
    """An open string may go on in the next chunk, but never over the end of a line."""
    if token == b"\n":
        raise UnbalancedError(ENDLESS, reach)
    if feed.buffer.find(b"\n", feed.at + reach, feed.at + limit) >= 0:
        raise UnbalancedError("not JSON: a string without an end", reach)
