"""One broker of three is gone for good: the others lead, and work goes on."""

import asyncio
from pathlib import Path

from detector.runtime.topics import create, plan
from tests.kafka.chaos import Workers
from tests.kafka.cluster import SIZE, Cluster, leaders
from tests.kafka.feeding import Feeder, events, expected, organisation
from tests.kafka.reading import activity, late, markers, published, repeated, told
from tests.kafka.runner import ENGINE, config
from tests.kafka.torture import quiet
from tests.kafka.waiting import until


def test_another_broker_leads(cluster: Cluster, tmp_path: Path) -> None:
    """The broker that led a partition of `activity` crashes while logs come in: the worker follows
    to the new leader without ending, and loses and repeats nothing."""
    records = organisation(tmp_path / "logs", seed=17, days=0.5, identities=12)
    half = len(records) // 2
    made = config(cluster.bootstrap, "leader.", 0, tmp_path)
    crew = Workers(cluster.bootstrap, "leader.", tmp_path, 1)

    async def story() -> None:
        await create(made.connection, plan(made.topics, 2), SIZE)
        feeder = Feeder(made)
        await feeder.start()
        try:
            await feeder.send(records[:half])
            crew.tend()
            await until("a checkpoint of each partition", _have_begun)
            led = await leaders(made.connection.bootstrap, made.topics.activity)
            await asyncio.to_thread(cluster.kill, led[0])
            await feeder.send(records[half:])
            await feeder.end(records[-1].time)
            await quiet(made, crew)
            now = await leaders(made.connection.bootstrap, made.topics.activity)
            assert led[0] not in now.values()
        finally:
            await feeder.stop()
            await asyncio.to_thread(crew.end)

    async def _have_begun() -> bool:
        return len(await markers(made)) == 2

    asyncio.run(story())
    said = asyncio.run(published(made))

    assert ({}, 0) == (crew.exits, crew.stuck)
    assert {one.uid for one in events(records)} <= asyncio.run(activity(made))
    assert asyncio.run(late(made)) <= asyncio.run(repeated(made, events(records)))
    assert [] == expected(records, ENGINE).beside(asyncio.run(told(made, said.findings)))
    assert (0, 0) == (said.repeats, said.altered)
