"""Files as people have them, good and bad: what is read, what is skipped, what is complained of."""

import bz2
import gzip
import io
import lzma
import os
import zipfile
from pathlib import Path

import pytest

from detector.replay.limits import Limits
from detector.replay.paths import MissingInputError
from tests.replay.logs import Read, delivered, lines, looked_up, record
from tests.shared_data import shared_data

GOOD = lines(record(1), record(2))


def zipped(**contents: bytes) -> bytes:
    """A zip with these members; `__` in a name stands for a dot."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name.replace("__", "."), content)
    return held.getvalue()


def write(folder: Path, **contents: bytes) -> None:
    """Files with these contents; `__` in a name stands for a dot."""
    for name, content in contents.items():
        (folder / name.replace("__", ".")).write_bytes(content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", GOOD),
        ("a.json", delivered(record(1), record(2))),
        ("a.json.gz", gzip.compress(delivered(record(1), record(2)))),
        ("a.gz", gzip.compress(lines(record(1))) + gzip.compress(lines(record(2)))),
        ("a.gz", gzip.compress(GOOD) + b"\0" * 100),
        ("a.jsonl.xz", lzma.compress(GOOD)),
        ("a.xz", lzma.compress(lines(record(1))) + lzma.compress(lines(record(2)))),
        ("a.zip", zipped(b__json=lines(record(1)), c__json=lines(record(2)))),
        ("a.zip", zipped(b__json__gz=gzip.compress(GOOD))),
        ("a.zip", zipped(b__zip=zipped(c__jsonl__xz=lzma.compress(GOOD)))),
        ("a.gz", gzip.compress(zipped(b__json=GOOD))),
        ("a.gz", gzip.compress(gzip.compress(GOOD))),
        ("a.json", gzip.compress(GOOD)),
        ("a.gz", GOOD),
        ("no-ending-at-all", gzip.compress(GOOD)),
        ("a.json", b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n")),
    ],
)
@pytest.mark.parametrize("found", [False, True])
def test_every_packing_gives_the_events(tmp_path, name, content, found) -> None:
    """Compression is told by content, may be nested, and may be named or found in a folder."""
    (tmp_path / name).write_bytes(content)

    read = Read([tmp_path if found else tmp_path / name])

    assert (["e1", "e2"], []) == (read.ids, read.reasons)
    assert 2 == read.reading.records == read.reading.events


def test_what_is_no_log_is_skipped_in_a_folder_and_counted(tmp_path) -> None:
    """Labels, licences, images, settings and empty files cost no dead letter in a folder."""
    write(
        tmp_path,
        a__json=GOOD,
        labels__csv=b"event_id,label,incident\ne1,attack,i1\n",
        LICENSE=b"Apache License\n",
        README__md=b"# Logs\n\n[a link](https://example.com)\n",
        picture__png=b"\x89PNG\r\n\x1a\n\0\0\0",
        package__json=b'{"name": "a", "version": "1"}',
        pyproject__toml=b'[project]\nname = "x"\n',
        numbers__json=b"[1, 2, 3]",
        empty__json=b"",
        labels__csv__gz=gzip.compress(b"event_id,label\n"),
    )

    read = Read([tmp_path])

    assert (["e1", "e2"], []) == (read.ids, read.reasons)
    assert 1 == read.reading.files
    assert {
        "no log: something that is not JSON": 4,
        "no log: not JSON": 2,
        "no source recognises it": 2,
        "an empty file": 1,
    } == read.reading.skipped_files


def test_digests_and_insights_are_counted(tmp_path) -> None:
    """Digest files and Insights events are read, set aside and counted."""
    insight = record(3).replace(b'"eventVersion"', b'"eventCategory":"Insight","eventVersion"')
    write(tmp_path, a__json=delivered(record(1), insight), digest__json=b'{"digestS3Object":"x"}')

    read = Read([tmp_path])

    assert (["e1"], []) == (read.ids, read.reasons)
    assert {"insights": 1, "digest": 1} == read.reading.skipped


@pytest.mark.parametrize(
    ("content", "position", "reason"),
    [
        (b"event_id,label,incident\ne1,attack,i1\n", 1, "expected JSON records, got something"),
        (b'{"name": "a", "version": "1"}', 1, "no source recognises this record; `detector"),
        (b'{"n": 1}\n{"n": 2}\n', 1, "no source recognises 2 records; `detector sources`"),
        ("{}".encode("utf-16"), 1, "expected JSON records, got UTF-16 text; convert it to UTF-8"),
        (b"\0" * 257 + b"ustar" + b"\0" * 99, 1, "expected JSON records, got a tar archive"),
        (bz2.compress(b"{}"), 1, "expected JSON records, got something that is not JSON"),
        (b"PK\x03\x04 and no more", 0, "damaged or truncated zip"),
        (b"\x1f\x8b and no more", 0, "damaged gzip"),
    ],
)
def test_a_named_file_that_is_no_log_is_one_dead_letter(
    tmp_path, content, position, reason
) -> None:
    """Who names a file is told in one line what it is instead of a log."""
    write(tmp_path, a__txt=content)

    read = Read([tmp_path / "a.txt"])

    assert [("a.txt", position)] == read.places
    assert read.reasons[0].startswith(reason)
    assert [] == read.ids


def test_a_log_in_a_folder_that_cannot_be_read_at_all_is_a_dead_letter(tmp_path) -> None:
    """A file that claims to be a log is never passed over in silence."""
    write(tmp_path, a__json=b"garbage", b__json__gz=b"garbage", c__zip=b"PK\x05\x06")

    read = Read([tmp_path])

    assert [("a.json", 1), ("b.json.gz", 1), ("c.zip", 0)] == read.places


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl.gz", gzip.compress(lines(*map(record, range(1, 200))))[:-400]),
        ("a.json.gz", gzip.compress(delivered(*map(record, range(1, 200))))[:-400]),
        ("a.jsonl.xz", lzma.compress(lines(*map(record, range(1, 200))))[:-40]),
        ("a.json.xz", lzma.compress(delivered(*map(record, range(1, 200))))[:-40]),
        ("a.gz", gzip.compress(GOOD)[:-5]),
        ("a.gz", gzip.compress(GOOD)[:-8] + b"\0" * 8),
        ("a.gz", gzip.compress(GOOD) + b"garbage"),
        ("a.zip", zipped(b__json=GOOD)[:-30]),
        ("a.json", delivered(record(1), record(2))[:-2] + b","),
    ],
)
def test_truncated_and_damaged_files_give_what_is_readable_and_one_dead_letter(
    tmp_path, name, content
) -> None:
    """What came before the damage counts; the damage is one dead letter that names the file."""
    (tmp_path / name).write_bytes(content)

    read = Read([tmp_path])

    assert [name] == [place for place, _ in read.places]
    assert [f"e{n}" for n in range(1, len(read.ids) + 1)] == read.ids
    assert read.ids or name.endswith(("xz", "zip"))


def test_one_bad_member_does_not_end_a_zip(tmp_path) -> None:
    """Damage within a zip is the member's own; traversal in a name is only a name."""
    content = zipped(
        a__json__gz=gzip.compress(GOOD)[:40], b__json=lines(record(3)), z__csv=b"a,b\n"
    )
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("inner.zip", content)
        archive.writestr("../../\x1b[2Jescape.json", lines(record(4), b"{"))

    read = Read([tmp_path / "a.zip"])

    assert ["e3", "e4"] == read.ids
    assert [
        ("\\x1b[2Jescape.json", 2),
        ("a.zip!inner.zip!a.json.gz", 0),
    ] == sorted(read.places)
    assert [tmp_path / "a.zip"] == list(tmp_path.iterdir())


