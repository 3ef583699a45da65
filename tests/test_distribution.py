"""The wheel as it would be handed over: what it holds and what it leaves out."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.shared_data import PROJECT

PACKAGES = {"detector", "schemas", "models"}


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Names of the files in a wheel built from the source folders."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=PROJECT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def _top(name: str) -> str:
    return name.partition("/")[0]


def _source_files() -> set[str]:
    return {
        path.relative_to(PROJECT).as_posix()
        for package in PACKAGES
        for path in (PROJECT / package).rglob("*")
        if path.is_file() and not _is_made(path)
    }


def _is_made(path: Path) -> bool:
    return "__pycache__" in path.parts or path.name.startswith(".")


def test_top_level_is_the_three_packages(names: list[str]) -> None:
    """The wheel's top level is detector, schemas and models, beside its own metadata."""
    top = {_top(name) for name in names if ".dist-info/" not in name}

    assert PACKAGES == top


def test_every_source_file_is_carried(names: list[str]) -> None:
    """Every module and every data file of the packages is in the wheel, and nothing else."""
    carried = {name for name in names if _top(name) in PACKAGES}

    assert _source_files() == carried


def test_licence_is_carried(names: list[str]) -> None:
    """The licence travels with the wheel."""
    assert [name for name in names if name.endswith(".dist-info/licenses/LICENSE")]
