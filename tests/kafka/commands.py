"""The command line against a real cluster, in this process."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from detector.cli.guard import guarded
from detector.worker import Connection, Topics, WorkerConfig

PASSWORD = "planted-kafka-password"
KEY = "planted-fingerprint-key"


class Answer(NamedTuple):
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


Run = Callable[..., Answer]


def settings(kafka: str, topics: Topics) -> dict[str, str]:
    """The environment of a worker on these topics; its secrets are planted."""
    return {
        "DETECTOR_FINGERPRINT_KEY": KEY,
        "DETECTOR_KAFKA__BOOTSTRAP": kafka,
        "DETECTOR_KAFKA__PASSWORD": PASSWORD,
        "DETECTOR_KAFKA__USERNAME": "worker",
        "DETECTOR_KAFKA__PREFIX": topics.prefix,
        "DETECTOR_KAFKA__SOURCES": ",".join(topics.sources),
        "DETECTOR_KAFKA__GROUP": f"{topics.prefix}group",
        "DETECTOR_KAFKA__IDLE": "1s",
        "DETECTOR_KAFKA__PORT": "0",
    }


def config(kafka: str, topics: Topics) -> WorkerConfig:
    """The same, for what a test does by itself."""
    return WorkerConfig(connection=Connection(kafka), topics=topics, group=f"{topics.prefix}group")


def runner(capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs commands; none of them may print a secret."""

    def run(*arguments: object) -> Answer:
        capfd.readouterr()
        code = guarded([str(each) for each in arguments])
        answer = Answer(code, *capfd.readouterr())
        for secret in (PASSWORD, KEY):
            assert secret not in answer.out + answer.err
        return answer

    return run
