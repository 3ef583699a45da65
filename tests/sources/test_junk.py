"""Whatever the bytes: events, or a DecodeError. Never anything else."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.sources.base import DecodeError, Source
from detector.sources.decoding import Decoder
from detector.sources.redact import sample
from detector.sources.registry import SOURCES
from tests.sources.cases import CONTEXT, raw_cases

RAW = {raw: json.loads(raw.read_bytes()) for raw in raw_cases()}
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 2**63, 10**400, 1.5, 1e308, "", "x", "\x00\u202e", "\ud800", "é" * 3_000,
    [], [[]], [None], {}, {"a": None}, {"items": [{"items": "x"}]}, ["x", 1],
)  # fmt: skip


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document, the root among them."""
    found = [path]
    if isinstance(value, dict):
        found += [p for key, one in value.items() for p in _paths(one, (*path, key))]
    if isinstance(value, list):
        found += [p for key, one in enumerate(value) for p in _paths(one, (*path, key))]
    return found


def _changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy of a document with one place replaced, or taken out if `new` is `...`."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    if len(path) == 1 and new is ...:
        del copy[path[0]]
    else:
        copy[path[0]] = _changed(value[path[0]], path[1:], new)
    return copy


def _bytes(document: Any) -> bytes:
    return json.dumps(document).encode("utf-8", "surrogatepass")


def _decode(source: Source, raw: bytes) -> None:
    """Decode, and let only a DecodeError pass; its text is short and its sample is drawn."""
    said = ""
    try:
        for event in source.decode(raw, CONTEXT, 1):
            # Events go to temporary files and topics, so whatever decodes must encode.
            msgspec.msgpack.encode(event)
    except DecodeError as error:
        said = str(error)
    assert len(said) < 400
    assert len(sample(raw)) <= 256
    source.sniff(raw)


@pytest.mark.parametrize("raw", RAW, ids=lambda raw: f"{raw.parent.name}-{raw.stem}")
def test_every_field_may_hold_anything(raw: Path) -> None:
    """In every field of every case, an odd value gives events or a DecodeError."""
    source, document = SOURCES[raw.parent.name], RAW[raw]
    for turn, path in enumerate(p for p in _paths(document) if p):
        _decode(source, _bytes(_changed(document, path, ...)))
        for step in (0, 7, 13):
            _decode(source, _bytes(_changed(document, path, ODD[(turn + step) % len(ODD)])))


def _own_and_another(data: st.DataObject, raw: Path) -> tuple[Source, Source]:
    """The source of a case, and a drawn one that does not expect it. `make fuzz` shows each source
    a hundred thousand of its own; here all take their turn."""
    return SOURCES[raw.parent.name], SOURCES[data.draw(st.sampled_from(sorted(SOURCES)))]


@given(st.data())
def test_any_two_fields_may_hold_anything(data: st.DataObject) -> None:
    """Two odd values at once, JSON's own or drawn ones, change nothing about that."""
    raw = data.draw(st.sampled_from(sorted(RAW)))
    document = RAW[raw]
    for _ in range(2):
        path = data.draw(st.sampled_from(_paths(document)))
        new = data.draw(st.sampled_from(ODD) | _JSON)
        document = _changed(document, path, new)
    for source in _own_and_another(data, raw):
        _decode(source, _bytes(document))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_a_record_may_be_cut_or_overwritten_anywhere(data: st.DataObject) -> None:
    """Truncated and overwritten bytes give events or a DecodeError."""
    case = data.draw(st.sampled_from(sorted(RAW)))
    raw = case.read_bytes()
    cut = data.draw(st.integers(0, len(raw)))
    junk = data.draw(st.binary(max_size=8))
    for source in _own_and_another(data, case):
        _decode(source, raw[:cut])
        _decode(source, raw[:cut] + junk + raw[cut + len(junk) :])


