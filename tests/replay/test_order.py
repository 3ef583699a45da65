"""Order: any input gives one sequence by time, in bounded memory, and a stray time moves nothing."""

import gzip
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.config import EngineConfig
from detector.replay.arrival import by_arrival
from detector.replay.limits import DAY, Limits
from detector.replay.plausible import plausible
from detector.replay.spill import Sorter
from schemas.event import ActivityEvent
from tests.replay.logs import MINUTE, NEW_YEAR, Read, delivered, event, lines, record
from tests.shared_data import PROJECT

TIMES = st.lists(st.integers(0, 50), max_size=60)
YEAR = 365 * DAY


def merged(events: list[ActivityEvent], limits: Limits) -> list[ActivityEvent]:
    """`events` through a sorter."""
    with Sorter(limits) as sorter:
        for one in events:
            sorter.add(one, 100)
        return list(sorter.merged())


# ----------------------------------------------------------------------------------- sorting


@given(times=TIMES, run=st.integers(1, 9), fan_in=st.integers(2, 4))
def test_sorting_on_disk_is_sorting(times, run, fan_in) -> None:
    """Any number of runs and levels gives what a sort in memory gives, equal keys in file order."""
    events = [event(n % 3, time, principal=str(n)) for n, time in enumerate(times)]

    found = merged(events, Limits(run_events=run, fan_in=fan_in))

    assert sorted(events, key=lambda one: (one.time, one.uid)) == found


def test_what_fits_is_not_written() -> None:
    """One run stays in memory; more make runs on disk, merged when there are too many."""
    with Sorter(Limits(run_events=10, fan_in=4)) as sorter:
        for n in range(9):
            sorter.add(event(n, n), 100)

        assert 0 == sorter.spilled

        for n in range(9, 40):
            sorter.add(event(n, n), 100)

        assert 1 == sorter.spilled


def test_large_records_make_short_runs() -> None:
    """A run is bounded in bytes, too."""
    with Sorter(Limits(run_bytes=1_000)) as sorter:
        for n in range(4):
            sorter.add(event(n, n), 500)

        assert 2 == sorter.spilled


