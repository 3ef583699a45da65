"""The broker's disk is full: a worker waits for there to be room, and loses and repeats nothing."""

import asyncio
from pathlib import Path

from detector.runtime.topics import create, plan
from tests.kafka.broker import Broker
from tests.kafka.chaos import Workers
from tests.kafka.feeding import Feeder, events, expected, organisation
from tests.kafka.reading import activity, late, markers, published, repeated, told
from tests.kafka.runner import ENGINE, config
from tests.kafka.torture import quiet
from tests.kafka.waiting import until

_MEBIBYTE = 2**20


def filled(folder: Path) -> Path:
    """The file that takes all the room there is on a disk."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (_MEBIBYTE, 1):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue
    return filler


def test_a_full_disk_is_waited_for(cramped: Broker, tmp_path: Path) -> None:
    """The broker ends; when it is back with room, all is as if nothing had been."""
    records = organisation(tmp_path / "logs", seed=12, days=0.4, identities=12)
    made = config(cramped.bootstrap, "full.", 0, tmp_path)
    crew = Workers(cramped.bootstrap, "full.", tmp_path, 1)
    third = len(records) // 3

    async def story() -> None:
        await create(made.connection, plan(made.topics, 2))
        feeder = Feeder(made)
        await feeder.start()
        try:
            await feeder.send(records[:third])
            crew.tend()
            await until("a checkpoint of each partition", _have_begun)
            filler = filled(cramped.folder)
            sending = asyncio.create_task(feeder.send(records[third : 2 * third]))
            await until("the broker has ended", lambda: cramped.ended)
            await until("the worker says so", _says_so)
            filler.unlink()
            await asyncio.to_thread(cramped.start)
            await sending
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

    assert "No space left on device" in cramped.log.read_text("utf-8", "replace")
    assert ({}, 0) == (crew.exits, crew.stuck)
    assert {one.uid for one in events(records)} <= asyncio.run(activity(made))
    assert asyncio.run(late(made)) <= asyncio.run(repeated(made, events(records)))
    assert [] == expected(records, ENGINE).beside(asyncio.run(told(made, said.findings)))
    assert (0, 0) == (said.repeats, said.altered)
