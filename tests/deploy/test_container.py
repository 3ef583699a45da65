import re
import subprocess
import sysconfig
from pathlib import Path

from tests.deploy.documents import DEPLOY, dockerfile
from tests.shared_data import PROJECT


def test_hadolint_finds_nothing() -> None:
    """The linter of Dockerfiles has no complaint."""
    hadolint = Path(sysconfig.get_path("scripts"), "hadolint")
    run = subprocess.run(
        [hadolint, DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False
    )

    assert (0, "") == (run.returncode, run.stdout + run.stderr)


def test_what_is_installed_is_pinned_by_hash() -> None:
    """Whatever comes from an index is pinned by hash and a wheel; our own wheel asks no index."""
    installs = re.findall(r"pip install (.*?)(?:&&|$)", "\n".join(dockerfile()), re.MULTILINE)

    assert 3 == len(installs)
    for words in installs:
        pinned = "--require-hashes" in words and "--only-binary :all:" in words
        assert pinned or ("--no-deps" in words and "--no-index" in words)


def test_what_is_copied_is_there() -> None:
    """Every file that the image is built from exists, and the ignore file lets it through."""
    copied = {
        name.rstrip("/")
        for line in dockerfile()
        if line.startswith("COPY") and "--from" not in line
        for name in line.split()[1:-1]
    }
    allowed = set(
        re.findall(r"^!(.+)$", (DEPLOY / "Dockerfile.dockerignore").read_text(), re.MULTILINE)
    )

    assert copied == allowed
    assert all((PROJECT / name).exists() for name in copied)


def test_it_does_not_run_as_root() -> None:
    """The last user that the image names is a number, not root, so Kubernetes can check it."""
    users = [line for line in dockerfile() if line.startswith("USER")]

    assert ["USER 10001:10001"] == users


def test_it_is_stopped_gently_and_looked_after() -> None:
    """SIGTERM drains a worker; the health check asks the page that says whether it is alive."""
    text = "\n".join(dockerfile())

    assert "STOPSIGNAL SIGTERM" in text
    assert "http://127.0.0.1:6066/healthz" in text
