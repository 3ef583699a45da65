"""What the commands on Kafka share: the extra, the settings, and errors in one line."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Sized
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from detector.cli.guard import FailedError

if TYPE_CHECKING:
    from detector.settings import Settings
    from detector.worker import Role, WorkerConfig

T = TypeVar("T")
_EXTRA = ("aiokafka", "faust", "rocksdict")


def check_extra() -> None:
    """Go on only where the runtime's libraries are installed.

    Raises:
        FailedError: they are not; says how to install them.
    """
    missing = [name for name in _EXTRA if not is_installed(name)]
    if missing:
        raise FailedError(
            f"{missing[0]} is not installed: this command needs the extra kafka: "
            'pip install "credential-abuse-detector[kafka]", or in a clone: make kafka'
        )


def check_traces(endpoint: str) -> None:
    """Go on only if traces that are asked for can be sent.

    Raises:
        FailedError: they cannot; says how to install what is missing.

    Examples:
        >>> check_traces("")
    """
    if endpoint and not is_installed("opentelemetry"):
        raise FailedError(
            "opentelemetry is not installed: kafka.traces needs the extra traces: "
            'pip install "credential-abuse-detector[traces]"'
        )


def is_installed(name: str) -> bool:
    """Whether a library is there, without importing it.

    Examples:
        >>> is_installed("typer"), is_installed("no_such_library")
        (True, False)
    """
    # Faust puts an object of its own in the place of its module, which has no specification.
    return name in sys.modules or find_spec(name) is not None


def configured(config: Path | None, role: "Role" = "all") -> "tuple[Settings, WorkerConfig]":
    """The settings, and what a worker of that role is told.

    Raises:
        FailedError: the extra is not installed.
        SettingsError: a setting cannot be used.
    """
    from detector.settings import load_settings, worker_config

    check_extra()
    settings = load_settings(config)
    return settings, worker_config(settings, role)


def awaited(config: "WorkerConfig", made: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run it to its end.

    Raises:
        FailedError: instead of what the brokers or the client raise.
    """
    from detector.runtime.faults import BrokerError, understood

    try:
        with understood(config.connection):
            return asyncio.run(made())
    except BrokerError as error:
        raise FailedError(str(error)) from error


def check_cluster(config: "WorkerConfig") -> None:
    """Go on only if the topics that the role needs are there and it may use them.

    Raises:
        FailedError: one is missing, one is forbidden, they are not those to work with, or the brokers
            cannot be reached.
    """
    from detector.runtime.doctor import forbidden, missing
    from detector.runtime.generation import GenerationError, check_generation

    gaps = awaited(config, lambda: missing(config))
    if gaps:
        raise FailedError(f"{gaps[0].said}{_more(gaps)}: {gaps[0].do}")
    rights = awaited(config, lambda: forbidden(config))
    if rights:
        raise FailedError(f"{rights[0]}{_more(rights)}: detector topics plan lists the rights")
    try:
        awaited(config, lambda: check_generation(config))
    except GenerationError as error:
        raise FailedError(str(error)) from error


def _more(found: Sized) -> str:
    return f" (and {len(found) - 1} more)" if len(found) > 1 else ""
