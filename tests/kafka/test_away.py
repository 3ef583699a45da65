"""The broker goes away and comes back, a worker is told to stop and started again: work goes on."""

import asyncio
import signal
from pathlib import Path

import pytest

from detector.runtime.connect import reading
from detector.runtime.follow import partitions
from detector.runtime.topics import create, plan
from tests.kafka.broker import Broker
from tests.kafka.chaos import Workers
from tests.kafka.feeding import Feeder, Record, events, expected, organisation
from tests.kafka.reading import activity, committed, late, markers, published, repeated, told
from tests.kafka.runner import ENGINE, config
from tests.kafka.torture import quiet
from tests.kafka.waiting import until

_AWAY = 15.0


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """Most of a day of a small organisation."""
    return organisation(tmp_path_factory.mktemp("logs"), seed=11, days=0.6, identities=12)


def test_a_broker_that_comes_back_is_waited_for(
    own: Broker, records: list[Record], tmp_path: Path
) -> None:
    """The worker says that the broker cannot be reached, stays, and loses and repeats nothing; so when
    the broker was stopped for a while, and so when it was killed."""
    made = config(own.bootstrap, "away.", 0, tmp_path)
    crew = Workers(own.bootstrap, "away.", tmp_path, 1)
    third = len(records) // 3

    async def story() -> None:
        await create(made.connection, plan(made.topics, 2))
        feeder = Feeder(made)
        await feeder.start()
        try:
            await feeder.send(records[:third])
            crew.tend()
            await until("a checkpoint of each partition", _have_begun)
            await asyncio.to_thread(own.stop)
            await until("it says so", _says_so)
            await asyncio.sleep(_AWAY)
            await asyncio.to_thread(own.start)
            await feeder.send(records[third : 2 * third])
            await asyncio.to_thread(own.stop, signal.SIGKILL)
            await asyncio.to_thread(own.start)
            await feeder.send(records[2 * third :])
            await feeder.end(records[-1].time)
            await quiet(made, crew)
        finally:
            await feeder.stop()
            await asyncio.to_thread(crew.end)

    async def _have_begun() -> bool:
        return len(await markers(made)) == 2

    def _says_so() -> bool:
        return "Unable connect to node" in crew.log(0).read_text("utf-8")

    asyncio.run(story())
    said = asyncio.run(published(made))

    assert ({}, 0) == (crew.exits, crew.stuck)
    assert {one.uid for one in events(records)} <= asyncio.run(activity(made))
    # What a broker that was killed had not been told of comes again, and that may be late.
    assert asyncio.run(late(made)) <= asyncio.run(repeated(made, events(records)))
    assert [] == expected(records, ENGINE).beside(asyncio.run(told(made, said.findings)))
    assert (0, 0) == (said.repeats, said.altered)
    assert 1 == max(said.alerts.values())


def test_a_worker_that_is_told_to_stop_leaves_nothing_to_repeat(
    kafka: str, prefix: str, records: list[Record], tmp_path: Path
) -> None:
    """It ends well, its last checkpoints stand where its partitions end, and the next start goes on
    from there without a word twice."""
    made = config(kafka, prefix, 0, tmp_path)
    crew = Workers(kafka, prefix, tmp_path, 1)
    half = len(records) // 2

    async def story() -> tuple[dict[int, int], dict[int, int], dict[int, int]]:
        await create(made.connection, plan(made.topics, 2))
        feeder = Feeder(made)
        await feeder.start()
        try:
            await feeder.send(records[:half])
            crew.tend()
            await quiet(made, crew)
            crew.send(0, signal.SIGTERM)
            await until("it ends", lambda: not crew.runs(0))
            stood = {number: offsets[-1] for number, offsets in (await markers(made)).items()}
            done = {w.partition: n for w, n in (await committed(made, "detect")).items()}
            ends = await _ends()
            crew.tend()
            await feeder.send(records[half:])
            await feeder.end(records[-1].time)
            await quiet(made, crew)
            return stood, done, ends
        finally:
            await feeder.stop()
            await asyncio.to_thread(crew.end)

    async def _ends() -> dict[int, int]:
        where = await partitions(made, [made.topics.activity])
        async with reading(made) as consumer:
            return {w.partition: n for w, n in (await consumer.end_offsets(where)).items()}

    stood, done, ends = asyncio.run(story())
    said = asyncio.run(published(made))

    assert {0: 1} == crew.exits
    assert ends == stood == done
    assert [] == expected(records, ENGINE).beside(asyncio.run(told(made, said.findings)))
    assert (0, 0) == (said.repeats, said.altered)
    assert 1 == max(said.alerts.values())
