"""`detector inventory`, and the inventory that other commands are given."""

import json
from pathlib import Path

import pytest

from detector.cli.guard import guarded
from detector.sources.inventory_file import parsed
from tests.cli.conftest import Ran
from tests.cli.logs import AWAY

Capture = pytest.CaptureFixture[str]


def _settings(place: Path, text: str, name: str = "inventory.csv") -> str:
    (place / name).write_text(text, encoding="utf-8")
    settings = place / "detector.toml"
    settings.write_text(f"inventory = {str(place / name)!r}\n", encoding="utf-8")
    return str(settings)


def _findings(out: Path) -> list[tuple[str, str]]:
    """Detection and severity of every alert, in order."""
    alerts = [json.loads(line) for line in (out / "alerts.jsonl").read_text("utf-8").splitlines()]
    return [(each["finding_info"]["analytic"]["uid"], each["severity"]) for each in alerts]


def test_it_lists_and_writes_what_it_reads(ran: Ran, tmp_path: Path, capsys: Capture) -> None:
    """The table has a row for each credential; the files are an inventory that changes nothing."""
    code = guarded(
        ["inventory", str(ran.log), "--static", "--posture", "--out", str(tmp_path / "i")]
    )
    printed = capsys.readouterr().out
    first = (tmp_path / "i" / "inventory.csv").read_bytes()
    entries = parsed(first, "inventory.csv")
    settings = _settings(tmp_path, first.decode())
    again = guarded(
        ["inventory", str(ran.log), "--static", "--config", settings, "--out", str(tmp_path / "j")]
    )

    assert (0, 0) == (code, again)
    assert entries
    assert {"static"} == {entry.lifetime for entry in entries}
    assert f"{len(entries)} credential" in printed
    assert "none of them is an alert" in printed
    assert first == (tmp_path / "j" / "inventory.csv").read_bytes()
    assert entries == parsed((tmp_path / "j" / "inventory.json").read_bytes(), "inventory.json")
    assert {"no_owner"} == {
        each["kind"] for each in json.loads((tmp_path / "i" / "posture.json").read_text("utf-8"))
    }


def test_the_table_is_cut_at_the_limit(ran: Ran, capsys: Capture) -> None:
    """`--limit` rows are printed, the rest is counted."""
    assert 0 == guarded(["inventory", str(ran.log), "--limit", "1"])
    assert "more not shown" in capsys.readouterr().out


def test_an_inventory_file_where_a_folder_belongs(
    ran: Ran, tmp_path: Path, capsys: Capture
) -> None:
    """`--out` names a folder."""
    taken = tmp_path / "taken"
    taken.touch()

    assert 2 == guarded(["inventory", str(ran.log), "--out", str(taken)])
    assert "this is a file, not a folder" in capsys.readouterr().err


def test_replay_uses_the_inventory(ran: Ran, tmp_path: Path) -> None:
    """With the leaked key as a canary its use is told at once; outside the allowed network as well."""
    guarded(["inventory", str(ran.log), "--static", "--out", str(tmp_path)])
    entries = parsed((tmp_path / "inventory.csv").read_bytes(), "inventory.csv")
    ids = ";".join(one for entry in entries for one in entry.ids)
    for column, value, detection in (
        ("canary", "true", "canary_touched"),
        ("origins", "192.0.2.0/24", "credential_out_of_bounds"),
    ):
        settings = _settings(tmp_path, f"name,ids,{column}\nall,{ids},{value}\n")
        out = str(tmp_path / column)
        code = guarded(["replay", str(ran.log), "--config", settings, "--out", out])
        alerts = (tmp_path / column / "alerts.jsonl").read_text("utf-8")

        assert 0 == code
        assert (detection, "High") in _findings(tmp_path / column)
        assert AWAY in alerts


@pytest.mark.parametrize("command", ["replay", "learn", "inventory", "evaluate"])
def test_a_wrong_inventory_is_refused_at_the_start(
    ran: Ran, tmp_path: Path, capsys: Capture, command: str
) -> None:
    """Every command that reads logs names the file, the line and the column."""
    settings = _settings(tmp_path, "name,ids\na,7\n")
    labels = ["--labels", str(ran.place / "logs" / "labels.csv")] if command == "evaluate" else []
    code = guarded([command, str(ran.log), "--config", settings, *labels])

    assert 2 == code
    told = capsys.readouterr().err
    assert "inventory.csv: line 2, column ids: expected kind:uid, got '7'" in told
