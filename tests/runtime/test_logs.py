import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from detector.runtime.logs import Redaction, secrets_of, set_up
from detector.sources.redact import EXAMPLES
from detector.worker import Connection

PASSWORD = 'pa"ss\\wört-EXAMPLE'
log = logging.getLogger("detector.runtime.example")


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Logging as it was, however a test leaves it."""
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook)
    handlers, level = list(root.handlers), root.level
    yield
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks
    for name in ("aiohttp", "aiokafka", "asyncio", "faust", "kafka", "mode"):
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture
def written() -> io.StringIO:
    """What a worker with a password writes."""
    stream = io.StringIO()
    set_up(secrets=[PASSWORD], stream=stream)
    return stream


def lines(written: io.StringIO) -> list[dict[str, object]]:
    """The entries that were written."""
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_an_entry_is_a_sentence_with_fields(written: io.StringIO) -> None:
    """An entry has its time, level and logger, a constant sentence, and what differs in fields."""
    log.info("partition begins", extra={"partition": 3, "offset": 70})
    entry = lines(written)[0]

    assert str(entry.pop("time")).endswith("+00:00")
    assert entry == {
        "event": "partition begins",
        "level": "info",
        "logger": "detector.runtime.example",
        "partition": 3,
        "offset": 70,
    }


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_no_known_secret_is_written(written: io.StringIO, name: str) -> None:
    """Whatever redaction recognises is masked wherever it is said: in words, fields, errors, bytes,
    names, by libraries and in warnings."""
    secret = EXAMPLES[name]
    log.warning("got %s", secret)
    log.warning("got", extra={"found": secret, "deep": {"list": [(secret,)], secret: {secret}}})
    log.warning("got", extra={"raw": secret.encode(), "other": ValueError(secret)})
    logging.getLogger("aiokafka.conn").error("refused %r", {"sent": secret})
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        warnings.warn(f"odd: {secret}", UserWarning, stacklevel=1)
    _fail_with(f"cannot use {secret}")

    assert 6 == len(lines(written))
    assert [] == [part for part in _parts(secret) if part in written.getvalue()]


def _fail_with(text: str) -> None:
    try:
        int(text)
    except ValueError:
        log.exception("it failed")


def _parts(secret: str) -> list[str]:
    """What of an example is secret: its longest words, but not the scheme or host around them."""
    return [
        word for word in secret.replace("=", " ").split() if "EXAMPLE" in word and "://" not in word
    ]


def test_no_secret_of_the_settings_is_written(written: io.StringIO) -> None:
    """A secret that only the settings know is masked in every way of writing it down."""
    log.error("cannot log in as ada with %s", PASSWORD)
    log.error("cannot log in", extra={"url": "sasl://ada:pa%22ss%5Cw%C3%B6rt-EXAMPLE@broker"})
    log.error("cannot log in", extra={"sent": "cGEic3Ncd8O2cnQtRVhBTVBMRQ=="})
    _fail_with(PASSWORD)

    said = written.getvalue()
    assert [] == [form for form in ("rt-EXAMPLE", "cGEic3Nc", "pa%22") if form in said]
    assert said.count("***") >= 4


def test_a_field_with_a_secret_name_is_masked() -> None:
    """What stands under a secret's name is masked though it looks like nothing; numbers stay."""
    masked = Redaction()(None, "info", {"event": "e", "client_secret": "blue", "tokens": 5})

    assert {"event": "e", "client_secret": "***", "tokens": 5} == masked


def test_an_entry_that_cannot_be_rendered_tells_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The standard library would print the arguments of a broken entry; here only its place is."""
    written = io.StringIO()
    set_up(secrets=[PASSWORD], stream=written)
    log.error("%d records", PASSWORD)

    assert ("", "") == tuple(capsys.readouterr())
    assert "an entry could not be written" == lines(written)[0]["event"]
    assert "rt-EXAMPLE" not in written.getvalue()


def test_libraries_are_quiet(written: io.StringIO) -> None:
    """Fetches and starts of services are not told at `info`; their warnings are."""
    for name in ("aiokafka.consumer.fetcher", "faust.app.base", "mode.supervisors"):
        logging.getLogger(name).info("chatter")
        logging.getLogger(name).warning("trouble")
    log.info("[^--Source]: Starting...")

    assert ["trouble"] * 3 == [entry["event"] for entry in lines(written)]


def test_debug_shows_everything() -> None:
    """At `debug` the libraries speak."""
    stream = io.StringIO()
    set_up("debug", stream=stream)
    logging.getLogger("aiokafka.consumer.fetcher").debug("a fetch")

    assert ["a fetch"] == [entry["event"] for entry in lines(stream)]


def test_uncaught_errors_are_entries(written: io.StringIO) -> None:
    """What nobody caught is an entry like others, in a thread as well."""
    error = RuntimeError(PASSWORD)
    sys.excepthook(RuntimeError, error, None)
    thread = threading.Thread(target=_fall)
    thread.start()
    thread.join()

    assert ["the process crashed", "a thread crashed"] == [e["event"] for e in lines(written)]
    assert "rt-EXAMPLE" not in written.getvalue()


def _fall() -> None:
    raise RuntimeError(PASSWORD)


def test_a_terminal_gets_lines_for_people() -> None:
    """On a terminal an entry is no JSON, and masked all the same."""
    stream = _Terminal()
    set_up(secrets=[PASSWORD], stream=stream)
    log.warning("cannot log in", extra={"sent": PASSWORD})

    assert "cannot log in" in stream.getvalue()
    assert not stream.getvalue().startswith("{")
    assert "rt-EXAMPLE" not in stream.getvalue()


def test_secrets_of_a_connection(tmp_path: Path) -> None:
    """The password and the token in its file are secrets of a connection."""
    token = tmp_path / "token"
    token.write_text("EXAMPLE-token\n")

    assert ["EXAMPLE-token"] == secrets_of(Connection(token_file=token))
    assert ["EXAMPLE"] == secrets_of(Connection(password="EXAMPLE", token_file=tmp_path / "none"))