def test_compression_is_bounded_in_depth_and_memory(tmp_path) -> None:
    """What is packed too deep, or too large to hold, is one dead letter each."""
    deep = GOOD
    for _ in range(5):
        deep = gzip.compress(deep)
    write(tmp_path, deep__gz=deep, zip__gz=gzip.compress(zipped(a__json=os.urandom(5_000))))

    read = Read([tmp_path], Limits(packed_bytes=1_000))

    assert [
        "compressed more than 3 times over",
        "a zip inside a stream is larger than 1000 bytes: unpack it first",
    ] == read.reasons


@pytest.mark.parametrize(
    "bomb",
    [b" " * 3_000_000, b"\n" * 3_000_000, b'{"eventName":"' + b"a" * 3_000_000, b"a\n" * 200],
)
def test_a_bomb_is_cut_short_and_what_stood_before_it_counts(tmp_path, bomb) -> None:
    """Bytes that inflate without a readable record end the file, not the replay."""
    write(tmp_path, a__gz=gzip.compress(GOOD + bomb), b__gz=gzip.compress(lines(record(3))))

    limits = Limits(record_bytes=10_000, barren_bytes=1_000_000, dead_letters=5, rubbish=100)

    read = Read([tmp_path], limits)

    assert ["e1", "e2", "e3"] == read.ids
    assert read.reasons[-1].endswith(": the rest is not read")
    assert len(read.letters) <= 6


