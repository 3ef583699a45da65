"""Secrets that travel between systems are found from raw logs, at once, and their twins are quiet."""

import msgspec
import orjson
import pytest

from detector.config import EngineConfig
from detector.findings import Finding
from detector.replay.drive import Replay
from detector.simulate.across.folder import known
from detector.simulate.across.play import FORMATS, Estate, Row, performed
from detector.simulate.across.stories import STORIES
from detector.sources.base import Context
from detector.sources.decoding import Decoder
from detector.sources.fingerprint import Fingerprints
from detector.sources.inventory import Inventory
from detector.sources.inventory_file import parsed
from detector.sources.registry import SOURCES

SECOND = 1_000


def _run(seed: int) -> tuple[list[Row], dict[str, str], list[tuple[int, Finding]]]:
    """The records, which event is of which incident, and each finding with the time of its event."""
    estate = Estate(seed, 40)
    rows = list(performed(estate, 3))
    prints = Fingerprints("an example key, used in tests only")
    listed = parsed(known(estate).encode(), "inventory.csv")
    context = Context(prints, inventory=Inventory(listed, prints))
    decoder, run = Decoder(), Replay(EngineConfig())
    incidents: dict[str, str] = {}
    found: list[tuple[int, Finding]] = []
    for place, row in enumerate(rows):
        for event in decoder.decode(orjson.dumps(row.record), context, place):
            incidents[event.uid] = row.incident
            found += [(event.time, finding) for finding in run.feed(event)]
    found += [(rows[-1].at, finding) for finding in run.finish()]
    return rows, incidents, found


def _incidents(finding: Finding, incidents: dict[str, str]) -> set[str]:
    moments = (*finding.evidence.moments, finding.evidence.decisive)
    return {incidents.get(moment.uid, "") for moment in moments} - {""}


@pytest.fixture(scope="module")
def played() -> tuple[list[Row], dict[str, str], list[tuple[int, Finding]]]:
    """One simulation of a seed that nothing was tuned on."""
    return _run(8_071)


def test_every_story_is_found_within_a_second(
    played: tuple[list[Row], dict[str, str], list[tuple[int, Finding]]],
) -> None:
    """Each attack has a finding at most a second of event time after the event that decides it."""
    rows, incidents, found = played
    deciding = {row.incident: row.at for row in rows if row.deciding}
    first: dict[str, int] = {}
    for time, finding in found:
        for incident in _incidents(finding, incidents):
            first[incident] = min(time, first.get(incident, time))

    assert {f"{name}-1:attack" for name in STORIES} == set(deciding)
    assert {} == {
        incident: first.get(incident)
        for incident, at in deciding.items()
        if first.get(incident, 2**62) > at + SECOND
    }


def test_every_twin_is_quiet(
    played: tuple[list[Row], dict[str, str], list[tuple[int, Finding]]],
) -> None:
    """What only looks like an attack leads to no finding."""
    _, incidents, found = played

    assert set() == {
        incident
        for _, finding in found
        for incident in _incidents(finding, incidents)
        if incident.endswith(":twin")
    }


def test_each_format_is_read_as_its_source() -> None:
    """Every record that is written is recognised as the source that it is named after."""
    context = Context(Fingerprints("an example key, used in tests only"))
    seen: set[str] = set()
    for row in performed(Estate(5, 40), 2):
        decoder = Decoder()
        assert list(decoder.decode(orjson.dumps(row.record), context, 1))
        assert decoder.source is not None
        assert row.source == decoder.source.name
        seen.add(row.source)

    assert set(FORMATS) == seen
    assert set(FORMATS) <= set(SOURCES)


def test_a_simulation_is_its_seed() -> None:
    """The same arguments give the same records, another seed others."""
    first, again, other = (
        [msgspec.json.encode(row.record) for row in performed(Estate(seed, 20), 2)]
        for seed in (1, 1, 2)
    )

    assert first == again
    assert first != other
