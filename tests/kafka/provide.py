"""The broker that tests get: the first of four ways that there is on this machine."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from tests.kafka.answers import is_answering
from tests.kafka.broker import SETTINGS, NoBrokerError, free_ports, running

IMAGE = "apache/kafka:4.1.1"
_PATIENCE = 120.0

Provided = AbstractContextManager[str]


def provided(
    has_docker: Callable[[], bool] | None = None,
    container: Callable[[], Provided] | None = None,
    jars: Callable[[], Provided] | None = None,
) -> Provided:
    """A bootstrap address for as long as the block: that of `KAFKA_BOOTSTRAP`, a container, or a
    broker from its jars.

    Raises:
        NoBrokerError: on entering: none of them is to be had.
    """
    given = os.environ.get("KAFKA_BOOTSTRAP")
    if given:
        return _given(given)
    if (has_docker or docker_answers)():
        return (container or in_container)()
    return (jars or from_jars)()


def _given(bootstrap: str) -> Provided:
    if not is_answering(bootstrap):
        raise NoBrokerError(f"KAFKA_BOOTSTRAP is {bootstrap}, where no broker answers")
    return nullcontext(bootstrap)


@contextmanager
def from_jars() -> Iterator[str]:
    """A broker from its published jars."""
    with running() as broker:
        yield broker.bootstrap


def docker_answers() -> bool:
    """Whether a Docker engine runs here. Asked in a process of its own: where none runs, the client
    leaves sockets open."""
    asked = [sys.executable, "-c", "import docker; docker.from_env(timeout=5).ping()"]
    return not subprocess.run(asked, capture_output=True, check=False).returncode


@contextmanager
def in_container() -> Iterator[str]:
    """A broker in a container, under a port that is the same inside and outside."""
    from testcontainers.core.container import DockerContainer

    port = free_ports(1)[0]
    made = DockerContainer(IMAGE).with_bind_ports(port, port)
    bootstrap = f"{made.get_container_host_ip()}:{port}"
    with made.with_envs(**environment(bootstrap, port)):
        end = time.monotonic() + _PATIENCE
        while not is_answering(bootstrap):
            if time.monotonic() > end:
                raise NoBrokerError(f"{IMAGE} did not answer: {made.get_logs()[0][-800:]!r}")
            time.sleep(0.2)
        yield bootstrap


def environment(bootstrap: str, port: int) -> dict[str, str]:
    """The broker's settings as its image reads them."""
    rows = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": "1@localhost:29093",
        "listeners": f"PLAINTEXT://:{port},CONTROLLER://:29093",
        "advertised.listeners": f"PLAINTEXT://{bootstrap}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        **SETTINGS,
    }
    return {f"KAFKA_{name.replace('.', '_').upper()}": value for name, value in rows.items()}
