"""What each raw record decodes to, and what holds for every source."""

from pathlib import Path

import pytest

from detector.sources.base import Source
from detector.sources.opened import opened
from detector.sources.registry import MODULES, SOURCES, auto
from tests.sources.cases import (
    CONTEXT,
    FILLED,
    FOLDER,
    decode,
    filled,
    golden,
    name_of,
    raw_cases,
    written,
)  # fmt: skip


@pytest.mark.parametrize("raw", raw_cases(), ids=name_of)
def test_a_raw_record_decodes_to_its_golden_events(raw: Path) -> None:
    """A record decodes to exactly the events in the golden file beside it."""
    actual = written(decode(raw))

    assert golden(raw).read_text(encoding="utf-8") == actual


@pytest.mark.parametrize("raw", raw_cases(), ids=name_of)
def test_decoding_is_pure(raw: Path) -> None:
    """Decoding a record twice gives equal events."""
    assert decode(raw) == decode(raw)


@pytest.mark.parametrize("raw", raw_cases(), ids=name_of)
def test_a_record_is_recognised_by_its_own_source_alone(raw: Path) -> None:
    """`auto` finds the source of a record, and no other source claims it."""
    for record in opened(raw.read_bytes()):
        claimed = [name for name, source in SOURCES.items() if source.sniff(record)]

        assert [raw.parent.name] == claimed
        assert SOURCES[raw.parent.name] is auto(record)


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_has_cases(name: str) -> None:
    """Each source has at least three golden cases."""
    assert 3 <= len(list((FOLDER / name).glob("*.raw.json")))


def test_what_each_source_fills_is_current() -> None:
    """`detector sources` tells of the fields that the golden events have."""
    assert FILLED.read_text(encoding="utf-8") == filled()


def test_every_case_belongs_to_a_source() -> None:
    """No folder of cases and no golden file is left over."""
    assert set(SOURCES) == {folder.name for folder in FOLDER.iterdir()}
    assert {golden(raw) for raw in raw_cases()} == set(FOLDER.glob("*/*.event.json"))


def test_sources_are_found_by_scanning() -> None:
    """A source is registered under its module's name."""
    last = {name: module.rpartition(".")[2] for name, module in MODULES.items()}

    assert {name: name for name in SOURCES} == last
    assert {name: name for name in SOURCES} == {n: s.name for n, s in SOURCES.items()}


@pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"a,b,c\n1,2,3"])
def test_nobody_claims_what_is_nobodys(source: Source, raw: bytes) -> None:
    """Bytes without a source's field names are not recognised."""
    assert not source.sniff(raw)


def test_place_and_position_reach_the_event() -> None:
    """An event says where its raw record stands."""
    raw = next(raw for raw in raw_cases() if raw.parent.name == "cloudtrail")

    [event] = SOURCES["cloudtrail"].decode(raw.read_bytes(), CONTEXT, 7)

    assert event.raw is not None
    assert ("case.json", 7) == (event.raw.place, event.raw.position)