BAD = {
    "cut off": record(9)[:150],
    "nested 10,000 deep": b'{"eventName":"a","eventSource":"b","x":'
    + b"[" * 10_000
    + b"]" * 10_000
    + b"}",
    "not a number": record(9).replace(b'"1.11"', b"NaN"),
    "infinite": record(9).replace(b'"1.11"', b"-Infinity"),
    "year 0": record(9).replace(b"2024-01-01", b"0000-01-01"),
    "no time at all": record(9).replace(b"2024-01-01", b"yesterday"),
    "a huge integer for a time": record(9).replace(b'"2024-01-01T00:09:00Z"', b"9" * 400),
    "every type wrong": b'{"eventVersion":[],"eventID":{},"eventTime":1,"eventSource":[],'
    b'"eventName":{},"userIdentity":7,"awsRegion":{}}',
    "not UTF-8": record(9).replace(b"GetUser", b"Get\xff\xfeUser"),
    "half a surrogate": record(9).replace(b"GetUser", b"\\ud800"),
    "no object": b'"eventSource eventName"',
    "plain text": b"eventSource eventName",
}


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("layout", [lines, delivered])
def test_one_bad_record_is_one_dead_letter_and_the_rest_goes_on(tmp_path, bad, layout) -> None:
    """Whatever is wrong with a record, those around it are read, and its place and why are told."""
    write(tmp_path, a__json=layout(record(1), BAD[bad], record(3)))

    read = Read([tmp_path])

    assert ["e1", "e3"] == [one for one in read.ids if one != "e9"]
    if "e9" not in read.ids:
        assert [("a.json", 2)] == read.places
        assert read.letters[0].reason
        assert len(read.letters[0].sample) <= 256


def test_what_lookup_events_prints_is_read_event_by_event(tmp_path) -> None:
    """Of the output of `aws cloudtrail lookup-events` a bad event is one dead letter, and of a
    truncated one the whole events count."""
    whole = looked_up(record(1), b'{"eventName": 3', record(3))
    write(tmp_path, a__json=whole, b__json=whole.replace(b"e1", b"e7").replace(b"e3", b"e8")[:-100])

    read = Read([tmp_path])

    assert ["e1", "e3", "e7"] == sorted(read.ids)
    assert [("a.json", 2), ("b.json", 2), ("b.json", 3)] == read.places
    assert read.reasons[2].startswith("truncated: ")


def test_a_large_lookup_is_scanned_event_by_event(tmp_path) -> None:
    """An output over the limit for documents gives the same events."""
    write(tmp_path, a__json=looked_up(*map(record, range(1, 30))))

    read = Read([tmp_path], Limits(document_bytes=2_000))

    assert ([f"e{n}" for n in range(1, 30)], []) == (read.ids, read.reasons)


TOKEN = b'{"uid":"e%d","source":"broker","time":"2024-01-01T00:0%d:00Z","principal":{"uid":"p"}%s}'
BAD_USE = {
    "cut off": TOKEN[:40],
    "nested 10,000 deep": TOKEN % (9, 9, b',"action":' + b"[" * 10_000 + b"]" * 10_000),
    "not a number": TOKEN % (9, 9, b',"schema":NaN'),
    "a huge integer": TOKEN % (9, 9, b',"origin":{"asn":' + b"9" * 400 + b"}"),
    "a huge integer for a time": TOKEN.replace(b'"2024-01-01T00:0%d:00Z"', b"9" * 400) % (9, b""),
    "every type wrong": b'{"uid":[],"source":{},"time":[],"principal":7,"action":[],"chain":{}}',
    "not UTF-8": TOKEN % (9, 9, b',"note":"\xff\xfe"'),
    "half a surrogate": TOKEN % (9, 9, b',"note":"\\ud800"'),
}


