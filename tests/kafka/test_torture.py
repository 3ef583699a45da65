"""Workers killed, stopped and cut off, and their broker too, while logs come in: nothing is lost."""

import asyncio
from pathlib import Path

from tests.kafka.broker import Broker
from tests.kafka.feeding import organisation
from tests.kafka.proxy import proxied
from tests.kafka.torture import run


def test_what_is_struck_comes_to_the_same(own: Broker, tmp_path: Path) -> None:
    """After eight strikes the findings, the commands and what was learned are those of replay; no
    reader saw a revision twice, and whatever was told again was told the same."""
    records = organisation(tmp_path / "logs", seed=2, days=1.0, identities=20)
    with proxied(own.front, own.behind) as proxy:
        result = asyncio.run(
            run(
                own.bootstrap,
                tmp_path,
                prefix="torture.",
                records=records,
                strikes=8,
                seed=4,
                broker=own,
                proxy=proxy,
                workers=2,
            )
        )

    assert 8 == sum(result.happened.values())
    assert [] == result.expected.beside(result.found)
    assert result.expected.settled
    assert (0, 0, 0) == (result.twice, result.altered, result.lost)
