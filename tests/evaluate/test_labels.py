"""Labels as CSV."""

from pathlib import Path

import pytest

from detector.evaluate.labels import LabelsError, kind_of, parse_labels, read_labels
from tests.shared_data import shared_data


def test_unlisted_and_incident_free_rows_are_benign() -> None:
    """Only a row that names an incident is an attack event."""
    labels = parse_labels(["event_id,label,incident", "a,role_chain,i1:campaign", "b,other,"])

    assert {"a": "i1:campaign"} == labels.attacks
    assert ("i1:campaign",) == labels.incidents


def test_a_benign_twin_is_benign() -> None:
    """A row labelled benign is benign even where it names an incident."""
    labels = parse_labels(["event_id,label,incident", "a,benign,i1:role_chain"])

    assert {} == labels.attacks


def test_ignored_labels_count_for_neither_class() -> None:
    """A row whose label is ignored is no attack event and no benign one."""
    rows = ["eventID,label,detonation", "a,attack_detonation,d1", "b,tool_preflight,d1"]
    labels = parse_labels(rows, ["tool_preflight"])

    assert {"a": "d1"} == labels.attacks
    assert frozenset({"b"}) == labels.ignored


def test_columns_are_found_by_name_in_any_order() -> None:
    """The order of the columns and columns of no meaning do not matter."""
    labels = parse_labels(["incident,note,label,event_id", "i1,x,attack,a"])

    assert {"a": "i1"} == labels.attacks


@pytest.mark.parametrize(
    ("rows", "ignore", "told"),
    [
        ([], [], "expected a column 'event_id'"),
        (["event_id,label"], [], "expected a column 'incident'"),
        (["event_id,label,incident", "a,b"], [], "line 2: expected 3 columns"),
        (["event_id,label,incident", "a,b,c"], ["x"], "no row has the label to ignore 'x'"),
    ],
)
def test_what_cannot_be_used_is_named(rows: list[str], ignore: list[str], told: str) -> None:
    """A missing column, a short row and a label that no row has are refused by name."""
    with pytest.raises(LabelsError, match=told):
        parse_labels(rows, ignore)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A labels file that is not there is refused by its name."""
    with pytest.raises(LabelsError, match=r"none\.csv: No such file"):
        read_labels(tmp_path / "none.csv")


def test_a_kind_follows_the_colon() -> None:
    """The kind of an incident is what follows the colon in its name."""
    assert "campaign" == kind_of("inc045:campaign")
    assert "incident" == kind_of("39f95f43")


def test_real_labels_of_both_forms_are_read() -> None:
    """The mixed streams hold 60 incidents of three kinds; the capture's labels name detonations."""
    mixed = read_labels(shared_data() / "mixed" / "labels-11.csv")
    capture = read_labels(
        shared_data() / "invictus-cloudtrail" / "labels.csv", ["tool_preflight", "unlabelled_boto"]
    )

    assert 60 == len(mixed.incidents)
    assert 3 == len({kind_of(name) for name in mixed.incidents})
    assert capture.attacks
    assert capture.ignored.isdisjoint(capture.attacks)
