"""The other commands: evaluate, learn, explain and the listings."""

import json
from pathlib import Path

import pytest

from detector.cli.guard import guarded
from detector.cli.listings import table
from detector.detections import DETECTIONS
from detector.settings import reference
from detector.sources.registry import SOURCES
from schemas.registry import CONTRACTS, rendered
from tests.cli.conftest import Ran
from tests.cli.logs import detector

Capture = pytest.CaptureFixture[str]


def _said(capsys: Capture, *arguments: str) -> str:
    assert 0 == guarded([*arguments])
    return capsys.readouterr().out


def test_evaluate_scores_the_leaked_key(ran: Ran) -> None:
    """The one incident is found by true findings only, within seconds."""
    answer = detector("evaluate", "--labels", "logs/labels.csv", "logs", "--json", cwd=ran.place)
    score = json.loads(answer.stdout)["score"]

    assert 0 == answer.returncode, answer.stderr
    assert (1, 1, 0) == (score["incidents"], score["found"], score["false"])
    assert score["true"] >= 1
    assert 0 <= score["median_delay"] <= 8
    assert ["leaked_key"] == [each["kind"] for each in score["kinds"]]


def test_evaluate_prints_and_draws_the_curve(ran: Ran) -> None:
    """The score is printed for people, with one row for each budget of the curve."""
    answer = detector(
        *("evaluate", "--labels", "logs/labels.csv", "logs", "--curve", "1,50"), cwd=ran.place
    )

    assert 0 == answer.returncode, answer.stderr
    assert "incidents found: 1 of 1 (100 %)" in answer.stdout
    rows = answer.stdout.splitlines()
    assert ["0.2", "1", "50"] == [row.split()[0] for row in rows[-4:] if row.strip()]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--labels", "none.csv", "logs"], "none.csv: No such file"),
        (["--labels", "logs/trail.jsonl", "logs"], "expected a column"),
        (["--labels", "logs/labels.csv", "logs", "--curve", "x"], "--curve x"),
        (["--labels", "logs/labels.csv", "logs", "--ignore-label", "x"], "label to ignore 'x'"),
        (["logs"], "Missing option '--labels'"),
    ],
)
def test_evaluate_refuses_wrong_use(
    ran: Ran,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
    arguments: list[str],
    told: str,
) -> None:
    """Labels that cannot be used and a curve that is none end with 2."""
    monkeypatch.chdir(ran.place)

    assert 2 == guarded(["evaluate", *arguments])
    assert told in capsys.readouterr().err


def test_explain_tells_the_story(ran: Ran, capsys: Capture) -> None:
    """Without an id the gravest finding is told: who, from where, and the command."""
    told = _said(capsys, "explain", str(ran.out / "alerts.jsonl"))

    assert all(word in told for word in ("ada", "198.51.100.77", "UpdateAccessKey"))


def test_explain_names_what_there_is(ran: Ran, capsys: Capture) -> None:
    """An id that no finding has is wrong use, and a file that holds no alerts is too."""
    assert 2 == guarded(["explain", str(ran.out / "alerts.jsonl"), "no-such-id"])
    assert "no finding 'no-such-id'; there are" in capsys.readouterr().err
    assert 2 == guarded(["explain", str(ran.out / "summary.json")])
    assert "line 1 is no alert" in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_schema_prints_every_contract(name: str, capsys: Capture) -> None:
    """`detector schema NAME` prints that contract's JSON Schema."""
    assert rendered(name) == _said(capsys, "schema", name)


def test_schema_names_the_nearest(capsys: Capture) -> None:
    """A contract that there is not is wrong use, and the nearest one is named."""
    assert 2 == guarded(["schema", "alerts"])
    assert 'did you mean "alert"' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("listing", "names"),
    [
        ("detections", sorted(DETECTIONS)),
        ("sources", sorted(SOURCES)),
        ("settings", [row.name for row in reference()]),
        ("schema", sorted(CONTRACTS)),
    ],
)
def test_listings_name_everything(listing: str, names: list[str], capsys: Capture) -> None:
    """Each listing names all there is, as a table and as Markdown."""
    plain = _said(capsys, listing)
    markdown = _said(capsys, listing, "--markdown")

    assert [] == [name for name in names if name not in plain]
    assert [] == [name for name in names if f"| `{name}` |" not in markdown]


def test_settings_show_what_a_file_sets(tmp_path: Path, capsys: Capture) -> None:
    """`detector settings --config` shows the value in effect, and refuses a bad file."""
    (tmp_path / "good.toml").write_text('quiet = "77m"', encoding="utf-8")
    (tmp_path / "bad.toml").write_text('quiett = "77m"', encoding="utf-8")

    assert "77m" in _said(capsys, "settings", "--config", str(tmp_path / "good.toml"))
    assert 2 == guarded(["settings", "--config", str(tmp_path / "bad.toml")])


@pytest.mark.parametrize(
    "command", ["replay", "learn", "evaluate", "explain", "simulate", "demo", "settings", "schema"]
)
def test_help_teaches(command: str, capsys: Capture) -> None:
    """Every command explains itself."""
    assert f"detector {command}" in _said(capsys, command, "--help")


def test_examples_in_help_use_real_options(capsys: Capture) -> None:
    """Every option that an example in the help shows exists."""
    for command in ("replay", "learn", "evaluate"):
        told = _said(capsys, command, "--help")
        examples, _, options = told.partition("Arguments")
        shown = {word for line in examples.splitlines() if "•" in line for word in line.split()}

        assert [] == [w for w in shown if w.startswith("--") and w not in options + examples]


def test_version_is_said(capsys: Capture) -> None:
    """`detector --version` names the version."""
    assert "detector 0." in _said(capsys, "--version")


def test_a_bare_command_shows_the_help(capsys: Capture) -> None:
    """`detector` alone shows what there is."""
    guarded([])

    assert "replay" in "".join(capsys.readouterr())


def test_markdown_tables_escape_their_bars() -> None:
    """A bar inside a cell does not end the cell."""
    assert "| a |\n|---|\n| x\\|y |" == table(["a"], [["x|y"]])


def test_explain_takes_the_folder_as_well(ran: Ran, capsys: Capture) -> None:
    """The output folder of a run stands for the alerts in it."""
    told = _said(capsys, "explain", str(ran.out))

    assert _said(capsys, "explain", str(ran.out / "alerts.jsonl")) == told
