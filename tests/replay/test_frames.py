"""Framing: the bytes of a log, cut into records that cannot harm each other."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.replay.feed import StreamBrokenError, pieces
from detector.replay.frame import Flaw, Frame
from detector.replay.frames import frames
from detector.replay.limits import Limits

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
# A key that no container has: an object of its own.
RECORD = st.dictionaries(st.text(), JSON, max_size=4).map(lambda one: {"eventName": "x", **one})
SMALL = Limits(record_bytes=200, document_bytes=10_000)


def read(content: bytes, size: int = 64, limits: Limits = SMALL) -> list[Frame | Flaw]:
    """What framing makes of `content` in chunks of `size`."""
    return list(frames(pieces(content, size), limits))


def records(found: list[Frame | Flaw]) -> list[object]:
    """The records among them, decoded."""
    return [json.loads(one.raw) for one in found if isinstance(one, Frame)]


def flaws(found: list[Frame | Flaw]) -> list[tuple[int, str]]:
    """Position and reason of the flaws among them."""
    return [(one.position, one.reason) for one in found if isinstance(one, Flaw)]


LAYOUTS: dict[str, Callable[[list[object]], str]] = {
    "lines": lambda rows: "\n".join(map(json.dumps, rows)),
    "lines, CRLF": lambda rows: "\r\n".join(map(json.dumps, rows)) + "\r\n",
    "lines, blank lines between": lambda rows: "\n\n".join(map(json.dumps, rows)) + "\n\n",
    "delivered": lambda rows: json.dumps({"Records": rows}),
    "delivered, compact": lambda rows: json.dumps({"Records": rows}, separators=(",", ":")),
    "delivered, pretty": lambda rows: json.dumps({"Records": rows}, indent=3),
    "delivered, other fields before": lambda rows: json.dumps({"v": 1, "Records": rows, "n": 2}),
    "batch": lambda rows: json.dumps({"events": rows}),
    "list": json.dumps,
    "list, pretty": lambda rows: json.dumps(rows, indent=2),
    "list, one record a line": lambda rows: "[\n" + ",\n".join(map(json.dumps, rows)) + "\n]",
    "records, pretty": lambda rows: "\n".join(json.dumps(row, indent=2) for row in rows),
    "deliveries, one a line": lambda rows: "\n".join(
        json.dumps({"Records": [row]}) for row in rows
    ),
    "deliveries, pretty": lambda rows: "\n".join(
        json.dumps({"Records": [row]}, indent=1) for row in rows
    ),
    "list of deliveries": lambda rows: json.dumps([{"Records": [row]} for row in rows]),
    "lines, then pretty": lambda rows: "\n".join(
        [*map(json.dumps, rows[:1]), *(json.dumps(row, indent=1) for row in rows[1:])]
    ),
    "byte order mark": lambda rows: "\ufeff" + "\n".join(map(json.dumps, rows)),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@given(rows=st.lists(RECORD, max_size=4), size=st.integers(1, 300))
def test_any_layout_in_any_chunks_gives_the_same_records(layout, rows, size) -> None:
    """Records come out whole and in order, however they were laid out and cut into chunks."""
    content = LAYOUTS[layout](rows).encode()

    found = read(content, size, Limits())

    assert (rows, []) == (records(found), flaws(found))


@given(rows=st.lists(RECORD, min_size=1, max_size=4), size=st.integers(1, 300))
def test_a_document_too_large_to_decode_is_scanned(rows, size) -> None:
    """A list of records over the limit gives the same records, one by one."""
    content = json.dumps({"Records": rows, "more": [1]}).encode()

    found = read(content, size, Limits(document_bytes=10))

    assert (rows, []) == (records(found), flaws(found))


@given(
    rows=st.lists(RECORD, min_size=1, max_size=4),
    cut=st.integers(1, 10_000),
    size=st.integers(1, 300),
)
def test_a_truncated_document_gives_its_whole_records_and_one_flaw(rows, cut, size) -> None:
    """Wherever a delivered file is cut, its complete records count, and nothing is made up."""
    content = json.dumps({"Records": rows}).encode()
    content = content[: 1 + cut % (len(content) - 2)]

    found = read(content, size, Limits())

    whole = records(found)
    assert rows[: len(whole)] == whole
    if b'"Records": [' in content and not content.endswith(b"]"):
        assert 1 == len(flaws(found))
        assert b"Records" not in b"".join(one.raw for one in found if isinstance(one, Frame))


@given(
    rows=st.lists(st.binary(max_size=40).map(lambda one: one.replace(b"\n", b"")), max_size=5),
    size=st.integers(1, 50),
)
def test_rubbish_never_raises_and_good_lines_survive_it(rows, size) -> None:
    """Random lines between good ones end neither the file nor the records after them."""
    good = b'{"eventName":"good"}'
    rows = [row for row in rows if not row.lstrip(b" \t\r,").startswith((b"{", b"["))]

    found = read(b"\n".join([good, *rows, good]), size, Limits())

    assert [{"eventName": "good"}] * 2 == records(found)


def test_every_bad_line_is_one_flaw_with_its_number() -> None:
    """Bad lines are named by their number and cost no other line."""
    content = b'{"a":1}\nnot json\n{"b":2\n\n{"c":"open\nnor this\n{"d":4}\n'

    found = read(content)

    assert [{"a": 1}, {"d": 4}] == records(found)
    assert [
        (2, "expected a JSON object, got something else"),
        (3, "not JSON: a record without an end"),
        (5, "not JSON: a string without an end"),
        (6, "expected a JSON object, got something else"),
    ] == flaws(found)


@pytest.mark.parametrize(
    "bad",
    [
        b'{"id":2,"b":{"c":1}',  # a brace is missing
        b'{"id":2,"b":{"c":1}}}',  # a brace too many
        b'{"id":2,"b":"c}',  # a quote is missing
        b'{"id":2,"b":"\xff\xfe}',  # neither text nor an end
        b"17",
        b'"text"',
    ],
)
@pytest.mark.parametrize("size", [7, 10_000])
def test_one_broken_record_in_a_delivered_file_costs_only_itself(bad, size) -> None:
    """A broken record in `Records` is one flaw; those before and after it come out."""
    content = b'{"Records":[{"id":1,"x":"y"},' + bad + b',{"id":3,"z":{}},{"id":4}]}'

    found = read(content, size)

    assert [{"id": 1, "x": "y"}, {"id": 3, "z": {}}, {"id": 4}] == [
        one for one in records(found) if isinstance(one, dict) and one["id"] != 2
    ]
    assert len([one for one in found if isinstance(one, Flaw)]) <= 1


def test_a_stray_bracket_does_not_end_the_records() -> None:
    """A `]` too many between two records loses neither."""
    found = read(b'{"Records":[{"id":1}],{"id":2}]}')

    assert [{"id": 1}, {"id": 2}] == records(found)


@pytest.mark.parametrize("rest", [b',"more":{"x":', b',"more":[1,', b" 17"])
def test_a_document_that_breaks_after_its_records_gives_them_all(rest) -> None:
    """Damage behind the list of records is one flaw and costs no record."""
    found = read(b'{"Records":[{"id":1},{"id":2}]' + rest)

    assert [{"id": 1}, {"id": 2}] == records(found)
    assert 1 == len(flaws(found))


def test_an_endless_line_is_passed_over_without_being_held() -> None:
    """A line over the limit is one flaw; the feed never holds much more than the limit."""
    huge = (b"x" * 1_000 for _ in range(1_000))
    content = [b'{"a":1}\n{"b":"', *huge, b'"}\n{"c":3}\n']

    found = list(frames(content, SMALL))

    assert [{"a": 1}, {"c": 3}] == records(found)
    assert [(2, "record larger than 200 bytes")] == flaws(found)


def test_an_endless_record_in_a_delivered_file_is_passed_over() -> None:
    """A record over the limit in `Records` is one flaw; the next record comes out."""
    huge = b'{"id":2,"b":"' + b"x" * 100_000 + b'"}'
    content = b'{"Records":[{"id":1},' + huge + b',{"id":3}]}'

    found = read(content, 1_000)

    assert [{"id": 1}, {"id": 3}] == records(found)
    assert [(2, "record larger than 200 bytes")] == flaws(found)


def test_nesting_is_no_recursion() -> None:
    """A record nested 10,000 deep is framed like any other, by itself."""
    deep = b'{"id":2,"b":' + b"[" * 10_000 + b"]" * 10_000 + b"}"
    content = b'{"Records":[{"id":1},' + deep + b',{"id":3}]}'

    found = read(content, 4_096, Limits())

    assert [b'{"id":1}', deep, b'{"id":3}'] == [one.raw for one in found if isinstance(one, Frame)]


@pytest.mark.parametrize(
    ("content", "whole"),
    [
        (b'{"a":1}\n{"b":2}\n{"c"', 2),
        (b'{"a":1}\n{"b":2}', 2),
        (b'{"Records":[{"a":1},{"b":2},{"c"', 2),
        (b'{"Records":[{"a":1},{"b":2},', 2),
        (b'{"Rec', 0),
        (b"", 0),
    ],
)
def test_bytes_that_end_too_early_are_one_flaw_after_what_was_whole(content, whole) -> None:
    """When decompression breaks, complete records count and the break is the only flaw."""

    def broken():
        yield from pieces(content, 5)
        raise StreamBrokenError("truncated gzip")

    found = list(frames(broken(), SMALL))

    assert whole == len(records(found))
    assert ["truncated gzip"] == [reason for _, reason in flaws(found)]


def test_positions_are_lines_or_record_numbers() -> None:
    """In a file of lines a record is known by its line, in a document by its number; from 1."""
    by_line = read(b'{"a":1}\n\n{"b":2}\n{"c":3}')
    by_number = read(b'{"Records":[{"a":1},\n\n{"b":2}]}')

    assert [1, 3, 4] == [one.position for one in by_line]
    assert [1, 2] == [one.position for one in by_number]
