"""Raw records: whatever shippers put into one."""

import gzip
from collections.abc import Callable

import orjson
import pytest

from detector.runtime.decode import Decoding
from detector.sources.base import Context
from detector.sources.fingerprint import Fingerprints
from detector.sources.mapped.mapping import load
from schemas.dead_letter import DeadLetter
from tests.cli.logs import records

ONE, TWO = list(records())[:2]
CONTEXT = Context(Fingerprints("a key of at least sixteen characters"))


def decoded(raw: bytes | None, source: str = "auto") -> tuple[list[str], list[DeadLetter]]:
    """Ids of the events, and the dead letters."""
    letters: list[DeadLetter] = []
    events = Decoding(source, CONTEXT, letters.append).events("raw.x", 3, 7, raw)
    return [event.uid for event in events], letters


@pytest.mark.parametrize("source", ["auto", "cloudtrail"])
@pytest.mark.parametrize(
    "raw",
    [
        orjson.dumps(ONE),
        b"  " + orjson.dumps(ONE) + b"\n",
        gzip.compress(orjson.dumps(ONE)),
        orjson.dumps({"Records": [ONE]}),
        gzip.compress(orjson.dumps({"Records": [ONE]})),
    ],
    ids=["a record", "spaces", "gzip", "a document", "a document in gzip"],
)
def test_a_record_is_found_however_it_is_packed(source: str, raw: bytes):
    """One log record is one event."""
    assert ([ONE["eventID"]], []) == decoded(raw, source)


@pytest.mark.parametrize(
    "raw",
    [
        orjson.dumps({"Records": [ONE, TWO]}),
        orjson.dumps(ONE) + b"\n" + orjson.dumps(TWO),
        orjson.dumps([ONE, TWO]),
    ],
    ids=["a document", "lines", "a list"],
)
def test_many_records_in_one_are_all_found(raw: bytes):
    """In their order."""
    assert ([ONE["eventID"], TWO["eventID"]], []) == decoded(raw)


@pytest.mark.parametrize("source", ["auto", "portal"])
def test_a_mapped_record_is_read(source: str) -> None:
    """From a topic of its own, or from the one for any source."""
    mapping = load(
        'recognise.fields = ["portal", "who"]\nevent.time = "at"\nprincipal.uid = "who"\n',
        "portal.toml",
    )
    context = Context(Fingerprints("a key of at least sixteen characters"), mapped=(mapping,))
    raw = b'{"portal": 1, "who": "ada", "at": 1767605400}'
    letters: list[DeadLetter] = []
    [event] = Decoding(source, context, letters.append).events("raw.portal", 0, 1, raw)

    assert ("portal", "ada") == (event.source, event.principal.uid)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (None, "expected a log record, got a null value"),
        (b"", "expected a log record, got a null value"),
        (b"\x00\x01\x02", "expected JSON records, got something that is not JSON"),
        (b"\x1f\x8bjunk", "damaged gzip"),
        (gzip.compress(orjson.dumps(ONE))[:-60], "truncated gzip"),
        (orjson.dumps(ONE)[:-9], "truncated"),
        (b'{"a":1}', "no source recognises this record"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "not JSON that can be read"),
    ],
    ids=["null", "empty", "bytes", "gzip", "cut gzip", "cut", "no log", "deep"],
)
def test_what_cannot_be_read_has_its_place_and_reason(raw: bytes | None, reason: str):
    """The letter names topic, partition and offset."""
    events, letters = decoded(raw)

    assert ([], [("raw.x", 3, 7)]) == (
        events,
        [(letter.place, letter.partition, letter.position) for letter in letters],
    )
    assert letters[0].reason.startswith(reason)


def test_good_records_beside_a_bad_one_count():
    """What comes before it and after it in the same document."""
    events, letters = decoded(orjson.dumps({"Records": [ONE, {"eventID": 3}, TWO]}), "cloudtrail")

    assert ([ONE["eventID"], TWO["eventID"]], 1) == (events, len(letters))


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_what_says_no_time_was_found_when_it_was_appended(pack: Callable[[bytes], bytes]) -> None:
    """A scan of files names no moment; the topic does."""
    found = {"DetectorName": "AWS", "Raw": "AKIAIOSFODNN7EXAMPLE", "SourceMetadata": {
        "Data": {"Filesystem": {"file": "app.env"}}}}  # fmt: skip
    letters: list[DeadLetter] = []
    decoding = Decoding("trufflehog", CONTEXT, letters.append)
    [event] = decoding.events("raw.x", 3, 7, pack(orjson.dumps(found)), 1_767_605_400_000)

    assert ("exposure", 1_767_605_400_000, []) == (event.kind, event.time, letters)
