"""The same logs through files and through Kafka come to the same, however many workers share them."""

import asyncio
from pathlib import Path

import pytest

from tests.kafka.feeding import Record, organisation
from tests.kafka.torture import run


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """Most of a day of a small organisation, CloudTrail and token use."""
    return organisation(tmp_path_factory.mktemp("logs"), seed=1, days=0.6, identities=12)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_workers_come_to_what_replay_comes_to(
    workers: int, kafka: str, prefix: str, records: list[Record], tmp_path: Path
) -> None:
    """Findings with their evidence, the commands that they plan and what was learned of each entity
    are those of replay from files; and a worker that joins makes no event come twice."""
    result = asyncio.run(
        run(kafka, tmp_path, prefix=prefix, records=records, strikes=0, workers=workers)
    )

    assert [] == result.expected.beside(result.found)
    assert result.expected.settled
    assert result.expected.planned
    assert (0, 0) == (result.twice, result.altered)
    assert (0, 0, 0) == (result.lost, result.again, result.late)