@pytest.mark.parametrize("bad", BAD_USE)
@pytest.mark.parametrize("layout", [lines, lambda *some: b'{"events":[' + b",".join(some) + b"]}"])
def test_one_bad_use_of_a_token_is_one_dead_letter(tmp_path, bad, layout) -> None:
    """The same holds for token_use, line by line and in a batch."""
    good = (TOKEN % (1, 1, b""), TOKEN % (3, 3, b""))
    write(tmp_path, a__json=layout(good[0], BAD_USE[bad], good[1]))

    read = Read([tmp_path])

    assert ["e1", "e3"] == read.ids
    assert [("a.json", 2)] == read.places
    assert read.letters[0].reason
    assert len(read.letters[0].sample) <= 256


@pytest.mark.parametrize("document_bytes", [2_000_000, 9_000_000])
def test_a_line_of_many_megabytes_is_one_dead_letter(tmp_path, document_bytes) -> None:
    """A record over the limit is passed over; the dead letter says the limit."""
    huge = record(2, filler="x" * 3_000_000)
    write(tmp_path, a__json=lines(record(1), huge, record(3)), b__json=delivered(huge, record(4)))

    read = Read([tmp_path], Limits(record_bytes=1_000_000, document_bytes=document_bytes))

    assert ["e1", "e3", "e4"] == read.ids
    assert [("a.json", 2), ("b.json", 1)] == read.places
    assert {"record larger than 1000000 bytes"} == set(read.reasons)


def test_times_that_no_calendar_has_are_dead_letters(tmp_path) -> None:
    """A time before 1970 is out of range, whatever else the log holds."""
    old = record(9).replace(b"2024-01-01", b"1959-01-01")
    write(tmp_path, a__json=lines(record(1), old, record(3)))

    read = Read([tmp_path])

    assert ["e1", "e3"] == read.ids
    assert [("a.json", 2)] == read.places


def test_many_bad_records_in_a_row_share_a_dead_letter(tmp_path) -> None:
    """A long run of rubbish is written up to a limit, then counted; a good record ends it."""
    write(tmp_path, a__json=lines(record(1), *[b"rubbish"] * 50, record(2), b"rubbish"))

    read = Read([tmp_path], Limits(dead_letters=3))

    assert ["e1", "e2"] == read.ids
    assert [2, 3, 4, 51, 53] == [position for _, position in read.places]
    assert read.reasons[3].startswith("47 more in a row could not be read")
    assert 51 == read.reading.unreadable


def test_rubbish_before_the_first_record_is_reported_once_it_is_a_log(tmp_path) -> None:
    """Bad lines at the head of a log are dead letters like any other."""
    write(tmp_path, a__json=lines(b"{cut", b'{"name":"other"}', record(1)))

    read = Read([tmp_path])

    assert ["e1"] == read.ids
    assert [("a.json", 1), ("a.json", 2)] == read.places
    assert 3 == read.reading.records


def test_a_named_source_reads_only_its_own(tmp_path) -> None:
    """With a named source another's records are dead letters in a named file."""
    write(tmp_path, a__json=lines(record(1)))

    read = Read([tmp_path / "a.json"], source="token_use")

    assert ([], ["token_use"]) == (read.ids, [letter.source for letter in read.letters])
    assert {"no source recognises it": 1} == Read(
        [tmp_path], source="token_use"
    ).reading.skipped_files


def test_one_file_may_hold_records_of_several_sources(tmp_path) -> None:
    """With `auto`, a record that the file's source cannot read is offered to the others."""
    token = (
        b'{"uid":"t1","source":"broker","time":"2024-01-01T00:02:00Z",'
        b'"principal":{"uid":"agent/a","type":"agent"},'
        b'"action":{"service":"kv","operation":"read"}}'
    )
    write(tmp_path, a__json=lines(record(1), token, record(3)))

    read = Read([tmp_path])

    assert (["e1", "t1", "e3"], []) == ([event.uid for event in read.events], read.reasons)


