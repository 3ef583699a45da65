"""What the brokers refuse, in one line with what to do. Holds no secret.

Examples:
    >>> with understood(Connection("192.0.2.1:9092")):
    ...     raise UnknownTopicOrPartitionError
    Traceback (most recent call last):
    ...
    detector.runtime.faults.BrokerError: a topic is missing: detector topics create
"""

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka.errors import (
    AuthenticationFailedError,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    NodeNotReadyError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
    UnknownTopicOrPartitionError,
)

from detector.worker import Connection

_REFUSED = (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)
# Not every OSError: a file that cannot be read and a reader who goes away are no broker's fault.
_AWAY = (KafkaConnectionError, KafkaTimeoutError, NodeNotReadyError, ssl.SSLError, TimeoutError)


class BrokerError(RuntimeError):
    """What the brokers answered, or that they did not, and what to do."""


class _Ear(logging.Handler):
    """Hears why a connection failed: the client says it to its log only."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.causes: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        args = record.args if isinstance(record.args, tuple) else ()
        self.causes += [str(each) for each in args if isinstance(each, Exception)]


@contextmanager
def understood(connection: Connection) -> Iterator[None]:
    """The client's own complaints are kept off the terminal; what fails is said in one line.

    Raises:
        BrokerError: instead of what the client raises.
    """
    ear, logger = _Ear(), logging.getLogger("aiokafka")
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(ear)
    try:
        yield
    except (KafkaError, *_AWAY) as error:
        raise BrokerError(_line(error, connection, ear.causes)) from error
    finally:
        logger.removeHandler(ear)
        logger.propagate = propagate


def _line(error: Exception, connection: Connection, causes: list[str]) -> str:
    if isinstance(error, _REFUSED):
        what = type(error).__name__.partition("Authorization")[0]
        named = f" {error.args[0]}" if error.args else ""
        return f"not allowed to use {_NAMES[what]}{named}: detector topics plan lists the rights"
    if isinstance(error, UnknownTopicOrPartitionError):
        return "a topic is missing: detector topics create"
    refused = isinstance(error, AuthenticationFailedError | ssl.SSLError)
    if not refused and not isinstance(error, _AWAY):
        return f"the brokers refuse: {str(error) or type(error).__name__}"
    cause = next(iter(causes), "" if isinstance(error, KafkaError) else str(error))
    because = f" ({cause.rstrip('.')})" if cause else ""
    return (
        f"cannot connect to {connection.bootstrap} by {connection.protocol}{because}: check that "
        "the brokers run, and the settings [kafka] bootstrap, protocol and credentials"
    )


_NAMES = {
    "Cluster": "the cluster",
    "Group": "a consumer group",
    "Topic": "a topic",
    "TransactionalId": "a transactional id",
}
