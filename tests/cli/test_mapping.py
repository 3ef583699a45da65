"""`detector mapping check`, and mappings in a run, as a user has them."""

import json
from pathlib import Path

import pytest

from tests.cli.logs import detector

MAPPING = """about = "The log of a portal."
recognise.fields = ["portal", "who"]
event.time = "at"
principal.uid = "portal:user/{who}"
action.operation = "what"
origin.address = "from"
"""
RECORD = {"portal": 1, "who": "ada", "what": "files.read", "from": "192.0.2.9",
          "at": "2026-01-05T09:30:00Z"}  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a mapping, a case of it and a log."""
    (tmp_path / "portal.toml").write_text(MAPPING)
    (tmp_path / "portal.cases").mkdir()
    (tmp_path / "portal.cases" / "read.raw.json").write_text(json.dumps(RECORD))
    (tmp_path / "log.jsonl").write_text(
        "".join(
            json.dumps({**RECORD, "at": f"2026-01-05T{hour:02}:30:00Z"}) + "\n" for hour in range(9)
        )
    )
    return tmp_path


def test_cases_are_written_and_then_hold(place: Path) -> None:
    """A case without its event fails and says how one is made; once made it holds."""
    before = detector("mapping", "check", "portal.toml", cwd=place)
    made = detector("mapping", "check", "portal.toml", "--write", cwd=place)
    after = detector("mapping", "check", "portal.toml", cwd=place)

    assert (1, 0, 0) == (before.returncode, made.returncode, after.returncode)
    assert "WRONG read: no .event.json file says what it must become" in before.stdout
    assert "ok    read" in after.stdout
    assert "portal.toml: source portal, 1 case\n" in after.stdout
    assert "not credential_out_of_bounds: no case has credential.fingerprint" in after.stdout


def test_a_case_that_no_longer_holds_is_named(place: Path) -> None:
    """With the field that differs, what was expected and what came."""
    detector("mapping", "check", "portal.toml", "--write", cwd=place)
    (place / "portal.toml").write_text(MAPPING.replace("portal:user/", "portal:person/"))

    answer = detector("mapping", "check", "portal.toml", cwd=place)

    assert 1 == answer.returncode
    assert (
        'WRONG read: principal.uid: expected "portal:user/ada", got "portal:person/ada"'
        in answer.stdout
    )
    assert "1 of 1 case failed" in answer.stderr


@pytest.mark.parametrize(
    ("record", "said"),
    [({"who": "ada"}, "not recognised"), ({**RECORD, "at": "soon"}, "cannot be read: time"),
     ({**RECORD, "eventSource": "a", "eventName": "b"}, "recognised by cloudtrail too")],
)  # fmt: skip
def test_a_case_that_cannot_be_one_says_why(place: Path, record: dict[str, str], said: str) -> None:
    """It is not recognised, not read, or another source's as well."""
    (place / "portal.cases" / "read.raw.json").write_text(json.dumps(record))
    answer = detector("mapping", "check", "portal.toml", "--write", cwd=place)

    assert 1 == answer.returncode
    assert f"WRONG read: {said}" in answer.stdout


def test_an_event_file_that_is_none_is_named(place: Path) -> None:
    """It is not JSON, or holds another number of events."""
    event = place / "portal.cases" / "read.event.json"
    for text, said in (("{", "is not JSON"), ("[]", "expected 0 events, got 1")):
        event.write_text(text)
        answer = detector("mapping", "check", "portal.toml", cwd=place)
        assert said in answer.stdout


def test_a_mapping_without_cases_is_not_checked(place: Path) -> None:
    """Nobody knows whether it does what it should."""
    (place / "other.toml").write_text(MAPPING)
    answer = detector("mapping", "check", "other.toml", cwd=place)

    assert 1 == answer.returncode
    assert "no case: put a record into other.cases/NAME.raw.json" in answer.stdout


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [("portal.toml", MAPPING + "[principle]\n", 'portal.toml:7: there is no "principle"; did you mean'),
     ("portal.toml", "x = ", "portal.toml: not TOML"), ("okta.toml", MAPPING, "there is a source 'okta' already"),
     ("none.toml", None, "none.toml: No such file"), ("Portal.toml", MAPPING, "expected small letters")],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_wrong_use(
    place: Path, name: str, text: str | None, said: str
) -> None:
    """Exit code 2, and one line that says where and what; also where a run is to use it."""
    if text is not None:
        (place / name).write_text(text)
    for answer in (
        detector("mapping", "check", name, cwd=place),
        detector("replay", "log.jsonl", cwd=place, DETECTOR_MAPPINGS=name),
    ):
        assert 2 == answer.returncode
        assert said in answer.stderr
        assert 1 == answer.stderr.count("\n")


def test_two_mappings_of_one_name_are_wrong_use(place: Path) -> None:
    """Their events could not be told apart."""
    answer = detector("mapping", "check", "portal.toml", "./portal.toml", cwd=place)

    assert 2 == answer.returncode
    assert "there is a source 'portal' already" in answer.stderr


@pytest.mark.parametrize("source", ["auto", "portal"])
def test_a_run_reads_what_is_mapped(place: Path, source: str) -> None:
    """Recognised by itself or named, as a setting of the environment or of the file says."""
    (place / "detector.toml").write_text('mappings = ["portal.toml"]\n[lateness]\nportal = "5m"\n')
    by_file = detector(
        "inventory", "log.jsonl", "--source", source, "--config", "detector.toml", cwd=place
    )
    by_environment = detector(
        "learn", "log.jsonl", "--source", source, "--save", "b", cwd=place,
        DETECTOR_MAPPINGS="portal.toml",
    )  # fmt: skip
    without = detector("inventory", "log.jsonl", "--source", source, cwd=place)

    assert (0, 0) == (by_file.returncode, by_environment.returncode), by_environment.stderr
    assert 0 != without.returncode
