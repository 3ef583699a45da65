"""Another number of partitions: what was learned comes along, and nothing is lost, repeated or mixed."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from detector.runtime.connect import writing
from detector.runtime.generation import KEY, noted, written
from detector.runtime.migrate import Migration
from detector.runtime.rest import RefusedError
from detector.worker import Topics
from schemas.generation import Generation
from tests.kafka import commands
from tests.kafka.chaos import Workers
from tests.kafka.commands import Answer, Run
from tests.kafka.feeding import Feeder, Record, expected, organisation
from tests.kafka.reading import markers, published, rows, told
from tests.kafka.runner import ENGINE, config
from tests.kafka.torture import quiet
from tests.kafka.waiting import until


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """Some hours of a small organisation."""
    return organisation(tmp_path_factory.mktemp("logs"), seed=11, days=0.3, identities=8)


@pytest.fixture
def migrate(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Answer]:
    """The command, whose copies of the state lie beside those of the workers."""
    monkeypatch.setenv("DETECTOR_KAFKA__FOLDER", str(tmp_path / "migration"))
    return partial(run, "topics", "migrate", "--partitions")


def test_what_was_learned_goes_on_in_more_partitions(
    kafka: str,
    topics: Topics,
    records: list[Record],
    tmp_path: Path,
    run: Run,
    migrate: Callable[..., Answer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Half of the logs in two partitions, the rest in three: findings, commands and all that is known
    of each entity are those of replay from files, and no revision is told twice. While a worker runs
    it is refused; a dry run changes nothing; one that breaks off keeps workers away and is completed
    by the next."""
    old = config(kafka, topics.prefix, 9, tmp_path)
    new = replace(old, topics=topics.next(2))
    crew = Workers(kafka, topics.prefix, tmp_path, 1)
    half = len(records) // 2
    said: dict[str, Answer] = {}
    notes: list[Generation | None] = []
    learned: list[dict[str, bytes]] = []

    async def story() -> None:
        feeder = Feeder(old)
        await feeder.start()
        try:
            await feeder.send(records[:half])
            crew.tend()
            await quiet(old, crew)
            said["running"] = await asyncio.to_thread(migrate, 3)
            crew.send(0, signal.SIGTERM)
            await until("it ends", lambda: not crew.runs(0))
            await at_rest()
            crew.generation = 2
            crew.tend()
            await feeder.send(records[half:])
            await feeder.end(records[-1].time)
            await quiet(new, crew)
        finally:
            await feeder.stop()
            await asyncio.to_thread(crew.end)

    async def at_rest() -> None:
        learned.append(await rows(old))
        said["dry"] = await asyncio.to_thread(migrate, 3, "--dry-run")
        notes.append(await noted(old))
        with monkeypatch.context() as patch:
            patch.setattr(Migration, "_commit", broken())
            said["broken"] = await asyncio.to_thread(migrate, 3)
        notes.append(await noted(old))
        said["other"] = await asyncio.to_thread(migrate, 4)
        said["moved"] = await asyncio.to_thread(migrate, 3)
        notes.append(await noted(old))
        said["again"] = await asyncio.to_thread(migrate, 3)
        learned.append(await rows(new))
        with monkeypatch.context() as patch:
            patch.setenv("DETECTOR_KAFKA__GENERATION", "2")
            said["check"] = await asyncio.to_thread(run, "topics", "check")

    def broken() -> Callable[..., Awaitable[None]]:
        commit, left = Migration._commit, iter([True])

        async def once(*given: Any, **named: Any) -> None:
            if not next(left, False):
                raise RefusedError("it breaks off")
            await commit(*given, **named)

        return once

    asyncio.run(story())
    came = asyncio.run(published(new))
    wanted = expected(records, ENGINE)

    group = f"{topics.prefix}group-normalise"
    assert f"expected no worker, but group {group} has 1 member(s)" in said["running"].err
    assert f"would create {new.topics.state}\n" in said["dry"].out
    assert f"{len(learned[0])} rows of entities would go from 2 to 3 part" in said["dry"].out
    assert [None, Generation(2, of=3), Generation(2, of=3, done=True)] == notes
    assert "detector: it breaks off\n" == said["broken"].err
    assert "run it again with --partitions 3" in said["other"].err
    assert f"{len(learned[0])} rows of entities went from 2 to 3 partitions" in said["moved"].out
    assert "set kafka.generation = 2 for all workers" in said["moved"].out
    assert "set kafka.generation = 2" in said["again"].err
    assert learned[0] == learned[1]
    assert (0, "All topics are as planned.\n") == (said["check"].code, said["check"].out)
    assert {0, 1, 2} == set(asyncio.run(markers(new)))
    assert {0: 1} == crew.exits
    assert wanted.settled
    assert [] == wanted.beside(asyncio.run(told(new, came.findings)))
    assert (0, 0) == (came.repeats, came.altered)
    assert 1 == max(came.alerts.values())


def test_what_is_still_to_be_taken_is_waited_for(
    kafka: str, topics: Topics, tmp_path: Path, migrate: Callable[..., Answer]
) -> None:
    """While a record of activity has not been taken, workers may go on with what they have, also where
    a migration had begun."""
    made = config(kafka, topics.prefix, 9, tmp_path)

    async def story() -> tuple[Answer, Generation | None, Generation | None]:
        async with writing(made) as producer:
            await producer.send_and_wait(topics.activity, b"{}", b"principal:t:ada", partition=1)
            note = written(Generation(2, of=3))
            await producer.send_and_wait(topics.progress, note, KEY, partition=0)
        before = await noted(made)
        return await asyncio.to_thread(migrate, 3), before, await noted(made)

    said, before, after = asyncio.run(story())

    assert "activity/1: expected all 1 records to be taken, got 0: run detector worker" in said.err
    assert (Generation(2, of=3), None) == (before, after)


def test_a_cluster_that_has_learned_nothing_is_not_migrated(migrate, topics):
    """The command says what to do instead; nor is one that has as many partitions already."""
    nothing = migrate(3)
    already = migrate(2)

    assert (1, "") == (nothing.code, nothing.out)
    assert "state/0: expected a checkpoint, found none: nothing has been learned yet" in nothing.err
    assert f"detector: {topics.activity} has 2 partitions already\n" == already.err


def test_a_worker_stays_out_of_topics_that_have_been_left(run, kafka, topics):
    """It does not start, and says which generation to use."""

    async def leave() -> None:
        made = commands.config(kafka, topics)
        async with writing(made) as producer:
            note = written(Generation(2, of=3, done=True))
            await producer.send_and_wait(topics.progress, note, KEY, partition=0)

    asyncio.run(leave())
    answer = run("worker")

    assert (1, "") == (answer.code, answer.out)
    assert "left for those of generation 2: set kafka.generation = 2\n" in answer.err
