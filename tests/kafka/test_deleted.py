"""A topic that somebody deletes under a worker's hands: it waits, says so, and goes on when the topic is back."""

import asyncio
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient

from detector.runtime.connect import arguments
from detector.runtime.topics import create, plan
from tests.kafka.chaos import Workers
from tests.kafka.feeding import Feeder, expected, organisation
from tests.kafka.reading import lag, published, told
from tests.kafka.runner import ENGINE, config
from tests.kafka.torture import quiet
from tests.kafka.waiting import until


def test_alerts_wait_for_their_topic(kafka: str, prefix: str, tmp_path: Path) -> None:
    """While `alerts` is gone nothing is admitted and the log names it; once it is there again, every
    alert of the logs that came meanwhile stands on it, once."""
    records = organisation(tmp_path / "logs", seed=5, days=0.6, identities=16)
    made = config(kafka, prefix, 0, tmp_path)
    crew = Workers(kafka, prefix, tmp_path, 1)
    specs = plan(made.topics, 2)

    async def story() -> None:
        await create(made.connection, specs)
        await _delete()
        feeder = Feeder(made)
        await feeder.start()
        try:
            await feeder.send(records)
            await feeder.end(records[-1].time)
            crew.tend()
            await until("it says so", _says_so)
            await until("all but the findings is done", _waits)
            await create(made.connection, specs)
            await quiet(made, crew)
        finally:
            await feeder.stop()
            await asyncio.to_thread(crew.end)

    async def _delete() -> None:
        admin = AIOKafkaAdminClient(**arguments(made.connection))
        await admin.start()
        try:
            await admin.delete_topics([made.topics.alerts])
        finally:
            await admin.close()

    def _says_so() -> bool:
        text = crew.log(0).read_text("utf-8")
        return made.topics.alerts in text

    async def _waits() -> bool:
        return {made.topics.findings} == set(await lag(made))

    asyncio.run(story())
    said = asyncio.run(published(made))

    assert ({}, 0) == (crew.exits, crew.stuck)
    assert [] == expected(records, ENGINE).beside(asyncio.run(told(made, said.findings)))
    assert len(said.findings) == len(said.alerts)
    assert 1 == max(said.alerts.values())
