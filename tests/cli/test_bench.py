"""`detector bench` measures what it says, on whatever machine."""

from itertools import islice

import pytest

from detector.bench import simulated
from detector.cli import guarded
from detector.sources.registry import SOURCES
from tests.sources.cases import FOLDER


def test_the_engine_sections_put_ours_beside_a_floor(capsys: pytest.CaptureFixture[str]) -> None:
    """Steps, skew and state are measured with their floors in the same run."""
    code = guarded(
        [
            "bench",
            "--only",
            "step,skew,state",
            "--events",
            "2000",
            "--identities",
            "50",
            "--markdown",
        ]
    )
    lines = capsys.readouterr().out.splitlines()

    assert 0 == code
    assert "| section | what | figure | unit | note |" == lines[0]
    assert any("floor: decoding only" in line for line in lines)
    assert any("skewed against uniform" in line for line in lines)
    assert any("resident memory per identity" in line for line in lines)


def test_a_section_that_is_not_there_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown section names those that exist."""
    code = guarded(["bench", "--only", "speed"])

    assert 2 == code
    assert "step, skew, state, replay, quality, sources" in capsys.readouterr().err


def test_every_source_is_timed_beside_its_floor(capsys: pytest.CaptureFixture[str]) -> None:
    """Each source is timed on its golden cases, with its floor and what recognising it costs."""
    code = guarded(
        ["bench", "--only", "sources", "--events", "1000", "--cases", str(FOLDER), "--markdown"]
    )
    out = capsys.readouterr().out

    assert 0 == code
    assert [] == [name for name in SOURCES if f"| sources | {name} |" not in out]
    assert "floor, JSON into dicts" in out
    assert "| sources | auto, mixed |" in out


def test_sources_without_cases_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    """Where the golden cases are not, the section says what to name."""
    code = guarded(["bench", "--only", "sources", "--cases", "nowhere"])

    assert 2 == code
    assert "--cases" in capsys.readouterr().err


def test_quality_says_what_was_found_and_what_was_false() -> None:
    """A simulated organisation gives recall and false findings at the first budget."""
    recall, false = islice(simulated(seed=5, identities=40, days=0.5), 2)

    assert "seed 5, cold, budget 0.2: recall" == recall.what
    assert 0 <= recall.value <= 1
    assert "findings" == false.unit
