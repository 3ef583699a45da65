"""Several processes read what one would have read: the same events, complaints and counts."""

import gzip
import pickle
import zipfile
from pathlib import Path

import pytest

from detector.replay.limits import KIB, Limits
from detector.sources.fingerprint import Fingerprints
from tests.replay.logs import Read, delivered, lines, record

# Small enough to be read by several processes, and to come in several bundles.
APART = Limits(alone_bytes=0, dead_letters=3)


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Records in two hundred files, some twice, among them an archive and much that is no log."""
    for n in range(200):
        both = delivered(record(n), record(n // 2, user=f"twin{n}"))
        (tmp_path / f"{n:03}.json.gz").write_bytes(gzip.compress(both))
    (tmp_path / "050.json").write_bytes(lines(record(50), *[b"{broken"] * 9, record(900)))
    (tmp_path / "051.json").write_bytes(b"\x1f\x8b but not really")
    (tmp_path / "052.txt").write_bytes(b"notes")
    (tmp_path / "053.jsonl").write_bytes(lines(*[b'{"name": "no log"}'] * 5))
    with zipfile.ZipFile(tmp_path / "054.zip", "w") as archive:
        archive.writestr("one.json", lines(record(901), b"[]"))
        archive.writestr("two.json", lines(record(902)))
    (tmp_path / "055.json").write_bytes(lines(*[record(n) for n in range(1_000, 6_000)]))
    return tmp_path


@pytest.mark.parametrize("workers", [2, 3])
def test_several_processes_read_as_one(logs: Path, workers: int) -> None:
    """Events, their order and places, dead letters and every count are those of one process."""
    one = Read([logs], limits=APART)
    several = Read([logs], limits=APART, workers=workers)

    assert 5_404 == len(one.events)
    assert one.events == several.events
    assert one.letters == several.letters
    assert one.reading == several.reading
    assert sum(one.progress) == sum(several.progress)


def test_a_pipe_is_read_by_the_process_that_has_it_open(tmp_path: Path) -> None:
    """Where one of the files is no regular file, one process reads them all."""
    (tmp_path / "a.json").write_bytes(lines(record(1)))
    (tmp_path / "folder").mkdir()

    read = Read([tmp_path / "a.json", "/dev/null"], limits=APART, workers=2)

    assert ["e1"] == read.ids


def test_a_small_input_is_read_alone(tmp_path: Path) -> None:
    """Up to `alone_bytes` no process is started, so what is read can be a file of this one only."""
    for name in "ab":
        (tmp_path / f"{name}.json").write_bytes(lines(record(1)))

    read = Read([tmp_path], limits=Limits(alone_bytes=64 * KIB), workers=2)

    assert ["e1", "e1"] == read.ids


def test_fingerprints_reach_another_process_with_their_key() -> None:
    """What a process is started with makes the same fingerprints there."""
    prints = Fingerprints("a key of at least sixteen characters")

    there = pickle.loads(pickle.dumps(prints))  # noqa: S301 - as multiprocessing does

    assert prints.of_secret("acme", "s3cret") == there.of_secret("acme", "s3cret")
