r"""Bytes of one log → the bytes of its records, each by itself, so that a bad one harms no other.

One record a line is the fast path. Whatever is not that (lists of records as AWS delivers them,
documents over many lines, damaged files) is left to `detector.replay.values`.

Examples:
    >>> [frame.raw for frame in frames([b'{"a":1}\n{"b', b'":2}\n'], Limits())]
    [b'{"a":1}', b'{"b":2}']
    >>> [frame.raw for frame in frames([b'{"Records":[{"a":1},', b'{"b":2}]}'], Limits())]
    [b'{"a":1}', b'{"b":2}']
"""

from collections.abc import Iterable, Iterator

from detector.replay.feed import Feed
from detector.replay.frame import CONTAINER, Flaw, Frame, is_json
from detector.replay.limits import Limits
from detector.replay.values import BLANKS, Values

_ENDS = (b"}", b"}\r")
_HEAD = 64


def frames(chunks: Iterable[bytes], limits: Limits) -> Iterator[Frame | Flaw]:
    """Every record of the bytes in their order, and a flaw for each part that is none.

    Memory: one chunk and one record, or one document of at most `limits.document_bytes`.
    """
    feed = Feed(chunks)
    feed.drop_mark()
    feed.skip(BLANKS)
    if _one_record_a_line(feed, limits):
        yield from _lines(feed, limits)
    # What was not read line by line, or the whole file.
    values = Values(feed, limits)
    yield from values
    if feed.failure:
        yield Flaw(values.count + 1 if values.count else feed.line, feed.failure, b"")


def _one_record_a_line(feed: Feed, limits: Limits) -> bool:
    end = feed.line_end(limits.record_bytes)
    first = feed.head(end) if end >= 0 else b""
    return first.startswith(b"{") and not CONTAINER.match(first) and is_json(first)


def _lines(feed: Feed, limits: Limits) -> Iterator[Frame]:
    """Records line by line, up to a line that needs a closer look."""
    more = True
    while more:
        rows = feed.rest().split(b"\n")
        tail = rows.pop()
        for place, row in enumerate(rows):
            # Whether it is JSON inside is the decoder's to find out: once is enough.
            if (
                row.startswith(b"{")
                and row.endswith(_ENDS)
                and row.find(b'"Records"', 0, _HEAD) < 0
            ):
                yield Frame(feed.line + place, row)
            elif row.strip():
                feed.drop(sum(map(len, rows[:place])) + place)
                return
        feed.use_lines(len(rows), len(tail))
        more = len(tail) <= limits.record_bytes and feed.more()
