"""The pages of a worker's web server: `/metrics`, `/healthz`, `/readyz`.

`/healthz` is for whoever restarts a worker: the event loop turns and nothing has broken for good. It
does not look at Kafka: to restart a worker does not bring a broker back. `/readyz` is the truth.
"""

from typing import TYPE_CHECKING

import faust
from faust.web import Request, Response, View
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

if TYPE_CHECKING:
    from detector.runtime.app import Parts


def mount(app: faust.App, parts: "Parts") -> None:
    """Serve the pages."""

    @app.page("/metrics", name="metrics")
    async def _metrics(view: View, _request: Request) -> Response:
        headers = {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4}
        return view.bytes(parts.metrics.exposed(), headers=headers)

    @app.page("/healthz", name="healthz")
    async def _healthz(view: View, _request: Request) -> Response:
        alive = parts.watch.alive
        return view.json({"alive": alive}, status=200 if alive else 503)

    @app.page("/readyz", name="readyz")
    async def _readyz(view: View, _request: Request) -> Response:
        verdict = parts.watch.verdict
        said = {"ready": verdict.ready, "reasons": verdict.reasons, "notes": verdict.notes}
        return view.json(said, status=200 if verdict.ready else 503)
