"""One replay of the small log, shared by the tests that look at what it wrote."""

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.logs import detector, write_logs


class Ran(NamedTuple):
    """What a run printed, where it ran, and its log and output folder there."""

    answer: subprocess.CompletedProcess[str]
    place: Path
    log: Path
    out: Path


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The small log replayed with `--out out`."""
    place = tmp_path_factory.mktemp("replayed")
    log = write_logs(place / "logs")
    return Ran(detector("replay", log, "--out", "out", cwd=place), place, log, place / "out")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting in the environment but what a test puts there."""
    for name in [name for name in os.environ if name.startswith("DETECTOR_")]:
        monkeypatch.delenv(name)
