"""TLS, SASL and rights on a real broker: each role works with exactly what it was granted."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.cli.logs import detector, write_logs
from tests.kafka.broker import NoBrokerError
from tests.kafka.runner import SOURCES
from tests.kafka.secured import PASSWORD, Secured, secured

NAMES = ("normalise", "detect", "shipper", "reader", "migration")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Secured]:
    """A broker that trusts nobody. It runs from its jars only."""
    if os.environ.get("CI") != "true" and not all(map(shutil.which, ("java", "mvn", "openssl"))):
        pytest.skip("a broker with TLS needs java, mvn and openssl")
    try:
        with secured(tuple(f"detector-{name}" for name in NAMES)) as made:
            yield made
    except NoBrokerError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))


def common(prefix: str, folder: Path) -> dict[str, str]:
    """What all clients share."""
    return {
        "DETECTOR_FINGERPRINT_KEY": "a key for tests, long enough",
        "DETECTOR_KAFKA__PREFIX": f"{prefix}.",
        "DETECTOR_KAFKA__SOURCES": ",".join(SOURCES),
        "DETECTOR_KAFKA__GROUP": prefix,
        "DETECTOR_KAFKA__FOLDER": str(folder / "state"),
        "DETECTOR_KAFKA__IDLE": "1s",
        "DETECTOR_KAFKA__PORT": "0",
    }


def prepared(
    cluster: Secured, prefix: str, folder: Path, *roles: str, without: Iterable[str] = ()
) -> dict[str, str]:
    """Topics, and the rights of the roles as `detector topics plan` prints them, but for some."""
    environ = {**common(prefix, folder), **cluster.administrator()}
    create = ("topics", "create", "--partitions", "2", "--replication", "1")
    made = detector(*create, cwd=folder, **environ)
    assert 0 == made.returncode, made.stderr
    plan = detector("topics", "plan", cwd=folder, **environ).stdout
    for part in without:
        assert part in plan
        plan = plan.replace(part, "")
    for role in roles:
        cluster.grant(plan.partition(f"# {role}\n")[2].partition("\n\n")[0])
    return common(prefix, folder)


def test_each_role_works_with_exactly_its_rights(cluster: Secured, tmp_path: Path) -> None:
    """Normaliser, detector, shipper and reader, each known in another way and each with its own
    rights only, find together what is in the logs; both workers are well and drain. Then who may
    brings all that was learned to more partitions."""
    shared = prepared(cluster, "roles", tmp_path, *NAMES)
    known = {
        "normalise": cluster.by_password("detector-normalise"),
        "detect": cluster.by_certificate("detector-detect"),
        "shipper": cluster.by_token("detector-shipper"),
        "reader": cluster.by_password("detector-reader"),
        "migration": cluster.by_password("detector-migration"),
    }
    logs, said = write_logs(tmp_path / "logs"), {}
    workers = {}
    for role in ("normalise", "detect"):
        said[role] = tmp_path / f"{role}.log"
        with said[role].open("wb") as out:
            workers[role] = subprocess.Popen(
                [sys.executable, "-m", "detector.cli", "worker", "--role", role],
                env={**os.environ, **shared, **known[role]},
                stdout=out,
                stderr=out,
            )
    try:
        sent = detector("replay", "--to-kafka", logs, cwd=tmp_path, **shared, **known["shipper"])
        told = detector(
            *("tail", "--new", "--from-beginning", "--until-quiet", "12"),
            cwd=tmp_path,
            **shared,
            **known["reader"],
        )
        doctors = {
            role: detector("doctor", "--role", role, cwd=tmp_path, **shared, **known[role])
            for role in workers
        }
    finally:
        for worker in workers.values():
            worker.send_signal(signal.SIGTERM)
        codes = [worker.wait(60) for worker in workers.values()]
    move = ("topics", "migrate", "--partitions", "3")
    moved = detector(*move, cwd=tmp_path, **shared, **known["migration"])

    assert (0, "") == (sent.returncode, sent.stderr)
    assert [0, 0] == codes, [path.read_text("utf-8")[-2_000:] for path in said.values()]
    assert 3 == len(re.findall(r" new     \S+:user/ada ", told.stdout)), told.stdout + told.stderr
    for role, answer in doctors.items():
        assert 0 == answer.returncode, answer.stdout
        assert f"ok    rights: role {role} may do all that it needs\n" in answer.stdout
    assert (0, "") == (moved.returncode, moved.stderr)
    assert "from 2 to 3 partitions" in moved.stdout
    for path in said.values():
        assert PASSWORD not in path.read_text("utf-8")


def test_a_right_that_is_missing_is_named(cluster: Secured, tmp_path: Path) -> None:
    """Without one of its rights a worker does not start, and says which; so does the doctor."""
    lacking = ("--group lack-admit", "--transactional-id lack-admit-")
    environ = prepared(cluster, "lack", tmp_path, "detect", without=lacking)
    environ |= cluster.by_certificate("detector-detect")
    worker = detector("worker", "--role", "detect", cwd=tmp_path, **environ)
    doctor = detector("doctor", "--role", "detect", "--watch", "0", cwd=tmp_path, **environ)

    assert (1, "") == (worker.returncode, worker.stdout)
    assert (
        "detector: may not Read on group lack-admit (and 2 more): detector topics plan lists the "
        "rights\n"
    ) == worker.stderr
    assert 1 == doctor.returncode
    assert "WRONG rights: may not Write on transactional-id lack-admit-\n" in doctor.stdout


def test_a_wrong_password_is_told_from_an_absent_broker(cluster: Secured, tmp_path: Path) -> None:
    """The broker's own word is passed on, and the password is not."""
    environ = common("none", tmp_path) | cluster.by_password("detector-reader", f"not-{PASSWORD}")
    answer = detector("tail", "--until-quiet", "1", cwd=tmp_path, **environ)

    assert (1, "") == (answer.returncode, answer.stdout)
    assert "by SASL_SSL (" in answer.stderr
    assert "uthentication failed" in answer.stderr
    assert PASSWORD not in answer.stderr


def test_an_authority_that_is_not_trusted_is_named(cluster: Secured, tmp_path: Path) -> None:
    """A broker whose certificate we cannot verify is not spoken to."""
    environ = common("none", tmp_path) | cluster.by_password("detector-reader")
    del environ["DETECTOR_KAFKA__CA_FILE"]
    answer = detector("tail", "--until-quiet", "1", cwd=tmp_path, **environ)

    assert (1, "") == (answer.returncode, answer.stdout)
    assert "CERTIFICATE_VERIFY_FAILED" in answer.stderr