def test_an_unknown_source_and_a_missing_path_are_told_before_anything_is_read(tmp_path) -> None:
    """Wrong use is an error at once, with what would be right."""
    with pytest.raises(ValueError, match="expected one of auto, agentcore"):
        Read([tmp_path], source="nonsense")
    with pytest.raises(MissingInputError):
        Read([tmp_path / "absent"])


def test_what_cannot_be_opened_is_a_dead_letter(tmp_path) -> None:
    """A dangling link that was named is told with its reason; in a folder it is only counted."""
    (tmp_path / "a.json").symlink_to(tmp_path / "absent")

    assert ["cannot be opened: No such file or directory"] == Read([tmp_path / "a.json"]).reasons
    assert {"not a regular file": 1} == Read([tmp_path]).reading.skipped_files


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_or_folder_is_a_dead_letter(tmp_path) -> None:
    """Missing rights are told, and the rest is read."""
    write(tmp_path, a__json=GOOD, b__json=GOOD)
    (tmp_path / "a.json").chmod(0)
    (tmp_path / "closed").mkdir(mode=0)

    read = Read([tmp_path])

    assert ["closed", "a.json"] == [place for place, _ in read.places]
    assert ["e1", "e2"] == read.ids


def test_an_encrypted_zip_says_so(tmp_path) -> None:
    """A member that needs a password is a dead letter that says it."""
    content = bytearray(zipped(a__json=GOOD))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    write(tmp_path, a__zip=bytes(content))

    assert ["zip member is encrypted"] == Read([tmp_path]).reasons


def test_a_sample_shows_no_secret(tmp_path) -> None:
    """The sample of a dead letter is redacted."""
    bad = record(2, note="password=EXAMPLE-do-not-show")[:-1]
    write(tmp_path, a__json=lines(record(1), bad, record(3)))

    read = Read([tmp_path])

    assert "EXAMPLE-do-not-show" not in read.letters[0].sample
    assert "GetUser" in read.letters[0].sample


def test_a_fault_in_a_source_costs_one_record(tmp_path, monkeypatch) -> None:
    """An unexpected error in a decoder is a dead letter that names its type and no value."""
    from detector.sources.registry import SOURCES

    decode = type(SOURCES["cloudtrail"]).decode

    def faulty(self, raw, context, position):
        if b'"e2"' in raw:
            raise KeyError("a secret")
        return decode(self, raw, context, position)

    monkeypatch.setattr(type(SOURCES["cloudtrail"]), "decode", faulty)
    write(tmp_path, a__json=lines(record(1), record(2), record(3)))

    read = Read([tmp_path])

    assert (["e1", "e3"], ["cannot be decoded: KeyError"]) == (read.ids, read.reasons)


def test_progress_adds_up_to_the_bytes_on_disk(tmp_path) -> None:
    """The bytes reported are those of the files, so that a progress bar reaches its end."""
    write(tmp_path, a__gz=gzip.compress(GOOD), b__json=GOOD)

    read = Read([tmp_path])

    assert read.reading.total_bytes == sum(path.stat().st_size for path in tmp_path.iterdir())
    assert sum(read.progress) == read.reading.read_bytes
    assert 0 <= read.reading.read_bytes - read.reading.total_bytes <= 8


def test_real_captures_are_read_without_a_dead_letter() -> None:
    """Every event of the captures comes out, in order, and all else is skipped with a reason."""
    folder = shared_data()

    read = Read([folder / "invictus-cloudtrail", folder / "stratus"])

    assert (3_112, []) == (len(read.events), read.reasons)
    assert [event.time for event in read.events] == sorted(event.time for event in read.events)
    assert 79 == read.reading.files


def test_what_says_no_time_was_found_when_its_file_was_written(tmp_path: Path) -> None:
    """A scan of files names no moment; its report does."""
    report = tmp_path / "report.jsonl"
    report.write_bytes(
        b'{"DetectorName": "AWS", "Raw": "AKIAIOSFODNN7EXAMPLE",'
        b' "SourceMetadata": {"Data": {"Filesystem": {"file": "app.env"}}}}\n'
    )
    os.utime(report, (1_767_605_400, 1_767_605_400))
    read = Read([report])

    assert [1_767_605_400_000] == [event.time for event in read.events]
    assert [] == read.letters
