"""What this house holds about its own files: sizes, packages, places and names."""

import ast
import re
import shutil
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shared_data import PROJECT

PACKAGES = ("detector", "schemas", "models")

# Where this machine keeps things, and where packages are fetched from: neither belongs to a project
# that others clone.
MACHINE_PATH = re.compile(r"(^|[^\w.*-])/(home|root|tmp|work|Users)/\w")
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|--(extra-)?index-url \S*:|--find[-]links"
    r"|https?://\S*(/simple/?[\"'\s]|/packages/[0-9a-f]{2}/|/maven2/|/-/[\w@.-]+\.tgz)"
)


def _modules() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (PROJECT / package).rglob("*.py"))


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _tracked() -> list[Path]:
    """Files under version control, and those about to be."""
    git = shutil.which("git") or pytest.skip("git is not installed")
    listing = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        check=False,
        text=True,
    )
    if listing.returncode:
        pytest.skip("not a git work tree")
    return [
        path for name in listing.stdout.split("\0") if name and (path := PROJECT / name).is_file()
    ]


def _imported(tree: ast.AST) -> Iterator[str]:
    """Top-level names of the modules that a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_no_module_is_over_400_lines() -> None:
    """Every module of the three packages has at most 400 lines."""
    long = {str(path.relative_to(PROJECT)): _lines(path) for path in _modules()}

    assert {} == {name: lines for name, lines in long.items() if lines > 400}


def test_modules_are_small() -> None:
    """Half of the modules have at most 130 lines, nine in ten at most 250."""
    lines = [count for path in _modules() if (count := _lines(path))]

    assert statistics.median(lines) <= 130
    assert statistics.quantiles(lines, n=10)[-1] <= 250


def test_no_machine_paths_or_registry_hosts() -> None:
    """No file names a folder of somebody's machine or a host that packages are fetched from."""
    found = []
    for path in _tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(PROJECT)}:{number}: {line.strip()[:80]}"
            for number, line in enumerate(text.splitlines(), 1)
            if MACHINE_PATH.search(line) or REGISTRY.search(line)
        ]

    assert [] == found


def test_every_test_folder_is_a_package() -> None:
    """Every folder under tests/ that leads to a test has an `__init__.py`.

    Without them `import models` would find tests/models.
    """
    tests = PROJECT / "tests"
    folders = {
        folder
        for path in tests.rglob("*.py")
        for folder in path.parents
        if folder == tests or tests in folder.parents
    }

    assert set() == {str(folder) for folder in folders if not (folder / "__init__.py").is_file()}


def test_every_package_folder_is_a_package() -> None:
    """Every folder of the three packages that holds a module has an `__init__.py`."""
    bare = {path.parent for path in _modules() if not (path.parent / "__init__.py").is_file()}

    assert set() == bare


def test_only_declared_dependencies_are_imported() -> None:
    """The packages import the standard library, themselves and declared dependencies only; those of
    the extras `kafka` and `traces` nowhere but in the runtime."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    known = _named(project["dependencies"]) | set(PACKAGES) | sys.stdlib_module_names
    kafka = _named(project["optional-dependencies"]["kafka"]) | {"faust", "mode", "opentelemetry"}
    foreign = {
        (str(path.relative_to(PROJECT)), name)
        for path in _modules()
        for name in _imported(ast.parse(path.read_bytes()))
        if name not in (known | kafka if "runtime" in path.parts else known)
    }

    assert set() == foreign


def _named(requirements: list[str]) -> set[str]:
    return {re.split(r"[^\w-]", name)[0].replace("-", "_") for name in requirements}


@pytest.mark.parametrize("group", ["run", "dev", "kafka", "traces", "build", "lock", "shippers"])
def test_requirements_are_pinned_by_hash(group: str) -> None:
    """Every requirement names one version and at least one hash."""
    text = (PROJECT / "requirements" / f"{group}.txt").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    pinned = re.compile(r"[\w.-]+(\[[a-z0-9, -]+\])?==\d\S*")

    assert [] == [entry[:40] for entry in entries if not pinned.match(entry)]
    assert [] == [entry[:40] for entry in entries if "--hash=sha256:" not in entry]


def test_every_dependency_is_pinned() -> None:
    """What pyproject.toml asks for stands in the pinned file of its group."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = {"run": project["project"]["dependencies"], **project["dependency-groups"]}
    missing = {
        (group, name)
        for group, wanted in asked.items()
        for name in (re.split(r"[^\w-]", entry)[0] for entry in wanted)
        if not re.search(
            rf"^{re.escape(name)}(\[.*\])?==",
            (PROJECT / "requirements" / f"{group}.txt").read_text(encoding="utf-8"),
            flags=re.MULTILINE,
        )
    }

    assert set() == missing
