"""From settings to what a worker on Kafka is told; secrets are read from their files here.

Examples:
    >>> worker_config(Settings(), "detect").role
    'detect'
    >>> connection(Settings(kafka={"ca_file": "no/such.pem"}).kafka)
    Traceback (most recent call last):
    ...
    detector.settings.load.SettingsError: kafka.ca_file no/such.pem: No such file or directory
"""

from pathlib import Path

from msgspec.structs import replace

from detector.settings.kafka import KafkaSettings
from detector.settings.known import mapped_names
from detector.settings.load import SettingsError, secret
from detector.settings.model import Settings
from detector.worker import Connection, Role, WorkerConfig


def worker_config(settings: Settings, role: Role = "all") -> WorkerConfig:
    """One worker's configuration.

    Raises:
        SettingsError: a file that it names cannot be read.
    """
    kafka = settings.kafka
    return WorkerConfig(
        engine=settings.engine(),
        connection=connection(kafka),
        topics=replace(kafka.topics(), mapped=mapped_names(settings.mappings)),
        role=role,
        group=kafka.group,
        instance=kafka.instance,
        folder=kafka.folder,
        checkpoint_least=kafka.checkpoint_least,
        checkpoint_most=kafka.checkpoint_most,
        checkpoint_rate=kafka.checkpoint_rate,
        resident=kafka.resident,
        session=kafka.session,
        fetch=kafka.fetch,
        idle=kafka.idle,
        abandoned=kafka.abandoned,
        port=kafka.port,
        silence=kafka.silence,
        silences=dict(kafka.silences),
        traces=kafka.traces,
    )


def connection(kafka: KafkaSettings) -> Connection:
    """How to reach the brokers.

    Raises:
        SettingsError: a file that it names cannot be read.
    """
    for name in ("token_file", "ca_file", "certificate_file", "key_file"):
        _check(f"kafka.{name}", getattr(kafka, name))
    return Connection(
        bootstrap=kafka.bootstrap,
        protocol=kafka.protocol,
        mechanism=kafka.mechanism,
        username=kafka.username,
        password=_password(kafka),
        token_file=kafka.token_file,
        ca_file=kafka.ca_file,
        certificate_file=kafka.certificate_file,
        key_file=kafka.key_file,
    )


def _check(name: str, path: Path | None) -> None:
    if path is not None:
        secret(name, path)


def _password(kafka: KafkaSettings) -> str:
    if kafka.password is not None:
        return kafka.password.get_secret_value()
    if kafka.password_file is None:
        return ""
    try:
        return secret("kafka.password_file", kafka.password_file).decode()
    except UnicodeDecodeError:
        raise SettingsError(f"kafka.password_file {kafka.password_file}: not UTF-8") from None
