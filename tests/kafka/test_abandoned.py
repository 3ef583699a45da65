"""A source that was taken out of the settings: its raw partitions are left behind, not waited for."""

import asyncio
import time
from pathlib import Path

from detector.config import HOUR
from detector.runtime.connect import writing
from detector.runtime.topics import create, plan
from detector.runtime.wire import written
from schemas.progress import Progress
from tests.kafka.chaos import Workers
from tests.kafka.feeding import Feeder, expected, organisation
from tests.kafka.reading import published, told
from tests.kafka.runner import ENGINE, config
from tests.kafka.torture import quiet


def test_what_nobody_reads_holds_nobody_back(kafka: str, prefix: str, tmp_path: Path) -> None:
    """A raw partition of which nobody has said anything for two hours of the clock stands a day behind
    the others: the worker says that it is left behind, and comes to what replay comes to."""
    records = organisation(tmp_path / "logs", seed=5, days=0.5, identities=12)
    made = config(kafka, prefix, 0, tmp_path)
    crew = Workers(kafka, prefix, tmp_path, 1)
    gone = f"{prefix}raw.gone/0"

    async def story() -> None:
        await create(made.connection, plan(made.topics, 2))
        await _said_long_ago()
        feeder = Feeder(made)
        await feeder.start()
        try:
            await feeder.send(records)
            await feeder.end(records[-1].time)
            crew.tend()
            await quiet(made, crew)
        finally:
            await feeder.stop()
            await asyncio.to_thread(crew.end)

    async def _said_long_ago() -> None:
        value = written(Progress(gone, of=1, levels=(records[0].time - 24 * HOUR,)))
        at = int(time.time() * 1_000) - 2 * HOUR  # noqa: TID251 - the broker's clock
        async with writing(made) as producer:
            for topic, where in (
                (made.topics.activity, 0),
                (made.topics.activity, 1),
                (made.topics.progress, 0),
            ):
                await producer.send_and_wait(topic, value, gone.encode(), where, at)

    asyncio.run(story())
    said = asyncio.run(published(made))

    assert gone in crew.log(0).read_text("utf-8")
    assert [] == expected(records, ENGINE).beside(asyncio.run(told(made, said.findings)))
