"""The copy of a partition's rows on this machine."""

from pathlib import Path

from detector.runtime.store import Store


def test_rows_outlive_the_process(tmp_path: Path):
    """What was written is there when the folder is opened again: rows, marker and offset."""
    store = Store(tmp_path / "0", "cluster/state/0")
    store.write([("principal:t:ada", b"1"), ("principal:t:bob", b"2")], 7, b"marker")
    store.write([("principal:t:ada", None), ("principal:t:bob", b"3")], 9)
    store.close()
    again = Store(tmp_path / "0", "cluster/state/0")
    found = dict(again.items()), again.get("principal:t:ada"), again.marker, again.offset
    again.close()

    assert ({"principal:t:bob": b"3"}, None, b"marker", 9) == found


def test_rows_of_another_topic_are_no_rows(tmp_path: Path):
    """A folder that belongs to another cluster, topic or partition begins empty."""
    store = Store(tmp_path / "0", "cluster/state/0")
    store.write([("principal:t:ada", b"1")], 7, b"marker")
    store.close()
    other = Store(tmp_path / "0", "another/state/0")
    found = dict(other.items()), other.marker, other.offset
    other.close()

    assert ({}, None, 0) == found
