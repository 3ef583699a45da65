"""A broker for every test here, and topics of its own for each."""

import asyncio
import itertools
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from detector.runtime.topics import create, plan
from detector.worker import Connection, Topics
from tests.kafka.broker import Broker, NoBrokerError, running
from tests.kafka.cluster import Cluster, clustered
from tests.kafka.commands import Run, runner, settings
from tests.kafka.provide import provided
from tests.kafka.runner import SOURCES

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def kafka() -> Iterator[str]:
    """The address of a broker that answers. With `CI=true` there must be one."""
    try:
        with provided() as bootstrap:
            yield bootstrap
    except NoBrokerError as error:
        _without(error)


@pytest.fixture(scope="module")
def own() -> Iterator[Broker]:
    """A broker that a test may stop, start and kill."""
    try:
        with running() as broker:
            yield broker
    except NoBrokerError as error:
        _without(error)


@pytest.fixture
def cramped(tmp_path: Path) -> Iterator[Broker]:
    """A broker whose log lies on a disk of 128 MiB, which a test may fill."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128m", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False).returncode:
        pytest.skip("a small disk of its own needs the right to mount one")
    try:
        with running(on=disk) as broker:
            yield broker
    except NoBrokerError as error:
        _without(error)
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Three brokers, of which a test may kill one."""
    try:
        with clustered() as made:
            yield made
    except NoBrokerError as error:
        _without(error)


def _without(error: NoBrokerError) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(f"no Kafka to test with, which CI=true asks for: {error}")
    pytest.skip(f"no Kafka to test with: {error}")


@pytest.fixture
def topics(kafka: str, request: pytest.FixtureRequest) -> Iterator[Topics]:
    """Every topic of a cluster under a prefix that nobody else has, of two partitions each or, with
    `parametrize("topics", [...], indirect=True)`, of as many as the test says."""
    made = Topics(f"test-{os.getpid()}-{next(_numbers)}.", sources=SOURCES)
    specs = plan(made, getattr(request, "param", 2))
    asyncio.run(create(Connection(kafka), specs))
    yield made
    asyncio.run(_delete(kafka, below=made.prefix))


@pytest.fixture
def prefix(kafka: str) -> Iterator[str]:
    """A prefix for the topics that a test makes by itself; they are deleted after it."""
    made = f"test-{os.getpid()}-{next(_numbers)}."
    yield made
    asyncio.run(_delete(kafka, below=made))


@pytest.fixture
def run(
    kafka: str,
    topics: Topics,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """The command line on these topics, with no setting but those of the test."""
    for name in [name for name in os.environ if name.startswith("DETECTOR_")]:
        monkeypatch.delenv(name)
    for name, value in settings(kafka, topics).items():
        monkeypatch.setenv(name, value)
    return runner(capfd)


async def _delete(bootstrap: str, *, below: str) -> None:
    async with _admin(bootstrap) as admin:
        names = [name for name in await admin.list_topics() if name.startswith(below)]
        await admin.delete_topics(names)


@asynccontextmanager
async def _admin(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()
