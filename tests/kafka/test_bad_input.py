"""Whatever stands in a topic: it becomes a dead letter, and what comes after it is worked on."""

import asyncio
import gzip
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
import orjson

from detector.runtime.connect import writing
from detector.runtime.topics import create, plan
from detector.runtime.wire import partition_of, written
from detector.worker import WorkerConfig
from schemas.dead_letter import DeadLetter
from schemas.event import ActivityEvent, Principal
from tests.cli.logs import records
from tests.kafka.chaos import Workers
from tests.kafka.feeding import Feeder, Record, expected
from tests.kafka.reading import published, whole
from tests.kafka.runner import ENGINE, config
from tests.kafka.told import settled
from tests.kafka.torture import quiet
from tests.kafka.waiting import until

SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
_MEGABYTE = 2**20
_FAR = 4_102_444_800_000  # 2100
_read = msgspec.json.Decoder(DeadLetter).decode
GOOD = list(records())
USE = b'{"source": "broker", "principal": {"uid": "agent/research"}}'
ENVELOPE = [
    ("ce_specversion", b"1.0"),
    ("ce_id", b"in binary mode"),
    ("ce_time", GOOD[0]["eventTime"].encode()),
]


class Bad(NamedTuple):
    """A record that nobody can read, and what its dead letter says."""

    value: bytes | None
    reason: str
    key: bytes = b"no key of ours"


def _later() -> bytes:
    return orjson.dumps({**GOOD[0], "eventID": "later", "eventTime": "2100-01-01T00:00:00Z"})


RAW = [
    Bad(None, "null value"),
    Bad(b"", "null value"),
    Bad(b"\x00\xff\x17" * 40, "expected JSON records"),
    Bad(f'{{"secretAccessKey": "{SECRET}", "eventName"'.encode(), ""),
    Bad(f'{{"secretAccessKey": "{SECRET}"}}'.encode(), ""),
    Bad(b'{"a": "' + b"x" * (10 * _MEGABYTE) + b'"}', ""),
    Bad(b"\x1f\x8b" + b"not what it says" * 9, ""),
    Bad(gzip.compress(orjson.dumps(GOOD[0]))[:-20], ""),
    Bad(b"[" * 10_000 + b"]" * 10_000, ""),
    Bad(b'{"a":' * 10_000 + b"1" + b"}" * 10_000, ""),
    Bad(_later(), "in the future"),
]
HERE = next(f"principal:t:p{n}" for n in range(99) if partition_of(f"principal:t:p{n}", 2) == 0)
ELSEWHERE = next(f"p{n}" for n in range(99) if partition_of(f"principal:t:p{n}", 2) == 1)


def _event(who: str, time: int) -> bytes:
    return written(ActivityEvent(f"u{who}", "token_use", "t", time, Principal(who)))


ACTIVITY = [
    Bad(None, "null value"),
    Bad(b"\xff\xfe" * 9, "expected"),
    Bad(f'{{"secretAccessKey": "{SECRET}"}}'.encode(), "expected an event, a fact or progress"),
    Bad(b'{"record":"event","uid":' + b"[" * 10_000, "expected an event, a fact or progress"),
    Bad(b'{"record":"progress","sender":"x"}', "expected an event, a fact or progress"),
    Bad(_event(ELSEWHERE, 5), "expected one that leads to partition 1, found in 0", b"a wrong key"),
    Bad(_event(HERE[len("principal:t:") :], _FAR), "in the future", HERE.encode()),
]


async def _spoil(made: WorkerConfig) -> dict[tuple[str, int, int], str]:
    """Write bad records: the reason that is expected, by place."""
    where = [
        *((made.topics.raw("cloudtrail"), 0, bad) for bad in RAW),
        *((made.topics.raw("mixed"), 1, bad) for bad in RAW[2:9] * 3),
        *((made.topics.activity, 0, bad) for bad in ACTIVITY),
    ]
    places = {}
    async with writing(made) as producer:
        for topic, partition, bad in where:
            sent = await producer.send_and_wait(topic, bad.value, bad.key, partition=partition)
            places[topic, partition, sent.offset] = bad.reason
        # Whose envelope stands in its headers is not bad at all.
        await producer.send_and_wait(made.topics.raw("mixed"), USE, partition=1, headers=ENVELOPE)
    return places


def _good() -> list[Record]:
    times = [datetime.fromisoformat(one["eventTime"]).timestamp() * 1_000 for one in GOOD]
    rows = zip(times, GOOD, strict=True)
    return [Record(int(time), "cloudtrail", orjson.dumps(one)) for time, one in rows]


def test_what_cannot_be_read_becomes_a_dead_letter(kafka: str, prefix: str, tmp_path: Path) -> None:
    """Each bad record has its letter with place and reason and no secret in it, a partition that holds
    nothing else keeps nothing up, and in the good records after them all is found, by one process."""
    made = config(kafka, prefix, 0, tmp_path)
    crew = Workers(kafka, prefix, tmp_path, 1, idle=1_000)

    async def story() -> dict[tuple[str, int, int], str]:
        await create(made.connection, plan(made.topics, 2))
        feeder = Feeder(made)
        await feeder.start()
        try:
            places = await _spoil(made)
            await feeder.send(_good())
            crew.tend()
            await until("all is found before anybody says that it is the end", _found)
            await feeder.end(_good()[-1].time)
            await quiet(made, crew)
            return places
        finally:
            await feeder.stop()
            await asyncio.to_thread(crew.end)

    async def _found() -> bool:
        return wanted.keys() == settled((await published(made)).findings).keys()

    wanted = expected(_good(), ENGINE).settled
    places = asyncio.run(story())
    letters = [_read(one.value) for one in asyncio.run(whole(made, made.topics.dead_letters))]
    said = asyncio.run(published(made))
    on_activity = asyncio.run(whole(made, made.topics.activity))
    at = [(letter.place, letter.partition, letter.position) for letter in letters]

    assert sorted(places) == sorted(set(at))
    for where, letter in zip(at, letters, strict=True):
        assert letter.reason
        assert places[where] in letter.reason  # type: ignore[index]
    assert not [letter for letter in letters if SECRET in letter.sample + letter.reason]
    assert {} == crew.exits
    assert any(b'"in binary mode"' in (one.value or b"") for one in on_activity)
    assert wanted
    assert wanted == settled(said.findings)
