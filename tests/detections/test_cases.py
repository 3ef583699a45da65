"""Every detection, on the stories of its case file, and every case file against its detection."""

from pathlib import Path
from typing import Any

import pytest

from detector.detections import DETECTIONS
from detector.frameworks import attack, owasp
from tests.detections.cases import Case, files, read, revisions, standing

UNITS = sorted(DETECTIONS.items())
EXPECTED = ("finding", "none")


def _gap(case: Case) -> pytest.MarkDecorator:
    return pytest.mark.xfail(reason=case.known_gap, strict=True, raises=AssertionError)


def _stories() -> list[Any]:
    return [
        pytest.param(
            path,
            case,
            id=f"{path.stem}/{case.name}",
            marks=[_gap(case)] if case.known_gap else [],
        )
        for path in files()
        for case in read(path).cases
    ]


@pytest.mark.parametrize(("path", "case"), _stories())
def test_a_detection_speaks_when_its_case_says_so(path: Path, case: Case) -> None:
    """A detection speaks on each of its positive cases and is silent on all the others."""
    found = standing(revisions(path.stem, read(path).history, case))
    assert (case.expect == "finding") == bool(found)
    if found:
        assert case.severity <= max(finding.severity for finding in found)
    if case.decisive:
        decisive = {f"{f.evidence.decisive.service}:{f.evidence.decisive.operation}" for f in found}
        assert case.decisive in decisive


def test_every_detection_has_its_cases() -> None:
    """Case files and detections stand one to one."""
    assert sorted(DETECTIONS) == [path.stem for path in files()]


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_a_case_file_has_every_sort_of_case(path: Path) -> None:
    """A case file has a positive, a negative and a benign look-alike, under names of their own."""
    cases = read(path).cases
    assert set(EXPECTED) == {case.expect for case in cases}
    assert any(case.expect == "none" and not case.like for case in cases)
    assert any(case.expect == "none" and case.like for case in cases)
    assert len(cases) == len({case.name for case in cases})


@pytest.mark.parametrize(("name", "unit"), UNITS)
def test_a_detection_is_named_as_its_file(name: str, unit: Any) -> None:
    """The id in a detection's metadata is the name of its module."""
    assert name == unit.META.id == unit.__name__.rpartition(".")[2]


@pytest.mark.parametrize(("name", "unit"), UNITS)
def test_a_detection_names_known_techniques(name: str, unit: Any) -> None:
    """Every technique and risk id that a detection gives is in the pinned frameworks."""
    meta = unit.META
    techniques = (*meta.attack, *meta.atlas)
    assert techniques, name
    assert meta.owasp, name
    assert all(attack(technique) for technique in techniques)
    assert all(technique.startswith("AML.") for technique in meta.atlas)
    assert all(owasp(risk) for risk in meta.owasp)


@pytest.mark.parametrize(("name", "unit"), UNITS)
@pytest.mark.parametrize("text", ["summary", "runbook", "benign", "check"])
def test_a_detection_speaks_in_sentences(name: str, unit: Any, text: str) -> None:
    """What an analyst reads of a detection is whole sentences; its check is a question."""
    words = getattr(unit.META, text)
    assert words[:1].isupper(), name
    assert words.endswith("?" if text == "check" else "."), name
    assert len(words.split()) >= 4, name


@pytest.mark.parametrize(("name", "unit"), UNITS)
def test_only_a_refutable_detection_is_provisional(name: str, unit: Any) -> None:
    """Evidence is provisional on arrival for refutable detections, and for no other."""
    path = next(path for path in files() if path.stem == name)
    positive = next(c for c in read(path).cases if c.expect == "finding" and not c.known_gap)
    first = revisions(name, read(path).history, positive)[0]
    assert (unit.META.kind == "refutable") == first.evidence.provisional
