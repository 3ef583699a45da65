"""The page in a real browser: no error on its console, no request beyond itself."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from detector.report.html import page
from tests.report.samples import alerts, hostile

BROWSER = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--enable-logging=stderr", "--proxy-bypass-list=<-loopback>",
)  # fmt: skip


class Recorder(BaseHTTPRequestHandler):
    """A proxy that serves one page under every name and keeps what it was asked for."""

    body = b""
    asked: list[str]

    def do_GET(self) -> None:
        """Answer a page's name with the page, anything else with nothing."""
        type(self).asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(self.body if self.path.endswith("/report.html") else b"")

    def log_message(self, *_: object) -> None:
        """Nothing: what was asked is in `asked`."""


@pytest.fixture
def proxy() -> Iterator[ThreadingHTTPServer]:
    """The recorder on a free port, for both the good and the hostile page."""
    Recorder.asked = []
    Recorder.body = page(alerts() + hostile(), {"events": 12}).encode()
    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_the_page_is_quiet_in_a_browser(proxy: ThreadingHTTPServer, tmp_path: Path):
    """Chromium renders the page, logs nothing to its console and fetches nothing else for it."""
    assert BROWSER is not None
    port = proxy.server_address[1]
    run = subprocess.run(
        [BROWSER, *FLAGS, f"--user-data-dir={tmp_path}", f"--proxy-server=127.0.0.1:{port}",
         "--dump-dom", "http://report.example/report.html"],
        capture_output=True, check=False, text=True, timeout=90,
    )  # fmt: skip
    ours = {path for path in Recorder.asked if "example" in path}

    assert "Credential abuse report" in run.stdout
    assert "CONSOLE" not in run.stderr
    assert ours <= {"http://report.example/report.html", "http://report.example/favicon.ico"}
