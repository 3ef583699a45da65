"""A worker that is stopped, loses its partitions and wakes: it may repeat, and change nothing."""

import asyncio
import signal
from itertools import pairwise
from pathlib import Path

from detector.runtime.topics import create, plan
from tests.kafka.chaos import Workers
from tests.kafka.feeding import Feeder, expected, organisation
from tests.kafka.reading import committed, lag, markers, published, told
from tests.kafka.runner import ENGINE, config
from tests.kafka.torture import quiet
from tests.kafka.waiting import until


def test_a_worker_that_wakes_is_fenced(kafka: str, prefix: str, tmp_path: Path) -> None:
    """None of its state and none of its offsets is committed after the partitions have moved, it ends
    or joins again by itself, and what it may have published again is what had been published."""
    records = organisation(tmp_path / "logs", seed=5, days=1.0, identities=20)
    half = len(records) // 2
    made = config(kafka, prefix, 99, tmp_path)
    crew = Workers(kafka, prefix, tmp_path, 1)

    async def story() -> dict[str, int]:
        await create(made.connection, plan(made.topics, 2))
        feeder = Feeder(made)
        await feeder.start()
        try:
            await feeder.send(records[:half])
            crew.tend()
            await until("a checkpoint of each partition", lambda: _all_have_begun(2))
            crew.send(0, signal.SIGSTOP)
            before = await markers(made)
            crew.count = 2
            crew.tend()
            await feeder.send(records[half:])
            await until("the other one goes on", lambda: _all_are_past(before))
            await until("the other one has caught up", _is_done)
            moved = await committed(made, "detect")
            said = crew.log(0).stat().st_size
            crew.send(0, signal.SIGCONT)
            await until("it ends or joins again", lambda: _is_back(said))
            after = await committed(made, "detect")
            await feeder.end(records[-1].time)
            await quiet(made, crew)
            return {str(where): after[where] - offset for where, offset in moved.items()}
        finally:
            await feeder.stop()
            await asyncio.to_thread(crew.end)

    async def _all_have_begun(count: int) -> bool:
        return len(await markers(made)) == count

    async def _all_are_past(before: dict[int, list[int]]) -> bool:
        now = await markers(made)
        return all(now[number][-1] > seen[-1] for number, seen in before.items())

    async def _is_done() -> bool:
        return not await lag(made)

    def _is_back(said: int) -> bool:
        text = crew.log(0).read_bytes()[said:].decode()
        return not crew.runs(0) or "has another owner" in text or "Joined group" in text

    moved = asyncio.run(story())
    checkpoints = asyncio.run(markers(made))
    said = asyncio.run(published(made))
    found = asyncio.run(told(made, said.findings))

    assert all(further >= 0 for further in moved.values())
    assert all(a <= b for offsets in checkpoints.values() for a, b in pairwise(offsets))
    assert [] == expected(records, ENGINE).beside(found)
    assert 0 == said.altered
    assert 1 == max(said.alerts.values())
