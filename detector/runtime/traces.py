"""Traces of a worker, for who has a collector: spans of batches, checkpoints, admission and dead letters.

Off unless an endpoint is set, and then OpenTelemetry is not even imported. Spans are of batches, never
of records. They say where something stood and how much it was, never what it held: attributes are
places and numbers, and of an error only its kind is told.

References:
    https://opentelemetry.io/docs/specs/semconv/messaging/kafka/

Examples:
    >>> with span("process", topic="activity", partition=3, offset=70) as note:
    ...     note(count=500)
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

Value = str | int
Note = Callable[..., None]
NAME = "credential-abuse-detector"
_PATH = "/v1/traces"
# A worker that is told to stop does not wait long for a collector that is away.
_TIMEOUT = 3.0
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_NAMES = {
    "topic": "messaging.destination.name",
    "partition": "messaging.destination.partition.id",
    "offset": "messaging.kafka.offset",
    "count": "messaging.batch.message_count",
}
"""Our words and those of OpenTelemetry; any other stands below `detector.`."""


class _Now:
    """What traces of this process go to."""

    provider: "TracerProvider | None" = None
    tracer: "Tracer | None" = None


def wanted(endpoint: str) -> bool:
    """Whether there is somewhere to send traces to: by the setting, or by OpenTelemetry's own."""
    return bool(endpoint) or any(os.environ.get(name) for name in _ENDPOINTS)


def set_up(endpoint: str, instance: str = "") -> None:
    """From here on send spans to a collector, as OTLP over HTTP. Without an `endpoint`, where the
    variables of OpenTelemetry say; headers, sampling and the like are theirs in any case.

    Raises:
        ImportError: the extra `traces` is not installed.
    """
    if not wanted(endpoint):
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = {"service.name": os.environ.get("OTEL_SERVICE_NAME") or NAME}
    if instance:
        named["service.instance.id"] = instance
    provider = TracerProvider(resource=Resource.create(named), shutdown_on_exit=False)
    exporter = OTLPSpanExporter(
        endpoint=address(endpoint) if endpoint else None,
        timeout=None if os.environ.get("OTEL_EXPORTER_OTLP_TIMEOUT") else _TIMEOUT,
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _Now.provider, _Now.tracer = provider, provider.get_tracer(NAME)


def address(endpoint: str) -> str:
    """Where spans go at a collector.

    Examples:
        >>> address("http://192.0.2.1:4318"), address("http://192.0.2.1:4318/v1/traces")
        ('http://192.0.2.1:4318/v1/traces', 'http://192.0.2.1:4318/v1/traces')
    """
    return endpoint if endpoint.endswith(_PATH) else endpoint.rstrip("/") + _PATH


def tear_down() -> None:
    """Send what is left and be off again. It blocks, for seconds where the collector is away."""
    provider, _Now.provider, _Now.tracer = _Now.provider, None, None
    if provider is not None:
        provider.shutdown()


def span(name: str, **attributes: Value) -> AbstractContextManager[Note]:
    """A span for as long as the block, which may note further attributes of it."""
    return nullcontext(_nothing) if _Now.tracer is None else _span(_Now.tracer, name, attributes)


def _nothing(**_: Value) -> None:
    """Nobody wants to know."""


@contextmanager
def _span(tracer: "Tracer", name: str, attributes: dict[str, Value]) -> Iterator[Note]:
    from opentelemetry.trace import SpanKind, StatusCode

    kind = SpanKind.CONSUMER if name.startswith("process ") else SpanKind.INTERNAL
    # What an exception says may hold what it was about.
    with tracer.start_as_current_span(
        name,
        kind=kind,
        attributes=_named(attributes),
        record_exception=False,
        set_status_on_exception=False,
    ) as made:
        try:
            yield lambda **more: made.set_attributes(_named(more))
        except BaseException as error:
            made.set_status(StatusCode.ERROR, type(error).__name__)
            raise


def _named(attributes: dict[str, Value]) -> dict[str, Value]:
    made: dict[str, Value] = {"messaging.system": "kafka"}
    for name, value in attributes.items():
        made[_NAMES.get(name, f"detector.{name}")] = str(value) if name == "partition" else value
    return made