def test_nothing_is_left_behind(tmp_path, monkeypatch) -> None:
    """Temporary files have no name, so that nothing is found even while they are in use."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Sorter(Limits(run_events=1)) as sorter:
        sorter.add(event(1, 1), 1)

        assert (1, []) == (sorter.spilled, list(tmp_path.iterdir()))


@given(
    minutes=st.lists(st.integers(0, 9), min_size=1, max_size=25),
    cuts=st.lists(st.integers(0, 25), max_size=3),
    seed=st.integers(0, 99),
    run=st.integers(2, 30),
)
def test_any_split_into_files_in_any_order_gives_one_sequence(
    tmp_path_factory, minutes, cuts, seed, run
) -> None:
    """How records are spread over files, and how those are named, changes nothing but their place;
    duplicates stay and are counted."""
    folder = tmp_path_factory.mktemp("split")
    records = [record(n, minute) for n, minute in enumerate(minutes)]
    records.append(records[0])
    expected = sorted((NEW_YEAR + minute * MINUTE, f"e{n}") for n, minute in enumerate(minutes))
    shuffled = Random(seed).sample(records, len(records))
    edges = [0, *sorted(min(cut, len(records)) for cut in cuts), len(records)]
    for n, (start, end) in enumerate(pairwise(edges)):
        layout = lines if n % 2 else delivered
        (folder / f"{(n * 7 + seed) % 10}-{n}.json").write_bytes(layout(*shuffled[start:end]))

    read = Read([folder], Limits(run_events=run, fan_in=2))

    found = [(one.time, one.uid) for one in read.events]
    assert sorted([*expected, (NEW_YEAR + minutes[0] * MINUTE, "e0")]) == found
    assert (1, []) == (read.reading.duplicates, read.reasons)


def test_a_folder_sorted_by_region_and_a_source_six_hours_late_lose_nothing(tmp_path) -> None:
    """What stands in the last file comes where its time says."""
    (tmp_path / "eu-west-1.json").write_bytes(delivered(*(record(n, n) for n in range(0, 720, 2))))
    (tmp_path / "us-east-1.json").write_bytes(delivered(*(record(n, n) for n in range(1, 720, 2))))
    (tmp_path / "zz-late.json").write_bytes(delivered(record(9_000, 3), record(9_001, 4)))

    read = Read([tmp_path], Limits(run_events=100))

    times = [one.time for one in read.events]
    assert (722, sorted(times)) == (len(times), times)
    assert (["e3", "e9000"], "e4") == (read.ids[3:5], read.ids[5])


# ---------------------------------------------------------------------------------- stray times


@pytest.mark.parametrize("stray", ["1970-01-01T00:00:01Z", "2100-01-01T00:00:00Z"])
@pytest.mark.parametrize("users", [1, 4])
@pytest.mark.parametrize("first", [True, False])
def test_one_stray_time_is_a_dead_letter_and_stretches_nothing(
    tmp_path, stray, users, first
) -> None:
    """An event dated 1970 or 2100 is told as out of range; all others come, the span is theirs."""
    odd = record(99).replace(b"2024-01-01T01:39:00Z", stray.encode())
    usual = [record(n, n, user=f"u{n % users}") for n in range(1, 9)]
    (tmp_path / "a.json").write_bytes(lines(*([odd, *usual] if first else [*usual, odd])))

    read = Read([tmp_path])

    assert [f"e{n}" for n in range(1, 9)] == read.ids
    assert [("a.json", 1 if first else 9)] == read.places
    assert read.reasons[0].startswith("time out of range")
    assert (NEW_YEAR + MINUTE, NEW_YEAR + 8 * MINUTE) == (read.reading.first, read.reading.last)


def split(events: list[ActivityEvent], limits: Limits) -> tuple[list[str], list[str]]:
    """Ids that come, and ids of the strays."""
    strays: list[ActivityEvent] = []
    found = [one.uid for one in plausible(events, limits, strays.append)]
    return found, [one.uid for one in strays]


def test_a_second_delivery_confirms_nothing() -> None:
    """A stray record that was delivered five times is still a stray against three others."""
    events = [*(event(n, n) for n in range(3)), *[event(9, 99 * YEAR)] * 5]

    assert (["e0", "e1", "e2"], ["e9"] * 5) == split(events, Limits())


def test_a_long_silence_that_several_principals_break_is_real() -> None:
    """After years of silence three principals, or many records, are believed."""
    three = [event(1, 0), *(event(n, 9 * YEAR, f"p{n}") for n in (2, 3, 4))]
    many = [
        *(event(n, 0, f"p{n}") for n in (2, 3, 4)),
        *(event(10 + n, 9 * YEAR + n) for n in range(20)),
    ]

    assert (["e2", "e3", "e4"], ["e1"]) == split(three, Limits())
    assert ([one.uid for one in many], []) == split(many, Limits(volume=20))


def test_islands_of_equal_size_all_stand() -> None:
    """When nothing tells which time is the stray one, nothing is thrown away."""
    assert (["e1", "e2"], []) == split([event(1, 0), event(2, 99 * YEAR)], Limits())
    assert ([], []) == split([], Limits())


@given(
    steps=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=40),
    volume=st.integers(2, 9),
)
def test_every_record_either_comes_or_is_a_stray(steps, volume) -> None:
    """Nothing is lost, nothing comes twice, and what comes keeps its order."""
    now, events = 0, []
    for n, (years, principal) in enumerate(steps):
        now += years * YEAR // 2
        events.append(event(n, now, f"p{principal}"))

    found, strays = split(events, Limits(volume=volume))

    order = [one.uid for one in events]
    assert sorted(order) == sorted(found + strays)
    assert [uid for uid in order if uid in set(found)] == found


# ----------------------------------------------------------------------------------- live pipes

CONFIG = EngineConfig(lateness={"cloudtrail": 15 * MINUTE, "token_use": MINUTE})


@given(minutes=st.lists(st.integers(0, 15), min_size=3, max_size=40))
def test_a_live_pipe_is_in_order_within_the_lateness(minutes) -> None:
    """What arrives no later than the lateness comes out in order, and all of it."""
    arriving = [event(n, n * MINUTE + late * MINUTE) for n, late in enumerate(minutes)]
    strays: list[ActivityEvent] = []

    found = [one.time for one in by_arrival(arriving, CONFIG, Limits(), strays.append)]

    assert (sorted(one.time for one in arriving), []) == (found, strays)


def test_a_live_stray_moves_nothing() -> None:
    """One record dated 2100 neither comes nor releases what is still in the buffer."""
    arriving = [event(n, n * MINUTE) for n in range(30)]
    arriving.insert(20, event(99, 99 * YEAR))
    strays: list[ActivityEvent] = []

    drawn = by_arrival(iter(arriving), CONFIG, Limits(), strays.append)

    assert [f"e{n}" for n in range(30)] == [one.uid for one in drawn]
    assert ["e99"] == [one.uid for one in strays]


def test_a_live_pipe_goes_on_after_a_quiet_night() -> None:
    """A jump of hours is believed once three records in a row, or three principals, agree."""
    alone = [event(n, minute * MINUTE) for n, minute in enumerate((0, 1, 2, 600, 601, 602, 700))]
    strays: list[ActivityEvent] = []

    found = [one.uid for one in by_arrival(alone, CONFIG, Limits(), strays.append)]

    assert ([one.uid for one in alone], []) == (found, strays)


def test_a_full_live_buffer_lets_the_earliest_go() -> None:
    """The buffer is bounded whatever the lateness."""
    arriving = (event(n, n) for n in range(100))

    drawn = by_arrival(arriving, CONFIG, Limits(run_events=10), print)

    assert [f"e{n}" for n in range(5)] == [next(drawn).uid for _ in range(5)]


# -------------------------------------------------------------------- processes of their own

_READ = """
import resource, sys
from detector.replay.limits import Limits
from tests.replay.logs import CONTEXT
from detector.replay.events import open_events
limits = Limits(run_events=1_000, run_bytes=2**20, fan_in=4, document_bytes=2**20)
letters = []
events = open_events(
    sys.argv[1:], context=CONTEXT, on_dead_letter=letters.append, limits=limits
)
count = sum(1 for _ in events)
print(count, len(letters), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def run(*arguments: str, stdin: bytes = b"") -> list[int]:
    """Events, dead letters and the peak of memory (KiB) of reading in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _READ, *arguments],
        input=stdin,
        capture_output=True,
        check=True,
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    return [int(word) for word in done.stdout.split()]


def write_days(folder: Path, copies: int) -> None:
    """`copies` files of 4,000 records each over the same days."""
    folder.mkdir()
    for copy in range(copies):
        records = [record(n + copy * 4_000, n % 9_000, user=f"u{n % 50}") for n in range(4_000)]
        layout = delivered if copy % 2 else lines
        (folder / f"{copy}.json").write_bytes(layout(*records))


def test_memory_does_not_grow_with_the_input(tmp_path) -> None:
    """Ten times the input takes about the same memory: files, documents and runs are bounded."""
    write_days(tmp_path / "one", 1)
    write_days(tmp_path / "ten", 10)

    small, large = run(str(tmp_path / "one")), run(str(tmp_path / "ten"))

    assert [4_000, 0, 40_000, 0] == [*small[:2], *large[:2]]
    assert large[2] < small[2] + 16 * 1_024


def test_a_bomb_takes_no_memory(tmp_path) -> None:
    """A hundred megabytes out of a hundred kilobytes are passed over, not held."""
    bomb = gzip.compress(b'{"eventName":"' + b"a" * 100_000_000)
    (tmp_path / "a.json.gz").write_bytes(bomb)
    (tmp_path / "b.json").write_bytes(lines(record(1)))
    (tmp_path / "only.json").write_bytes(lines(record(1)))

    small = run(str(tmp_path / "only.json"))
    large = run(str(tmp_path / "a.json.gz"), str(tmp_path / "b.json"))

    assert [1, 1] == large[:2]
    assert large[2] < small[2] + 80 * 1_024


def test_standard_input_is_read_like_a_file() -> None:
    """A pipe of lines, of a document, or of gzip gives the same events."""
    records = [record(n, 9 - n) for n in range(9)]

    for content in (lines(*records), delivered(*records), gzip.compress(lines(*records))):
        assert [9, 0] == run("-", stdin=content)[:2]


_LIVE = """
import sys
from tests.replay.logs import CONTEXT
from detector.replay.events import open_events
for event in open_events(["-"], context=CONTEXT, on_dead_letter=print, live=True):
    print(event.uid, flush=True)
"""


def test_a_live_pipe_gives_events_before_it_ends() -> None:
    """With `live`, an event is out as soon as the lateness has passed, while the pipe is open."""
    with subprocess.Popen(
        [sys.executable, "-c", _LIVE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    ) as live:
        assert live.stdin is not None
        assert live.stdout is not None
        live.stdin.write(lines(*(record(n) for n in range(1, 40))))
        live.stdin.flush()

        assert b"e1\n" == live.stdout.readline()

        live.stdin.close()

        assert 38 == len(live.stdout.read().split())


@pytest.mark.parametrize("packed", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("opening", "junk", "closing", "dead"),
    [
        (b'{"eventSource":"', b"a", b'"}\n', 1),
        (b'{"Records":[{"eventSource":"', b"a", b'"}]}', 1),
        # Neither its elements nor its end are what they should be.
        (b"", b"[", b"\n", 2),
    ],
    ids=["line", "delivered", "brackets"],
)
def test_a_line_of_fifty_megabytes_takes_no_memory(
    tmp_path, opening, junk, closing, dead, packed
) -> None:
    """A line of 50 MB is a dead letter, is not held beyond the limits, and costs no other file."""
    (tmp_path / "a.json").write_bytes(packed(opening + junk * 50_000_000 + closing))
    (tmp_path / "b.json").write_bytes(lines(record(1)))
    (tmp_path / "only.json").write_bytes(lines(record(1)))

    small = run(str(tmp_path / "only.json"))
    large = run(str(tmp_path / "a.json"), str(tmp_path / "b.json"))

    assert [1, 0, 1, dead] == [*small[:2], *large[:2]]
    # What one record may have, held twice while it grows.
    assert large[2] < small[2] + 64 * 1_024
