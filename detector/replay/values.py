"""Records out of JSON that is not one record a line: documents that hold lists of records, values
over many lines, and documents that are damaged.

A list of records is decoded in one go where that is possible (0.5 µs a record); where not (too
large, truncated, one record broken) its records are found one by one by their brackets (10 µs), so
that a bad one costs nothing but itself.

Examples:
    >>> from detector.replay.feed import Feed
    >>> truncated = b'{"Records":[{"eventName":"A"},{"eventName":"B"},{"eventNa'
    >>> for found in Values(Feed([truncated]), Limits()):
    ...     print(found.position, type(found).__name__, found[1])
    1 Frame b'{"eventName":"A"}'
    2 Frame b'{"eventName":"B"}'
    3 Flaw truncated: the bytes end inside a record
"""

import re
from collections.abc import Iterator

from detector.replay.brackets import AT_TOP, ENDLESS, WITHIN, UnbalancedError, value_end
from detector.replay.feed import Feed
from detector.replay.frame import CONTAINER, SAMPLE, Flaw, Frame, is_json, records_of
from detector.replay.limits import Limits

BLANKS = b" \t\r\n"
_HEAD = 2_048
_RECORDS = re.compile(rb'"(?:[Rr]ecords|[Ee]vents)"\s*:\s*\[')
_OPENING = re.compile(rb'\{\s*("[^"\\]{1,64}")\s*:')
_NEXT_TOP = re.compile(rb"\n(?=[{\[])")
_NEXT_LINE = re.compile(rb"\n")
_NEXT_ANY = re.compile(rb"(?=[{\]])")
# How far a record is followed past the place where the next one seems to begin.
_RETRY = 16_384
# How many first keys of records are remembered, to know where a record begins.
_FIRST_KEYS = 16
_CLOSING = re.compile(rb"\s*\}")


