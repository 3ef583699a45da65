"""CloudEvents in binary mode: what the headers say and what the value holds come together."""

import gzip
from collections.abc import Callable

import orjson
import pytest

from detector.runtime.binary import structured
from tests.runtime.test_decode import ONE, decoded

USE = {"source": "broker", "principal": {"uid": "agent/research"}}
HEADERS = (
    ("ce_specversion", b"1.0"),
    ("ce_id", b"7c1e"),
    ("ce_source", b"/brokers/1"),
    ("ce_type", b"token.used"),
    ("ce_time", b"2026-01-05T09:30:00Z"),
    ("content-type", b"application/json"),
    ("traceparent", b"00-1-2-01"),
)


@pytest.mark.parametrize("source", ["auto", "token_use"])
def test_the_envelope_fills_in_what_the_record_does_not_say(source: str) -> None:
    """A token use without id and time has those of its event."""
    assert (["7c1e"], []) == decoded(structured(HEADERS, orjson.dumps(USE)), source)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_any_log_may_be_the_data(pack: Callable[[bytes], bytes]) -> None:
    """Its own id and time count."""
    assert ([ONE["eventID"]], []) == decoded(structured(HEADERS, pack(orjson.dumps(ONE))))


def test_headers_without_a_version_are_no_envelope() -> None:
    """Other headers change nothing."""
    assert b"{}" == structured(HEADERS[1:], b"{}")


def test_data_that_is_broken_is_a_dead_letter() -> None:
    """It is not hidden by its envelope."""
    uids, [letter] = decoded(structured(HEADERS, b'{"uid": '))

    assert ([], ("raw.x", 3, 7)) == (uids, (letter.place, letter.partition, letter.position))
