"""The whole way on a real broker, by its commands: the same findings as from files."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec

from tests.cli.logs import detector, write_logs
from tests.kafka.commands import KEY, PASSWORD, settings


def _told(lines: str) -> set[str]:
    """The id of each finding. Time goes on in Kafka, so there they are closed as well."""
    alerts = [msgspec.json.decode(line) for line in lines.splitlines()]
    return {alert["finding_info"]["uid"] for alert in alerts if "finding_info" in alert}


def test_a_worker_finds_what_replay_finds(kafka: str, topics, tmp_path: Path) -> None:
    """Logs sent to Kafka and read by a worker give the findings that the files give; the worker drains
    on SIGTERM, and nobody prints a secret."""
    environ = {**settings(kafka, topics), "DETECTOR_KAFKA__FOLDER": str(tmp_path / "state")}
    log = write_logs(tmp_path / "logs")
    files = detector("replay", log, "--out", "out", cwd=tmp_path, DETECTOR_FINGERPRINT_KEY=KEY)
    with (tmp_path / "worker.log").open("w") as said:
        worker = subprocess.Popen(
            [sys.executable, "-m", "detector.cli", "worker"],
            stdout=said,
            stderr=said,
            env={**os.environ, **environ},
        )
        try:
            sent = detector("replay", "--to-kafka", log, cwd=tmp_path, **environ)
            shown = detector(
                "tail", "--json", "--from-beginning", "--until-quiet", "12", cwd=tmp_path, **environ
            )
            worker.send_signal(signal.SIGTERM)
            code = worker.wait(60)
        finally:
            worker.kill()

    assert (0, 0, 0) == (files.returncode, sent.returncode, code)
    assert 3 == len(_told(shown.stdout))
    assert _told((tmp_path / "out" / "alerts.jsonl").read_text("utf-8")) == _told(shown.stdout)
    for text in (sent.stdout, sent.stderr, shown.stdout, (tmp_path / "worker.log").read_text()):
        assert PASSWORD not in text
        assert KEY not in text
