"""`detector replay` as a user runs it."""

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from detector.cli.folder import read_alerts
from detector.cli.guard import guarded
from schemas.command import RevokeCommand
from tests.cli.conftest import Ran
from tests.cli.logs import detector
from tests.replay.logs import lines
from tests.replay.logs import record as quiet
from tests.shared_data import PROJECT

FILES = ["alerts.jsonl", "commands.jsonl", "dead-letters.jsonl", "report.html", "summary.json"]


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_it_finds_the_leaked_key(ran: Ran) -> None:
    """The abuse of ada's key is found, printed as a table with its command, and exit is 0."""
    assert 0 == ran.answer.returncode, ran.answer.stderr
    assert "AKIAIOSFODNN7EXAMPLE" in ran.answer.stdout
    assert "UpdateAccessKey" in ran.answer.stdout
    assert "198.51.100.77" in ran.answer.stdout


def test_it_writes_five_files(ran: Ran) -> None:
    """The output folder holds exactly the five files, and no half-written one."""
    assert FILES == sorted(path.name for path in ran.out.iterdir())


def test_alerts_are_in_the_order_of_their_time(ran: Ran) -> None:
    """Every alert message is there; `time` is the event time of the record that triggered it."""
    alerts = list(read_alerts(ran.out / "alerts.jsonl"))
    times = [alert.time for alert in alerts]

    assert alerts
    assert sorted(times) == times
    assert 1_704_322_860_000 <= times[0] <= 1_704_322_868_000
    assert {"ada"} == {alert.unmapped.actor.name for alert in alerts if alert.unmapped.actor}


def test_every_command_is_written_once_as_a_dry_run(ran: Ran) -> None:
    """A command that rides on several alert messages stands in commands.jsonl once."""
    lines = (ran.out / "commands.jsonl").read_bytes().splitlines()
    commands = [_decode(line) for line in lines]
    carried = {
        alert.unmapped.command.command_uid
        for alert in read_alerts(ran.out / "alerts.jsonl")
        if alert.unmapped.command is not None
    }

    assert carried == {command.command_uid for command in commands}
    assert len(commands) == len(carried) > 0
    assert {"dry_run"} == {command.mode for command in commands}


def _decode(line: bytes) -> RevokeCommand:
    return msgspec.json.decode(line, type=RevokeCommand)


def test_the_summary_adds_up(ran: Ran) -> None:
    """The summary counts what was read and what was written."""
    summary = json.loads((ran.out / "summary.json").read_text("utf-8"))

    assert (149, 149, 2, 1) == tuple(
        summary[name] for name in ("events", "records", "identities", "files")
    )
    assert summary["findings"] == sum(summary["findings_by_detection"].values()) > 0
    assert summary["alert_messages"] == len((ran.out / "alerts.jsonl").read_bytes().splitlines())
    assert "2024-01-01T00:00:00Z" == summary["first_event"]


def test_the_same_input_gives_the_same_bytes(ran: Ran) -> None:
    """A second run, over the folder and packed differently, writes the same findings."""
    packed = ran.place / "packed"
    packed.mkdir()
    with gzip.open(packed / "trail.json.gz", "wb") as file:
        rows = [json.loads(line) for line in ran.log.read_text("utf-8").splitlines()]
        file.write(json.dumps({"Records": rows[::-1]}).encode())
    shutil.copy(ran.log.parent / "labels.csv", packed)
    again = detector("replay", "packed", "--out", "again", cwd=ran.place)
    same = detector("replay", ran.log, "--out", "same", cwd=ran.place, PYTHONHASHSEED="7")

    assert (0, 0) == (again.returncode, same.returncode)
    assert _bytes(ran.out) == _bytes(ran.place / "same")
    assert (ran.out / "alerts.jsonl").read_bytes() == (
        ran.place / "again" / "alerts.jsonl"
    ).read_bytes()


def test_several_processes_write_the_same_bytes(ran: Ran) -> None:
    """A log that is worth sharing gives the same files with one worker, with two and with three."""
    folder = ran.place / "large"
    folder.mkdir()
    shutil.copy(ran.log, folder)
    for part in range(5):
        rows = [quiet(part * 4_200 + n, user=f"user{n % 40}") for n in range(4_200)]
        (folder / f"part{part}.jsonl").write_bytes(lines(*rows, b"not a record"))
    for workers in "123":
        answer = detector(
            "replay", "large", "--out", f"by{workers}", "--workers", workers, cwd=ran.place
        )

        assert 0 == answer.returncode, answer.stderr
    one, two, three = (_bytes(ran.place / f"by{workers}") for workers in "123")

    assert one["alerts.jsonl"]
    assert one == two == three


def test_standard_input_is_read(ran: Ran) -> None:
    """`-` reads the log from standard input."""
    answer = detector(
        "replay", "-", "--out", "piped", cwd=ran.place, stdin=ran.log.read_text("utf-8")
    )

    assert 0 == answer.returncode, answer.stderr
    assert _bytes(ran.out)["alerts.jsonl"] == _bytes(ran.place / "piped")["alerts.jsonl"]


def test_a_pipe_sees_no_progress_bar(ran: Ran) -> None:
    """Without a terminal nothing is drawn: one warning about the key is all of standard error."""
    [line] = ran.answer.stderr.splitlines()

    assert line.startswith("detector: no fingerprint key is set")
    assert "\x1b" not in ran.answer.stdout + ran.answer.stderr


