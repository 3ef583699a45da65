"""The folder that a simulation writes: files as AWS delivers them, and the answers beside."""

import csv
import gzip
import hashlib
from pathlib import Path

import orjson
import pytest

from detector.simulate import DEMO, Options, Summary, simulate, write

TINY = Options(seed=9, days=1.0, identities=30, attack_free=0.3)


def _files(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def _trail_ids(root: Path) -> list[str]:
    return [
        record["eventID"]
        for path in (root / "cloudtrail").rglob("*.json.gz")
        for record in orjson.loads(gzip.decompress(path.read_bytes()))["Records"]
    ]


def _token_ids(root: Path) -> list[str]:
    return [
        orjson.loads(line)["uid"]
        for path in (root / "token_use").glob("*.jsonl")
        for line in path.read_bytes().splitlines()
    ]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    """The demo's day, written once."""
    out = tmp_path_factory.mktemp("demo") / "out"
    return out, write(out, DEMO)


def test_same_seed_same_files(tmp_path: Path) -> None:
    """Two folders with one seed are equal byte by byte."""
    first, second = tmp_path / "a", tmp_path / "b"
    write(first, TINY)
    write(second, TINY)

    assert _files(first) == _files(second)


def test_labels_match_events(demo: tuple[Path, Summary]) -> None:
    """Every labelled event is in the logs, and no label is given twice."""
    out, _ = demo
    known = set(_trail_ids(out)) | set(_token_ids(out))
    labels = [row["event_id"] for name in ("labels", "twins") for row in _rows(out / f"{name}.csv")]

    assert len(set(labels)) == len(labels)
    assert set() == set(labels) - known


def test_summary_counts_what_is_there(demo: tuple[Path, Summary]) -> None:
    """The summary's counts are those of the files."""
    out, summary = demo

    assert summary.cloudtrail == len(_trail_ids(out))
    assert summary.token_use == len(_token_ids(out))
    assert len(_rows(out / "labels.csv")) == summary.attack_events
    assert summary.assumed_role >= 0.8


def test_duplicate_trails(demo: tuple[Path, Summary]) -> None:
    """Some events are delivered twice under one id, by a second trail."""
    ids = _trail_ids(demo[0])

    assert 0 < len(ids) - len(set(ids)) < len(ids) // 10


def test_paths(demo: tuple[Path, Summary]) -> None:
    """A trail file stands under account, region and date, and its name repeats them."""
    root = demo[0] / "cloudtrail"
    for path in root.rglob("*.json.gz"):
        account, region, year, month, day, name = path.relative_to(root).parts

        assert name.startswith(f"{account}_CloudTrail_{region}_{year}{month}{day}T")


def test_records_stand_in_their_own_file(demo: tuple[Path, Summary]) -> None:
    """The records of a file belong to its account and region and are at most 25 minutes old."""
    root = demo[0] / "cloudtrail"
    for path in list(root.rglob("*.json.gz"))[::20]:
        account, region = path.relative_to(root).parts[:2]
        delivered = path.name.split("_")[3]
        for record in orjson.loads(gzip.decompress(path.read_bytes()))["Records"]:
            assert (account, region) == (record["recipientAccountId"], record["awsRegion"])
            assert record["eventTime"].replace("-", "").replace(":", "") <= delivered


def test_demo_plays_six_pairs(demo: tuple[Path, Summary]) -> None:
    """The demo has six incidents, each with its twin, all on the second day."""
    out, summary = demo
    pairs = _rows(out / "pairs.csv")

    assert (6, 6, ()) == (summary.incidents, summary.twins, summary.unplayed)
    assert all(pair["attack_start"] > "2026-01-06T" for pair in pairs)
    assert all(int(pair["events"]) > 0 for pair in pairs)


def test_scenarios_are_described(demo: tuple[Path, Summary]) -> None:
    """`scenarios.json` says of each scenario what attack and twin are."""
    described = orjson.loads((demo[0] / "scenarios.json").read_bytes())

    assert all(s["attack"] and s["twin"] and s["decisive"] for s in described["scenarios"])
    assert sum(s["played"] for s in described["scenarios"]) == 6


def test_a_full_folder_is_refused(tmp_path: Path) -> None:
    """Nothing is written into a folder that holds something."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(FileExistsError, match="not empty"):
        simulate(tmp_path, days=0.1, identities=20)


def test_volume_scales(tmp_path: Path) -> None:
    """Twice the volume is about twice the traffic of people and workloads."""
    quiet = simulate(tmp_path / "quiet", days=0.5, identities=60, volume=0.5)
    busy = simulate(tmp_path / "busy", days=0.5, identities=60, volume=2.0)

    assert quiet.events * 1.8 < busy.events


def test_nothing_gives_an_attacker_away(demo: tuple[Path, Summary]) -> None:
    """User agents of attacks are of families that benign callers use too."""
    out, _ = demo
    attack = {row["event_id"] for row in _rows(out / "labels.csv")}
    families: dict[bool, set[str]] = {True: set(), False: set()}
    for path in (out / "cloudtrail").rglob("*.json.gz"):
        for record in orjson.loads(gzip.decompress(path.read_bytes()))["Records"]:
            family = record["userAgent"].strip("[").partition("/")[0]
            families[record["eventID"] in attack].add(family)

    assert set() == families[True] - families[False]
