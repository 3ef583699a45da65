"""Settings that change while a worker runs: written to the log, and in force where they stand in it."""

import asyncio
import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen

import msgspec
import pytest

from detector.runtime.admission import asked
from detector.runtime.connect import writing
from detector.runtime.control import control_of
from detector.runtime.keeper import MARKER
from detector.runtime.partition import Shared
from detector.runtime.wire import read
from detector.settings import load_settings
from detector.worker import Topics, WorkerConfig
from schemas.control import Control
from tests.cli.logs import records
from tests.kafka import commands
from tests.kafka.broker import free_ports
from tests.kafka.reading import whole
from tests.kafka.test_operation import Worker, started, until

Start = Callable[[], Worker]
BEFORE = "budget = 12.5"
AFTER = 'budget = 12.5\n[response]\nprotected = ["*break-glass*"]'
BROKEN = 'budget = 3\nepoch = "12h"'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The settings file."""
    path = tmp_path / "detector.toml"
    path.write_text(BEFORE, "utf-8")
    return path


@pytest.fixture
def start(kafka: str, topics: Topics, tmp_path: Path, file: Path) -> Iterator[Start]:
    """Starts a worker with that file; all that were started end with the test."""
    running: list[Popen[str]] = []
    (port,) = free_ports(1)
    environ = {**commands.settings(kafka, topics), "DETECTOR_KAFKA__PORT": str(port)}
    environ |= {"DETECTOR_KAFKA__FOLDER": str(tmp_path / "state"), "DETECTOR_CONFIG": str(file)}
    environ |= {"DETECTOR_KAFKA__CHECKPOINT_MOST": "1s"}

    def begin() -> Worker:
        worker = started(environ, tmp_path / "log", port)
        running.append(worker.process)
        return worker

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def version(text: str, file: Path) -> str:
    """The version of the settings that a file of this text makes."""
    file.write_text(text, "utf-8")
    return control_of(load_settings(file).engine()).version


def in_log(made: WorkerConfig, topic: str, of: Callable[[bytes], object]) -> dict[int, list[str]]:
    """By partition, the settings that a log puts in force."""
    found: dict[int, list[str]] = {}
    for record in asyncio.run(whole(made, topic)):
        control = of(record.value)
        if isinstance(control, Control):
            found.setdefault(record.partition, []).append(control.version)
    return found


def kept(made: WorkerConfig) -> dict[int, str]:
    """By partition, the settings that its last checkpoint goes on under."""
    decode = msgspec.msgpack.Decoder(Shared).decode
    markers = [one for one in asyncio.run(whole(made, made.topics.state)) if one.key == MARKER]
    shared = {one.partition: decode(one.value) for one in markers}
    return {number: one.control.version for number, one in shared.items() if one.control}


def feed(made: WorkerConfig) -> None:
    """Three days of two users, and abuse."""

    async def feeding() -> None:
        async with writing(made) as producer:
            for record in records():
                await producer.send(made.topics.raw("cloudtrail"), json.dumps(record).encode())

    asyncio.run(feeding())


def test_new_settings_come_into_force_in_the_log(
    kafka: str, topics: Topics, file: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker writes what it was told at its first start to every log that is judged by it, and again
    when the file has changed, at once on SIGHUP. A file that needs a restart is refused by name.
    Checkpoints keep what is in force, a restart says nothing new, and alerts name it."""
    monkeypatch.setenv("DETECTOR_FINGERPRINT_KEY", commands.KEY)
    made = commands.config(kafka, topics)
    after, before = version(AFTER, file), version(BEFORE, file)
    both = {0: [before, after], 1: [before, after]}
    worker = start()
    until(lambda: worker.page("/readyz")[0] == 200)
    file.write_text(BROKEN, "utf-8")
    worker.process.send_signal(signal.SIGHUP)
    until(lambda: worker.metric("detector_settings_total", result="refused") == 1)
    refused = [one["error"] for one in worker.logs() if "settings refused" in one["event"]]
    file.write_text(AFTER, "utf-8")
    until(lambda: worker.metric("detector_settings_total", result="written") == 2)
    until(lambda: kept(made) == {0: after, 1: after})
    worker.process.kill()
    worker.process.wait()
    again = start()
    until(lambda: again.page("/readyz")[0] == 200)
    feed(made)
    until(lambda: bool(asyncio.run(whole(made, topics.alerts))))
    alerts = asyncio.run(whole(made, topics.alerts))

    assert ["epoch needs a restart: nothing of the file is in force"] == refused
    assert both == in_log(made, topics.activity, read)
    assert both == in_log(made, topics.findings, asked)
    assert {after.encode()} == {dict(one.headers)["ce_settings"] for one in alerts}
    assert 0 == again.metric("detector_settings_total", result="written")