def test_a_key_changes_fingerprints_and_ends_the_warning(ran: Ran) -> None:
    """With a key set there is no warning, and the key stands in no output."""
    key = "planted-fingerprint-key"
    answer = detector(
        "replay", ran.log, "--out", "keyed", cwd=ran.place, DETECTOR_FINGERPRINT_KEY=key
    )
    files = _bytes(ran.place / "keyed")

    assert "" == answer.stderr
    assert files["alerts.jsonl"] != _bytes(ran.out)["alerts.jsonl"]
    assert key not in answer.stdout
    assert all(key.encode() not in content for content in files.values())


def test_settings_reach_the_engine(ran: Ran) -> None:
    """A detection that the settings file disables finds nothing; the budget stands in the summary."""
    (ran.place / "detector.toml").write_text('budget = 3\ndisabled = ["grave_and_new"]', "utf-8")
    answer = detector("replay", ran.log, "--out", "set", "--config", "detector.toml", cwd=ran.place)
    summary = json.loads((ran.place / "set" / "summary.json").read_text("utf-8"))

    assert 0 == answer.returncode, answer.stderr
    assert 3 == summary["budget"]
    assert "grave_and_new" not in summary["findings_by_detection"]


def test_bad_records_become_dead_letters_and_the_rest_goes_on(ran: Ran) -> None:
    """A line that is no record is a dead letter with its place; the run ends with 0 and says so."""
    bad = ran.place / "bad.jsonl"
    bad.write_text(f"{ran.log.read_text('utf-8')}{{broken\n", encoding="utf-8")
    answer = detector("replay", bad, "--out", "dead", cwd=ran.place)
    [letter] = (ran.place / "dead" / "dead-letters.jsonl").read_text("utf-8").splitlines()

    assert 0 == answer.returncode
    assert "1 record could not be read" in answer.stderr
    assert str(bad) == json.loads(letter)["place"]
    assert _bytes(ran.out)["commands.jsonl"] == _bytes(ran.place / "dead")["commands.jsonl"]


def test_nothing_readable_is_a_failure(tmp_path: Path) -> None:
    """A file without a record ends with 1 and one line that says why, and no report is left."""
    (tmp_path / "x.json").write_text("no log", encoding="utf-8")
    answer = detector("replay", "x.json", cwd=tmp_path)

    assert 1 == answer.returncode
    assert "" == answer.stdout
    assert "detector: no event was read: 1 record could not be read" in answer.stderr


def test_an_earlier_summary_does_not_outlive_its_run(ran: Ran) -> None:
    """What an earlier run left in the folder is gone when a run fails."""
    shutil.copytree(ran.out, ran.place / "stale")
    (ran.place / "none.json").write_text("no log", encoding="utf-8")
    answer = detector("replay", "none.json", "--out", "stale", cwd=ran.place)

    assert 1 == answer.returncode
    assert b"" == (ran.place / "stale" / "alerts.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["replay"], "Missing argument"),
        (["replay", "no/such/file"], "no such file or folder: no/such/file"),
        (["replay", "no/such/*.json"], "no file matches the pattern"),
        (["replay", ".", "--source", "cloudtrial"], 'did you mean "cloudtrail"'),
        (["replay", ".", "--budget", "0"], "--budget"),
        (["replay", ".", "--budget", "nan"], "--budget"),
        (["replay", ".", "--config", "none.toml"], "none.toml: No such file or directory"),
        (["replay", ".", "--baseline", "none.bin"], "--baseline none.bin"),
        (["replay", ".", "--out", "taken"], "--out taken: this is a file"),
        (["replay", ".", "--nope"], "No such option"),
        (["nope"], "No such command"),
    ],
)
def test_wrong_use_is_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    told: str,
) -> None:
    """Wrong use ends with 2, says what is wrong, and shows no traceback."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").write_text("", encoding="utf-8")

    assert 2 == guarded(arguments)
    said = capsys.readouterr().err
    assert told in said
    assert "Traceback" not in said


def test_an_interrupt_is_clean(ran: Ran) -> None:
    """Ctrl-C ends the run with 130 and one line."""
    fifo = ran.place / "endless.jsonl"
    os.mkfifo(fifo)
    with subprocess.Popen(
        [sys.executable, "-m", "detector.cli", "replay", str(fifo), "--out", "interrupted"],
        cwd=ran.place,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        # Opening blocks until the run reads: only then is there something to interrupt.
        writer = os.open(fifo, os.O_WRONLY)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
        os.close(writer)

    assert 130 == process.returncode
    assert "Traceback" not in told
    assert told.endswith("detector: interrupted\n")


def test_a_reader_that_goes_away_is_no_error(ran: Ran) -> None:
    """A closed pipe ends the command without a traceback."""
    with subprocess.Popen(
        [sys.executable, "-m", "detector.cli", "schema", "alert"],
        cwd=ran.place,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        told = process.stderr.read()

    assert b"" == told
    assert process.returncode in {1, 141}


def test_a_failure_is_one_line_unless_debugging(ran: Ran) -> None:
    """What fails is one line; with DETECTOR_DEBUG it is raised with its traceback."""
    plain = detector("explain", "none.jsonl", cwd=ran.place)
    debug = detector("explain", "none.jsonl", cwd=ran.place, DETECTOR_DEBUG="1")

    assert "detector: none.jsonl: No such file or directory\n" == plain.stderr
    assert "Traceback" in debug.stderr
