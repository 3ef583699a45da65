"""Mappings reach whoever decodes: this process, those beside it, the topics of a worker."""

import json
import pickle
from pathlib import Path

import pytest

from detector.replay.events import open_events
from detector.replay.limits import Limits
from detector.replay.raw import RawRecords
from detector.sources.base import Context
from detector.sources.fingerprint import Fingerprints
from detector.sources.mapped.mapping import load
from schemas.dead_letter import DeadLetter
from schemas.event import ActivityEvent

PORTAL = load(
    'recognise.fields = ["portal", "who"]\nevent.time = "at"\nprincipal.uid = "portal:user/{who}"\n',
    "portal.toml",
)
CONTEXT = Context(Fingerprints("an example key, used in tests only"), mapped=(PORTAL,))
START = 1_767_605_400


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Twenty files of a log that only the mapping knows."""
    for file in range(20):
        rows = [{"portal": 1, "who": f"u{n}", "at": START + 20 * n + file} for n in range(30)]
        text = "\n".join(map(json.dumps, rows))
        (tmp_path / f"{file:02}.jsonl").write_text(text)
    return tmp_path


def _read(logs: Path, source: str, workers: int) -> list[ActivityEvent]:
    letters: list[DeadLetter] = []
    events = list(
        open_events(
            [str(logs)], context=CONTEXT, on_dead_letter=letters.append, source=source,
            limits=Limits(alone_bytes=0), workers=workers,
        )
    )  # fmt: skip
    assert [] == letters
    return events


@pytest.mark.parametrize("source", ["auto", "portal"])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_mapped_log_is_read_by_any_process(logs: Path, source: str, workers: int) -> None:
    """Recognised or named, by one process or several: the same events."""
    events = _read(logs, source, workers)

    assert 600 == len(events)
    assert _read(logs, "auto", 1) == events
    assert {"portal"} == {event.source for event in events}


def test_a_name_that_there_is_not_names_the_mapped_too(logs: Path) -> None:
    """Whoever misspells it sees what could have been meant."""
    with pytest.raises(ValueError, match=r"expected one of auto, .*portal"):
        _read(logs, "portl", 1)


def test_a_context_travels_with_its_mappings() -> None:
    """To processes that are started, not forked, it goes over a pipe."""
    there = pickle.loads(pickle.dumps(CONTEXT))  # noqa: S301 - our own

    assert ["portal"] == [one.name for one in there.mapped]


def test_raw_records_know_their_source(logs: Path) -> None:
    """They go to the topic that is called after the mapping."""
    found = list(RawRecords([str(logs)], context=CONTEXT))

    assert ({"portal"}, 600) == ({one.source for one in found}, len(found))
