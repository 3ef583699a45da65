"""An inventory that changes under a worker: read again, or refused with a reason."""

from pathlib import Path

import pytest

from detector.runtime.decode import Decoding
from detector.runtime.metrics import Metrics
from detector.runtime.stock import Stock
from detector.settings.inventory import InventoryFile
from detector.sources.base import Context
from detector.sources.fingerprint import Fingerprints

PRINTS = Fingerprints("a key of at least sixteen characters")
HEAD = "name,ids,owner\n"
ROW = "desk,agent_key:k-41,{owner}\n"
USE = (
    b'{"uid": "7c1e", "source": "broker", "time": "2026-01-05T09:30:00Z", "principal": {"uid": "a"},'
    b' "credential": {"uid": "k-41", "uid_kind": "agent_key"}}'
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An inventory of one credential."""
    made = tmp_path / "inventory.csv"
    made.write_text(HEAD + ROW.format(owner="ada"), "utf-8")
    return made


def owners(path: Path, *texts: str) -> tuple[list[str], Metrics]:
    """Whose the credential is after each of these has become the file's text."""
    decoding = Decoding("token_use", Context(PRINTS), lambda _: None)
    metrics = Metrics()
    stock, found = Stock(InventoryFile(path, PRINTS), decoding, metrics), []
    for text in texts:
        if text:
            path.write_text(text, "utf-8")
        stock.look()
        [event] = decoding.events("raw.token-use", 0, 7, USE)
        found.append(event.principal.owner)
    return found, metrics


def test_what_has_changed_counts_from_the_next_record_on(path: Path) -> None:
    """A file that is as it was is not read."""
    rows = (HEAD + ROW.format(owner=owner) for owner in ("grace", "billing"))
    found, metrics = owners(path, "", *rows)

    assert ["", "grace", "billing"] == found
    assert 2 == metrics.value("detector_inventory_total", result="read")


def test_a_mistake_leaves_what_was_known(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is told once, with its line."""
    found, metrics = owners(path, HEAD + ROW.format(owner="grace"), HEAD + "desk,,ada\n", "")

    assert ["grace", "grace", "grace"] == found
    assert 1 == metrics.value("detector_inventory_total", result="refused")
    assert ["inventory refused, the old one stays"] == [
        one.getMessage() for one in caplog.records if one.levelname == "ERROR"
    ]
