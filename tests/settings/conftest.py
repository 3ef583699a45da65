"""What every test of the settings starts from."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting in the environment but what a test puts there."""
    for name in [name for name in os.environ if name.upper().startswith("DETECTOR_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    """Write a settings file and give its path."""

    def write(text: str) -> Path:
        path = tmp_path / "detector.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write
