"""Is a cluster at rest: no worker runs, and all of `activity` has been taken and stands in checkpoints?"""

from collections.abc import Sequence

from aiokafka import TopicPartition

from detector.runtime.connect import reading
from detector.runtime.lag import lags, offsets
from detector.runtime.partition import Shared
from detector.worker import WorkerConfig


class RefusedError(RuntimeError):
    """It is not the moment to migrate: what was expected, what came, what to do."""


class NotAtRestError(RefusedError):
    """Something runs, or is still to be done."""


async def check_rest(config: WorkerConfig, partitions: int, shared: Sequence[Shared] = ()) -> None:
    """Go on only at rest. `shared` are the markers of the last checkpoints, where they are known.

    Raises:
        NotAtRestError: it is not.
    """
    for lag in await lags(config):
        if lag.members:
            raise NotAtRestError(
                f"expected no worker, but group {lag.group} has {lag.members} member(s): stop all "
                "workers; one that was killed counts for kafka.session more"
            )
    topic = config.topics.activity
    done = await offsets(config, f"{config.group}-detect")
    where = [TopicPartition(topic, number) for number in range(partitions)]
    async with reading(config) as consumer:
        ends = await consumer.end_offsets(where)
    for one, end in sorted(ends.items()):
        check_taken(one, end, done.get(one, 0), "taken")
        if shared:
            check_taken(one, end, shared[one.partition].offset, "in a checkpoint")


def check_taken(where: TopicPartition, end: int, at: int, what: str) -> None:
    """Go on only if a partition has been worked off.

    Raises:
        NotAtRestError: it has not.

    Examples:
        >>> check_taken(TopicPartition("activity", 1), 120, 100, "taken")
        Traceback (most recent call last):
        ...
        detector.runtime.rest.NotAtRestError: activity/1: expected all 120 records to be taken, got \
100: run detector worker --role detect until detector doctor says 0 records behind, then stop it
    """
    if at != end:
        raise NotAtRestError(
            f"{where.topic}/{where.partition}: expected all {end:,} records to be {what}, got {at:,}: "
            "run detector worker --role detect until detector doctor says 0 records behind, then stop "
            "it"
        )
