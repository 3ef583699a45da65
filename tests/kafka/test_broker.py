"""The order in which a broker is looked for, and that what is found can be used."""

import asyncio
from contextlib import nullcontext

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from detector.worker import Topics
from tests.kafka.answers import is_answering
from tests.kafka.broker import NoBrokerError, free_ports
from tests.kafka.provide import environment, provided


def _never():
    raise AssertionError("asked for although another way comes first")


def test_a_given_broker_comes_first(kafka, monkeypatch):
    """`KAFKA_BOOTSTRAP` is taken without a look at Docker or Maven."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP", kafka)

    with provided(has_docker=_never, container=_never, jars=_never) as bootstrap:
        assert kafka == bootstrap


def test_a_given_broker_that_is_away_is_an_error(monkeypatch):
    """A `KAFKA_BOOTSTRAP` where nobody answers is not passed over in silence."""
    away = f"127.0.0.1:{free_ports(1)[0]}"
    monkeypatch.setenv("KAFKA_BOOTSTRAP", away)

    with pytest.raises(NoBrokerError, match=f"KAFKA_BOOTSTRAP is {away}, where no broker answers"):
        provided(has_docker=_never, container=_never, jars=_never)


@pytest.mark.parametrize(("has_docker", "expected"), [(True, "container"), (False, "jars")])
def test_docker_comes_before_jars(has_docker, expected, monkeypatch):
    """A container is taken where a Docker engine answers, else the jars."""
    monkeypatch.delenv("KAFKA_BOOTSTRAP", raising=False)

    with provided(
        has_docker=lambda: has_docker,
        container=lambda: nullcontext("container"),
        jars=lambda: nullcontext("jars"),
    ) as bootstrap:
        assert expected == bootstrap


def test_a_container_gets_the_same_settings():
    """The image reads settings as variables, the address that clients are told among them."""
    made = environment("192.0.2.1:9192", 9192)

    assert "PLAINTEXT://192.0.2.1:9192" == made["KAFKA_ADVERTISED_LISTENERS"]
    assert "1" == made["KAFKA_TRANSACTION_STATE_LOG_MIN_ISR"]


def test_nobody_answers_at_a_free_port():
    """A port without a broker does not answer, and nothing is raised."""
    assert not is_answering(f"127.0.0.1:{free_ports(1)[0]}")


@pytest.mark.parametrize("topics", [3], indirect=True)
def test_topics_are_there(kafka: str, topics: Topics):
    """A test finds its topics made, with the partitions that it asked for."""
    assert 3 == asyncio.run(_partitions(kafka, topics.activity))


async def _partitions(bootstrap: str, topic: str) -> int:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        return len((await admin.describe_topics([topic]))[0]["partitions"])
    finally:
        await admin.close()