@given(st.sampled_from(sorted(SOURCES)), st.binary(max_size=64))
def test_any_bytes(name: str, raw: bytes) -> None:
    """Bytes that are no record give a DecodeError."""
    _decode(SOURCES[name], raw)


@pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 10_000,
        b'{"a":' * 10_000,
        b'{"requestParameters":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_001,
        b'{"data":' * 10_000 + b"1" + b"}" * 10_000,
        b'{"detail":' * 100 + b"{}" + b"}" * 100,
        b'{"eventTime": NaN}',
        b'{"time": 1' + b"0" * 5_000 + b"}",
        b'{"requestParameters": 1' + b"0" * 5_000 + b', "principal": 1}',
        b'{"eventName": "\xff\xfe"}',
        b"\xef\xbb\xbf{}",
        b"{}",
        b'"text"',
        b"null",
        b"",
    ],
    ids=[
        "lists",
        "objects",
        "request",
        "data",
        "wrappers",
        "nan",
        "huge",
        "huge-any",
        "utf8",
        "mark",
        "nothing",
        "text",
        "null",
        "empty",
    ],
)
def test_hostile_documents(source: Source, raw: bytes) -> None:
    """Deep nesting, NaN, huge numbers and broken UTF-8 raise DecodeError."""
    with pytest.raises(DecodeError):
        list(source.decode(raw, CONTEXT, 1))


@pytest.mark.parametrize(
    "part",
    ['"origin":{"asn":%s}', '"posture":{"created":%s}', '"posture":{"rotated":%s}',
     '"posture":{"rotation_days":%s}', '"task":{"uid":"t","ends":%s}',
     '"credential":{"uid":"c","issued":%s}', '"credential":{"uid":"c","expires":%s}'],
)  # fmt: skip
@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 10**400, -1])
def test_a_number_out_of_bounds_is_an_error(part: str, number: int) -> None:
    """A number that nothing could write on is a DecodeError that names its field."""
    field = part[1:].partition('"')[0]
    raw = f'{{"uid":"u","source":"s","time":0,"principal":{{"uid":"p"}},{part % number}}}'

    with pytest.raises(DecodeError, match=rf"^{field}\."):
        list(SOURCES["token_use"].decode(raw.encode(), CONTEXT, 1))


def test_the_rest_of_a_document_is_read() -> None:
    """One bad record in a delivered file leaves the others readable, and is named at the end."""
    good = RAW[next(raw for raw in RAW if raw.name == "iam-user-key.raw.json")]
    events = iter(
        Decoder(SOURCES["cloudtrail"]).decode(
            _bytes({"Records": [good, {"eventName": 3}, good]}), CONTEXT, 1
        )
    )

    assert next(events) == next(events)
    with pytest.raises(DecodeError, match="record 2 of 3"):
        next(events)


@pytest.mark.parametrize("year", [1970, 2100])
def test_any_time_in_range_is_a_time(year: int) -> None:
    """Times in 1970 and 2100 decode; whether they are plausible is not the source's question."""
    record = RAW[next(raw for raw in RAW if raw.name == "iam-user-key.raw.json")]

    [event] = SOURCES["cloudtrail"].decode(
        _bytes({**record, "eventTime": f"{year}-01-02T00:00:00Z"}), CONTEXT, 1
    )

    assert year == 1970 + event.time // (365.2425 * 86_400_000)


@pytest.mark.parametrize("time", ["1969-12-31T23:59:59Z", "2201-01-01T00:00:00Z", "soon", ""])
def test_a_time_out_of_range_is_an_error(time: str) -> None:
    """A time before 1970, after 2199, or none at all is a DecodeError that names the field."""
    record = RAW[next(raw for raw in RAW if raw.name == "iam-user-key.raw.json")]

    with pytest.raises(DecodeError, match="eventTime"):
        list(SOURCES["cloudtrail"].decode(_bytes({**record, "eventTime": time}), CONTEXT, 1))
