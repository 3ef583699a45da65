"""A first breath of what is installed: it imports, it answers, it carries its files.

`make wheel` runs this folder against the built wheel, without the source folders.
"""

import importlib
import json
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata, resources
from pathlib import Path

import pytest

DISTRIBUTION = "credential-abuse-detector"
PACKAGES = ("detector", "models", "schemas")

on_wheel = pytest.mark.skipif(
    os.environ.get("INSTALLED_WHEEL") != "1", reason="only `make wheel` installs the wheel"
)


def _modules() -> Iterator[str]:
    for name in PACKAGES:
        package = importlib.import_module(name)
        yield name
        yield from (found.name for found in pkgutil.walk_packages(package.__path__, f"{name}."))


def _detector(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("detector")
    if not command.exists():
        pytest.skip("the command `detector` is not installed in this environment")
    return subprocess.run([command, *arguments], capture_output=True, text=True, check=False)


@on_wheel
def test_top_level_is_exactly_three_packages() -> None:
    """The installed distribution brings detector, models and schemas and no other package."""
    files = metadata.files(DISTRIBUTION) or []
    top = {file.parts[0] for file in files if not file.parts[0].endswith(".dist-info")}

    assert {*PACKAGES} == top - {".."}


@on_wheel
def test_source_folders_are_out_of_reach() -> None:
    """What is imported is the installed wheel."""
    places = {importlib.import_module(name).__file__ or "" for name in PACKAGES}

    assert all("site-packages" in place for place in places)


def test_every_module_imports() -> None:
    """Every module of the three packages can be imported."""
    names = [name for name in _modules() if not name.endswith("__main__")]

    for name in names:
        importlib.import_module(name)

    assert {*PACKAGES} < {*names}


def test_json_schemas_are_carried() -> None:
    """The generated JSON Schemas are package resources and are valid JSON."""
    folder = resources.files("schemas") / "json"
    texts = [file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith(".json")]

    assert texts
    assert all(isinstance(json.loads(text), dict) for text in texts)


@pytest.mark.parametrize("listing", ["detections", "sources", "settings", "schema"])
def test_command_lists(listing: str) -> None:
    """`detector` answers each listing with something on standard output and exit code 0."""
    answer = _detector(listing)

    assert 0 == answer.returncode, answer.stderr
    assert answer.stdout.strip()


def test_wrong_use_is_2() -> None:
    """An unknown command ends with exit code 2 and no traceback."""
    answer = _detector("no-such-command")

    assert 2 == answer.returncode
    assert "Traceback" not in answer.stderr
