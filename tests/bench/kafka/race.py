"""One contender on a loaded topic: from its first record to the last one that is done for good."""

import asyncio
from collections.abc import Iterator

from msgspec import Struct

from detector.bench import Figure
from tests.bench.kafka.processes import Contender, Mark
from tests.bench.kafka.stage import Stage

_START = 120.0
_MILLION = 1_000_000


class Lap(Struct, frozen=True):
    """So many records took so long: wall time, and processor time of the process and the broker."""

    records: int
    seconds: float
    cpu: float
    broker: float = 0.0

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / self.seconds if self.seconds > 0 else 0.0


class Race:
    """Runs contenders on one topic that ends at `ends`, for at most `limit` seconds each."""

    def __init__(self, stage: Stage, topic: str, ends: tuple[int, ...], limit: float) -> None:
        self.stage = stage
        self.topic = topic
        self.ends = ends
        self.limit = limit

    async def run(self, contender: Contender, group: str | None) -> Lap:
        """One of them, from start to end. Without a group it commits nothing, and is done when it
        says so.

        Raises:
            RuntimeError: it ends early, or never begins.
        """
        await contender.start()
        try:
            return await self.lap(contender, group)
        finally:
            await contender.stop()

    async def lap(self, contender: Contender, group: str | None) -> Lap:
        """The same of one that runs."""
        first = await contender.mark("first", _START)
        if first is None:
            raise RuntimeError(f"{contender.name}: no record in {_START:.0f} s")
        broker = self.stage.broker_cpu
        if group is None:
            last = await contender.mark("last", self.limit)
            done = sum(self.ends) if last is not None else 0
            end = last or contender.now()
        else:
            done, at = await self.stage.committed(
                group, self.topic, self.ends, self.limit, contender
            )
            end = Mark(at, contender.now().cpu)
        spent = self.stage.broker_cpu - broker
        return Lap(done, end.time - first.time, end.cpu - first.cpu, spent)


def figures(section: str, name: str, lap: Lap, note: str = "") -> Iterator[Figure]:
    """A lap as figures: the rate, and what it took of the processors."""
    notes = [note] if note else []
    if lap.cpu:
        notes.append(f"{lap.records / lap.cpu:,.0f} an own CPU second")
    if lap.broker:
        notes.append(f"the broker used {lap.broker:.1f} CPU s")
    yield Figure(section, name, lap.rate, "events/s", "; ".join(notes))
    if lap.records:
        yield Figure(
            section, f"{name}: processor time", lap.cpu * _MILLION / lap.records, "CPU s/million"
        )


async def quiet(seconds: float = 2.0) -> None:
    """Let the broker finish what the last contender left it."""
    await asyncio.sleep(seconds)
