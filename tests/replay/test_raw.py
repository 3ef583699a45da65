"""Raw records out of files: by event time, all of them, untouched."""

import gzip
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from detector.replay.limits import Limits
from detector.replay.paths import MissingInputError
from detector.replay.raw import RawRecords
from detector.sources.base import Context
from detector.sources.fingerprint import Fingerprints
from tests.cli.logs import HOME, READS, START, record

CONTEXT = Context(Fingerprints("a key of at least sixteen characters"))


def raw(at: int, user: str = "ada") -> bytes:
    """A CloudTrail record so many seconds after the start."""
    made = record(f"e{at}", START + at, READS[0], user=user, address=HOME)
    return json.dumps(made).encode()


def lines(path: Path, *records: bytes) -> Path:
    """A file of these lines."""
    path.write_bytes(b"".join(one + b"\n" for one in records))
    return path


def read(*paths: Path, **options: object) -> RawRecords:
    """The records of these paths."""
    return RawRecords([str(path) for path in paths], context=CONTEXT, **options)  # type: ignore[arg-type]


def test_records_come_by_event_time_across_files(tmp_path: Path) -> None:
    """The last file may hold the earliest record, and files may overlap."""
    lines(tmp_path / "a.jsonl", raw(30), raw(50))
    lines(tmp_path / "b.jsonl", raw(10), raw(40))
    lines(tmp_path / "c.jsonl", raw(20))

    assert [raw(10), raw(20), raw(30), raw(40), raw(50)] == [one.raw for one in read(tmp_path)]


def test_records_are_taken_out_of_deliveries(tmp_path: Path) -> None:
    """A compressed list of records gives each of them by itself, with its source and key."""
    document = b'{"Records":[%s,%s]}' % (raw(2), raw(1, "grace"))
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(document))
    first, second = read(tmp_path)

    assert (raw(1, "grace"), raw(2)) == (first.raw, second.raw)
    assert ("cloudtrail", START * 1_000 + 1_000) == (first.source, first.time)
    assert first.key.endswith("/grace")


@pytest.mark.parametrize("bound", [{"run_events": 1}, {"run_bytes": 1}])
def test_what_is_held_is_bounded(tmp_path: Path, bound: dict[str, int]) -> None:
    """Beyond the limits the order of the file stands, and nothing is lost."""
    path = lines(tmp_path / "a.jsonl", raw(3), raw(1), raw(2))
    found = read(path, limits=replace(Limits(), **bound))

    assert sorted([raw(3), raw(1), raw(2)]) == sorted(one.raw for one in found)


def test_what_cannot_be_decoded_keeps_its_place(tmp_path: Path) -> None:
    """A record of a source that it breaks, or of none, goes on after the one before it."""
    broken = raw(0).replace(b'"eventTime"', b'"eventTme"')
    foreign = b'{"name": "a-package"}'
    path = lines(tmp_path / "a.jsonl", raw(5), broken, foreign, raw(6))
    found = list(read(path))

    assert [raw(5), broken, foreign, raw(6)] == [one.raw for one in found]
    assert ["cloudtrail", "cloudtrail", "", "cloudtrail"] == [one.source for one in found]
    assert ["", ""] == [one.key for one in found[1:3]]


def test_what_is_no_log_is_counted(tmp_path: Path) -> None:
    """Labels and packages beside the logs are skipped; rubbish between records is counted once."""
    lines(tmp_path / "a.jsonl", raw(1), b"rubbish", raw(2))
    lines(tmp_path / "labels.csv", b"event_id,label,incident")
    lines(tmp_path / "package.json", b'{"name": "a-package"}')
    found = read(tmp_path)

    assert [raw(1), raw(2)] == [one.raw for one in found]
    assert (1, 2) == (found.unreadable, found.skipped)


def test_a_damaged_file_gives_what_it_can(tmp_path: Path) -> None:
    """Records before the damage are sent; the rest is counted."""
    whole = gzip.compress(raw(1) + b"\n" + raw(2) + b"\n")
    (tmp_path / "a.jsonl.gz").write_bytes(whole[:-9])
    found = read(tmp_path)

    assert [raw(1), raw(2)] == [one.raw for one in found]
    assert 1 == found.unreadable


def test_progress_covers_both_readings(tmp_path: Path) -> None:
    """What is told adds up to what was announced, and the few bytes that tell what a file is."""
    path = lines(tmp_path / "a.jsonl", raw(1), raw(2))
    told: list[int] = []
    found = read(path, on_progress=told.append)

    assert 2 == len(list(found))
    assert 8 == sum(told) - found.size


def test_a_path_that_names_nothing_is_refused() -> None:
    """It is wrong use, said before anything is read."""
    with pytest.raises(MissingInputError):
        read(Path("no/such/file"))
