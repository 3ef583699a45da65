"""What brokers refuse, as one line; and what is none of theirs."""

import pytest
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
    UnknownTopicOrPartitionError,
)

from detector.runtime.faults import BrokerError, understood
from detector.worker import Connection

CONNECTION = Connection("192.0.2.1:9092", "SASL_SSL", password="planted-kafka-password")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (KafkaConnectionError("x"), "cannot connect to 192.0.2.1:9092 by SASL_SSL: check that"),
        (TimeoutError("slow"), "cannot connect to 192.0.2.1:9092 by SASL_SSL (slow): check that"),
        (UnknownTopicOrPartitionError("t"), "a topic is missing: detector topics create"),
        (
            TopicAuthorizationFailedError("d.state"),
            "not allowed to use a topic d.state: detector t",
        ),
        (GroupAuthorizationFailedError("g"), "not allowed to use a consumer group g: detector top"),
        (TransactionalIdAuthorizationFailed(), "not allowed to use a transactional id: detector t"),
        (KafkaError("t: Replication factor: 9"), "the brokers refuse: KafkaError: t: Replication"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_each_refusal_says_what_to_do(error: Exception, expected: str) -> None:
    """The line names what was refused and what to look at, and no secret."""
    with pytest.raises(BrokerError) as caught, understood(CONNECTION):
        raise error

    assert str(caught.value).startswith(expected)
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize("error", [BrokenPipeError(), FileNotFoundError("a.json"), KeyError("e")])
def test_what_is_not_the_broker_s_stays_what_it_is(error: Exception) -> None:
    """A reader who goes away, a file that is not there and a fault of ours are raised as they are."""
    with pytest.raises(type(error)), understood(CONNECTION):
        raise error
