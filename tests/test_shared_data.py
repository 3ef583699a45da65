"""Development data is optional on a laptop and required in a pipeline."""

from pathlib import Path

import pytest

from tests.shared_data import shared_data


def test_named_folder_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`SHARED_DATA` names the folder."""
    monkeypatch.setenv("SHARED_DATA", str(tmp_path))

    assert tmp_path == shared_data()


def test_absent_folder_skips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the folder the calling test is skipped, with a reason."""
    monkeypatch.setenv("SHARED_DATA", str(tmp_path / "absent"))
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match="SHARED_DATA"):
        shared_data()


def test_absent_folder_fails_in_a_pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `CI=true` a missing folder is a failure."""
    monkeypatch.setenv("SHARED_DATA", str(tmp_path / "absent"))
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="SHARED_DATA"):
        shared_data()
