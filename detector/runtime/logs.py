"""Logs of a worker: one JSON object a line on standard error, without secrets; plain on a terminal.

The whole process comes through here, the standard library's loggers of Faust, mode and aiokafka
included. An event is a constant sentence and what differs stands in fields (`extra=`), so that one
can count and search. `Redaction` runs over every text before it is rendered.

Examples:
    >>> mask = Redaction(["EXAMPLE-password"])
    >>> mask(None, "info", {"event": "connected", "url": "kafka://ada:EXAMPLE-password@broker"})
    {'event': 'connected', 'url': 'kafka://ada:***@broker'}
    >>> mask(None, "info", {"event": "read", "partition": 3, "api_key": "EXAMPLE0123"})
    {'event': 'read', 'partition': 3, 'api_key': '***'}
"""

import logging
import sys
import threading
from base64 import b64encode
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO
from urllib.parse import quote

from structlog.dev import ConsoleRenderer
from structlog.processors import JSONRenderer, StackInfoRenderer, format_exc_info
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name
from structlog.typing import EventDict, Processor

from detector.sources.redact import MASK, mask_secrets
from detector.worker import Connection

# What these say at `info` is for their own developers: every fetch, every service that starts.
_QUIET = ("aiohttp", "aiokafka", "asyncio", "faust", "kafka", "mode")
_PLAIN = (bool, int, float, type(None))


class Redaction:
    """Masks what is recognisably a secret, what stands under a secret's name, and these secrets."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if secret for form in _forms(secret)}
        self._forms = sorted(forms, key=len, reverse=True)

    def __call__(self, _logger: object, _method: str, event: EventDict) -> EventDict:
        """The same entry, masked: a step of structlog's chain."""
        return {self.text(key): self._field(key, value) for key, value in event.items()}

    def text(self, text: str) -> str:
        """A text without secrets."""
        for form in self._forms:
            text = text.replace(form, MASK)
        return mask_secrets(text)

    def _field(self, key: str, value: object) -> object:
        if isinstance(value, _PLAIN):
            return value
        return MASK if _names_a_secret(key) else self._value(value)

    def _value(self, value: object) -> object:
        if isinstance(value, _PLAIN):
            return value
        if isinstance(value, Mapping):
            return {self.text(str(k)): self._field(str(k), v) for k, v in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._value(item) for item in value]
        return self.text(value if isinstance(value, str) else repr(value))


def _forms(secret: str) -> tuple[str, ...]:
    """The ways in which a secret may be written down."""
    coded = b64encode(secret.encode()).decode()
    return secret, quote(secret, safe=""), coded, repr(secret)[1:-1]


def _names_a_secret(key: str) -> bool:
    pair = f"{key}=........"
    return mask_secrets(pair) != pair


def secrets_of(connection: Connection) -> list[str]:
    """What of a connection must never be read anywhere."""
    found = [connection.password]
    if connection.token_file is not None and connection.token_file.is_file():
        found.append(connection.token_file.read_text("utf-8").strip())
    return [secret for secret in found if secret]


class _Handler(logging.StreamHandler[TextIO]):
    """An entry that cannot be rendered is told without its content: that may be a secret."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        place = f"{record.module}:{record.lineno}"
        with suppress(OSError, ValueError):  # of which a closed stream is one
            self.stream.write(f'{{"event": "an entry could not be written", "place": "{place}"}}\n')


def handler(stream: TextIO, secrets: Iterable[str] = ()) -> logging.Handler:
    """A handler that writes redacted entries to a stream, for people if it is a terminal."""
    is_terminal = stream.isatty()
    chain: list[Processor] = [
        add_log_level,
        add_logger_name,
        ExtraAdder(),
        StackInfoRenderer(),
        format_exc_info,
        _stamp,
        ProcessorFormatter.remove_processors_meta,
        Redaction(secrets),
        ConsoleRenderer(timestamp_key="time") if is_terminal else JSONRenderer(default=repr),
    ]
    made = _Handler(stream)
    made.setFormatter(ProcessorFormatter(processors=chain))
    return made


def _stamp(_logger: object, _method: str, event: EventDict) -> EventDict:
    made = datetime.fromtimestamp(event["_record"].created, UTC)
    return {"time": made.isoformat(timespec="milliseconds"), "event": event["event"], **event}


def _is_ours(record: logging.LogRecord) -> bool:
    """Mode speaks of each service that starts under the name of the module that the service is in."""
    return record.levelno > logging.INFO or not str(record.msg).startswith("[^")


def set_up(
    level: str = "info", *, secrets: Iterable[str] = (), stream: TextIO | None = None
) -> None:
    """Send every log entry of this process to standard error, redacted; uncaught errors as well."""
    root = logging.getLogger()
    root.handlers[:] = [handler(stream or sys.stderr, secrets)]
    root.setLevel(level.upper())
    if root.level > logging.DEBUG:
        root.handlers[0].addFilter(_is_ours)
    for name in _QUIET:
        least = max(logging.WARNING, root.level) if root.level > logging.DEBUG else logging.DEBUG
        logging.getLogger(name).setLevel(least)
    logging.captureWarnings(capture=True)
    sys.excepthook = _crashed
    threading.excepthook = _thread_crashed


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger(__name__).critical("the process crashed", exc_info=(kind, error, trace))


def _thread_crashed(told: threading.ExceptHookArgs) -> None:
    error: Any = told.exc_value
    logging.getLogger(__name__).critical(
        "a thread crashed", exc_info=(told.exc_type, error, told.exc_traceback)
    )
