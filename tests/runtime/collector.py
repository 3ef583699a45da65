"""A collector of traces: what a real one would be sent, as OTLP over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from gzip import decompress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Collector:
    """What it was sent: the bodies, and of them the `spans`. `address` is where it listens."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.paths: set[str] = set()
        self.bodies: list[bytes] = []

    def _requests(self) -> Iterator[ExportTraceServiceRequest]:
        for body in list(self.bodies):
            yield ExportTraceServiceRequest.FromString(body)

    @property
    def spans(self) -> list[Span]:
        """Every span in the order in which they came."""
        return [
            span
            for request in self._requests()
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    @property
    def services(self) -> set[str]:
        """The names of those who sent them."""
        return {
            named["service.name"]
            for request in self._requests()
            for resource in request.resource_spans
            for named in [attributes(resource.resource.attributes)]
        }


def attributes(pairs: "list[KeyValue]") -> dict[str, str]:
    """Attributes as text."""
    return {
        pair.key: str(getattr(pair.value, pair.value.WhichOneof("value") or "string_value"))
        for pair in pairs
    }


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that listens for as long as the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding") == "gzip"
            made.paths.add(self.path)
            made.bodies.append(decompress(body) if packed else body)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Collector(server.server_port)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()
