"""The pinned tables say what the frameworks say."""

import csv
from functools import cache

import pytest

from detector.detections import DETECTIONS
from detector.frameworks import (
    ATLAS,
    ATLAS_TACTICS,
    ATTACK,
    OWASP,
    TACTICS,
    attack,
    owasp,
)
from tests.shared_data import shared_data


@cache
def rows(name: str) -> dict[str, dict[str, str]]:
    """A reference table by its id."""
    with (shared_data() / "reference" / name).open(encoding="utf-8", newline="") as lines:
        return {row["id"]: row for row in csv.DictReader(lines)}


@pytest.mark.parametrize("technique", ATTACK)
def test_an_attack_technique_is_the_current_one(technique):
    """Every pinned ATT&CK technique has its current name and tactics and is not withdrawn."""
    row = rows("attack-v19.csv")[technique]

    assert (row["name"], tuple(row["tactics"].split(";"))) == ATTACK[technique]
    assert "false" == row["deprecated"]


@pytest.mark.parametrize("technique", ATLAS)
def test_an_atlas_technique_is_the_current_one(technique):
    """Every pinned ATLAS technique has its current name and tactics."""
    row = rows("atlas-techniques.csv")[technique]

    assert (row["name"], tuple(row["tactics"].split(";"))) == ATLAS[technique]


@pytest.mark.parametrize("tactic", TACTICS)
def test_a_tactic_has_its_current_name(tactic):
    """Every pinned tactic has its current name."""
    assert rows("attack-tactics-v19.csv")[tactic]["name"] == TACTICS[tactic]


@pytest.mark.parametrize("technique", [*ATTACK, *ATLAS])
def test_every_technique_makes_an_attack_object(technique):
    """Each technique has a parent in the table, a named tactic and a link."""
    made = attack(technique)
    lowest = made.sub_technique or made.technique

    assert technique == lowest.uid
    assert technique.startswith(made.technique.uid)
    assert lowest.src_url.startswith("https://")
    assert made.tactic is not None
    assert made.tactic.name in {*TACTICS.values(), *ATLAS_TACTICS.values()}


def test_a_sub_technique_stands_under_its_technique():
    """ATT&CK and ATLAS sub-techniques name their parent."""
    assert ["T1552", "AML.T0091"] == [
        attack(name).technique.uid for name in ("T1552.005", "AML.T0091.000")
    ]


@pytest.mark.parametrize("detection", DETECTIONS)
def test_every_detection_names_what_the_tables_hold(detection):
    """Each detection's techniques and risks are pinned, and each detection has a technique."""
    meta = DETECTIONS[detection].META
    techniques = [attack(technique) for technique in (*meta.attack, *meta.atlas)]
    risks = [owasp(risk) for risk in meta.owasp]

    assert techniques
    assert all(risks)


def test_an_unknown_technique_is_refused():
    """A typing error or a withdrawn technique does not reach an alert."""
    with pytest.raises(LookupError, match=r"technique 'T1562\.008' is not in the pinned tables"):
        attack("T1562.008")


def test_an_owasp_risk_has_its_name():
    """Both OWASP lists are complete, and an unknown risk is refused."""
    assert 20 == len(OWASP)
    assert "Secret Leakage" == owasp("NHI2:2025")
    with pytest.raises(LookupError, match="risk 'NHI11:2025'"):
        owasp("NHI11:2025")