class Values:
    """Iterates over the frames and flaws of a feed. `count` is the number of list records so far."""

    def __init__(self, feed: Feed, limits: Limits) -> None:
        self._feed = feed
        self._limits = limits
        self._tried_whole = False
        self._cut = False
        self._first_keys: list[bytes] = []
        self._opening: re.Pattern[bytes] | None = None
        self.count = 0

    def __iter__(self) -> Iterator[Frame | Flaw]:
        while first := self._feed.skip(BLANKS + b","):
            line = self._whole_line()
            if line:
                yield Frame(self._feed.line, line)
                self._feed.drop(len(line))
            elif self._is_container():
                yield from self._container()
            elif first == b"{":
                yield from self._single()
            else:
                yield self._flaw("expected a JSON object, got something else", self._feed.line)
                self._feed.seek(_NEXT_LINE)

    def _whole_line(self) -> bytes:
        """The next line, if it is one record and no list of records; else empty."""
        feed = self._feed
        end = feed.line_end(self._limits.record_bytes)
        if end < 0 or CONTAINER.match(feed.buffer, feed.at):
            return b""
        line = feed.head(end).rstrip()
        return line if line.startswith(b"{") and line.endswith(b"}") and is_json(line) else b""

    def _is_container(self) -> bool:
        # Over several lines its head may not be there yet.
        self._feed.fill(_HEAD)
        return CONTAINER.match(self._feed.buffer, self._feed.at) is not None

    # ------------------------------------------------------------------- lists of records

    def _container(self) -> Iterator[Frame | Flaw]:
        records = self._in_one_go()
        if records is None:
            yield from self._one_by_one()
            return
        limit = self._limits.record_bytes
        for raw in records:
            self.count += 1
            if len(raw) <= limit:
                yield Frame(self.count, raw)
            else:
                yield Flaw(self.count, f"record larger than {limit} bytes", raw[:SAMPLE])

    def _in_one_go(self) -> list[bytes] | None:
        """Decode the line, or else (once for each file, it may be long) everything to the end."""
        feed, limit = self._feed, self._limits.document_bytes
        end = feed.line_end(limit)
        records = records_of(feed.head(end)) if end >= 0 else None
        if records is None and not self._tried_whole:
            self._tried_whole = True
            feed.fill(limit + 1)
            end = feed.held
            records = records_of(feed.rest()) if end <= limit else None
        if records is not None:
            feed.drop(end)
        return records

    def _one_by_one(self) -> Iterator[Frame | Flaw]:
        feed = self._feed
        if feed.head(1) == b"[":
            feed.drop(1)
            yield from self._elements()
            return
        feed.seek(_RECORDS)
        yield from self._elements()
        while feed.held and not _CLOSING.match(feed.buffer, feed.at) and self._list_goes_on():
            yield from self._elements()
        yield from self._rest_of_object()

    def _elements(self) -> Iterator[Frame | Flaw]:
        while first := self._feed.skip(BLANKS + b","):
            if first == b"]":
                self._feed.drop(1)
                # The byte after the list must be there for what follows to be judged.
                self._feed.skip(BLANKS)
                return
            self.count += 1
            yield from self._element() if first == b"{" else self._stray()
        if not (self._cut or self._feed.failure):
            yield self._flaw("truncated: the bytes end inside a list of records", self.count + 1)

    def _element(self) -> Iterator[Frame | Flaw]:
        feed = self._feed
        self._learn_opening()
        following = self._opening and self._opening.search(feed.buffer, feed.at)
        raw = feed.buffer[feed.at : following.start()] if following else b""
        swallowed = None
        if not (raw and is_json(raw)):
            try:
                raw = feed.head(self._end_of_element(len(raw)))
            except UnbalancedError as error:
                yield from self._recovered(ENDLESS if following else str(error))
                return
            swallowed = self._opening.search(raw) if self._opening and not is_json(raw) else None
        if swallowed:
            yield self._flaw(ENDLESS, self.count)
            feed.drop(swallowed.end())
        else:
            yield Frame(self.count, raw)
            feed.drop(len(raw))

    def _end_of_element(self, next_at: int) -> int:
        """Past `next_at`, where another record seems to begin, an end is not looked for in vain."""
        limit = next_at + _RETRY if next_at else self._limits.record_bytes
        return value_end(self._feed, WITHIN, limit)

    def _stray(self) -> Iterator[Flaw]:
        yield self._flaw("expected a record in the list, got something else", self.count)
        self._feed.drop(1)
        self._feed.seek(self._opening or _NEXT_ANY)

    def _recovered(self, reason: str) -> Iterator[Flaw]:
        """Go on at the next record that begins as others did; no string can look like that."""
        flaw = self._flaw(reason, self.count)
        found = self._opening is not None and self._feed.seek(self._opening)
        if not found:
            self._cut = True
            self._feed.drop(self._feed.held)
            while self._feed.more():
                self._feed.drop(self._feed.held)
        if found or not self._feed.failure:
            yield flaw

    def _learn_opening(self) -> None:
        found = _OPENING.match(self._feed.buffer, self._feed.at)
        if found and found[1] not in self._first_keys and len(self._first_keys) < _FIRST_KEYS:
            self._first_keys.append(found[1])
            keys = b"|".join(map(re.escape, self._first_keys))
            self._opening = re.compile(rb",\s*(?=\{\s*(?:" + keys + rb")\s*:)")

    def _list_goes_on(self) -> bool:
        # A stray `]` between two records.
        return bool(self._opening and self._opening.match(self._feed.buffer, self._feed.at))

    def _rest_of_object(self) -> Iterator[Flaw]:
        if self._feed.ended and not self._feed.held:
            return
        try:
            self._feed.drop(value_end(self._feed, WITHIN, self._limits.record_bytes, depth=1))
        except UnbalancedError as error:
            yield self._flaw(str(error), self.count + 1)
            self._feed.seek(_NEXT_TOP)

    # --------------------------------------------------------- values at the top level

    def _single(self) -> Iterator[Frame | Flaw]:
        line = self._feed.line
        try:
            raw = self._feed.head(value_end(self._feed, AT_TOP, self._limits.record_bytes))
        except UnbalancedError as error:
            yield from self._abandoned(error, line)
        else:
            yield Frame(line, raw)
            self._feed.drop(len(raw))

    def _abandoned(self, error: UnbalancedError, line: int) -> Iterator[Flaw]:
        """Leave a broken value: its line if it broke there, else all up to the next that starts
        at the beginning of a line."""
        feed = self._feed
        flaw = self._flaw(str(error), line)
        one_line = b"\n" not in feed.head(error.reach)
        found = feed.seek(_NEXT_LINE if one_line else _NEXT_TOP)
        if found or not feed.failure:
            yield flaw

    def _flaw(self, reason: str, position: int) -> Flaw:
        return Flaw(position, reason, self._feed.head(SAMPLE))
