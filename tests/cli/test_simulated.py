"""`detector simulate`, `demo` and `learn`: the commands that make what they need."""

import json
from pathlib import Path

import pytest

from detector.cli.guard import guarded
from tests.cli.conftest import Ran
from tests.cli.logs import detector

Capture = pytest.CaptureFixture[str]
SMALL = ["--days", "0.2", "--identities", "20"]


def _files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_simulate_writes_the_same_bytes_for_the_same_seed(tmp_path: Path, capsys: Capture) -> None:
    """Two simulations with one seed are equal, with another seed they differ."""
    for name, seed in (("a", "3"), ("b", "3"), ("c", "4")):
        assert 0 == guarded(["simulate", "--out", str(tmp_path / name), "--seed", seed, *SMALL])
    told = capsys.readouterr().out

    assert _files(tmp_path / "a") == _files(tmp_path / "b")
    assert _files(tmp_path / "a") != _files(tmp_path / "c")
    assert "detector evaluate --labels" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--days", "0"], "--days"),
        (["--identities", "0"], "--identities"),
        (["--scenario", "no_such_thing"], "no_such_thing"),
    ],
)
def test_simulate_refuses_what_it_cannot_do(
    tmp_path: Path, capsys: Capture, arguments: list[str], told: str
) -> None:
    """A number out of range and an unknown scenario end with 2."""
    assert 2 == guarded(["simulate", "--out", str(tmp_path / "s"), *arguments])
    assert told in capsys.readouterr().err


def test_simulate_overwrites_nothing(tmp_path: Path, capsys: Capture) -> None:
    """A folder with something in it is refused and left as it is."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")

    assert 2 == guarded(["simulate", "--out", str(tmp_path)])
    assert "not empty" in capsys.readouterr().err
    assert ["mine.txt"] == [path.name for path in tmp_path.iterdir()]


def test_the_demo_finds_attacks_and_can_be_repeated(tmp_path: Path, capsys: Capture) -> None:
    """The demo shows findings, commands and what was planted; a second one replaces the first."""
    out = tmp_path / "demo"
    assert 0 == guarded(["demo", "--out", str(out)])
    told = capsys.readouterr().out
    first = _files(out)
    assert 0 == guarded(["demo", "--out", str(out)])

    summary = json.loads(first["summary.json"])
    assert summary["findings"] > 0
    assert summary["commands"] > 0
    assert 0 == summary["dead_letters"]
    assert b"<!doctype html>" == first["report.html"][:15]
    assert "What was planted" in told
    assert first == _files(out)


def test_the_demo_deletes_nothing_of_others(tmp_path: Path, capsys: Capture) -> None:
    """A folder of logs that no demo made is refused and left as it is."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "mine.json").write_text("{}", encoding="utf-8")

    assert 2 == guarded(["demo", "--out", str(tmp_path)])
    assert "was not made by detector demo" in capsys.readouterr().err
    assert (tmp_path / "logs" / "mine.json").exists()


def test_learn_saves_what_replay_takes(ran: Ran) -> None:
    """What was learned is saved without an alert, and a replay accepts it."""
    learned = detector("learn", ran.log, "--save", "baseline.bin", cwd=ran.place)
    again = detector(
        *("replay", ran.log, "--baseline", "baseline.bin", "--out", "after"), cwd=ran.place
    )

    assert 0 == learned.returncode, learned.stderr
    assert learned.stdout.startswith("Learned from 149 events")
    assert not (ran.place / "detector-out").exists()
    assert 0 == again.returncode, again.stderr
