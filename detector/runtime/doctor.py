"""Is everything there that a worker needs, and does it get on? One line for each question.

Examples:
    >>> skew(40, most=300_000).state, skew(-31_000, most=300_000).said
    ('ok', "this machine's clock is 31.0s ahead of the broker's")
    >>> pace(Lag("g", 1, 5_000, 1), Lag("g", 1, 9_000, 1)).state
    'wrong'
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Literal

from aiokafka.errors import TopicAuthorizationFailedError
from msgspec import Struct

from detector.runtime.compare import Gap, found, gaps, twins
from detector.runtime.faults import BrokerError, understood
from detector.runtime.grants import grants
from detector.runtime.lag import GROUPS, Lag, lags
from detector.runtime.probes import cluster, probing
from detector.runtime.recall import count
from detector.runtime.topics import plan
from detector.worker import WorkerConfig

State = Literal["ok", "note", "wrong"]
_GRANT = "grant it: detector topics plan"
_SKEW = 2_000
_GROWTH = 1_000


class Check(Struct, frozen=True):
    """One question, its answer, and what to do about it."""

    about: str
    state: State
    said: str
    do: str = ""


async def examined(
    config: WorkerConfig, *, clock: Callable[[], int], watch: float
) -> AsyncGenerator[Check, None]:
    """Every check in turn. `clock` is wall time in ms; lag is watched for `watch` seconds. Without a
    connection, or without its topics, nothing further is asked."""
    try:
        with understood(config.connection):
            name, brokers = await cluster(config.connection)
    except BrokerError as error:
        yield Check("connection", "wrong", str(error))
        return
    yield Check("connection", "ok", f"cluster {name} with {brokers} broker(s)")
    parts: dict[str, Callable[[], Awaitable[list[Check]]]] = {
        "topics": lambda: _topics(config),
        "rights": lambda: _rights(config),
        "clock": lambda: _clock(config, clock),
        "lag": lambda: _lag(config, watch),
        "dead letters": lambda: _letters(config),
    }
    for about, part in parts.items():
        try:
            with understood(config.connection):
                made = await part()
        except BrokerError as error:
            made = [Check(about, "wrong", str(error))]
        for check in made:
            yield check
        if about == "topics" and any(check.state == "wrong" for check in made):
            return


def _groups(config: WorkerConfig) -> list[str]:
    if config.role == "all":
        return list(GROUPS)
    return [name for name in GROUPS if (name == "normalise") == (config.role == "normalise")]


async def missing(config: WorkerConfig) -> list[Gap]:
    """What keeps a worker of that role from running."""
    return [gap for gap in await _gaps(config) if gap.grave]


async def _gaps(config: WorkerConfig) -> list[Gap]:
    topics = config.topics
    needed = {g.name for g in grants(topics, config.group, config.role) if g.kind == "topic"}
    specs = [spec for spec in plan(topics, 1) if spec.name in needed]
    there = await found(config.connection, needed)
    return [*gaps(specs, there), *twins(topics, there)]


async def _topics(config: WorkerConfig) -> list[Check]:
    made = [
        Check("topics", "wrong" if gap.grave else "note", gap.said, gap.do)
        for gap in await _gaps(config)
    ]
    return made or [Check("topics", "ok", "all are there, with the settings of the plan")]


async def forbidden(config: WorkerConfig) -> list[str]:
    """The rights that a worker of that role needs and that we do not have."""
    async with probing(config) as probe:
        return [
            f"may not {operation} on {grant.kind} {grant.name}"
            for grant in grants(config.topics, config.group, config.role)
            for operation in grant.operations
            if not await probe.allows(grant, operation)
        ]


async def _rights(config: WorkerConfig) -> list[Check]:
    made = [Check("rights", "wrong", said, _GRANT) for said in await forbidden(config)]
    return made or [Check("rights", "ok", f"role {config.role} may do all that it needs")]


async def _clock(config: WorkerConfig, now: Callable[[], int]) -> list[Check]:
    if config.role == "normalise":
        return []
    async with probing(config) as probe:
        before = now()
        ahead = await probe.ahead(config.topics.activity, 0, before)
    if ahead is None:
        said = f"{config.topics.activity} keeps the writers' time"
        return [Check("clock", "note", said, "detector topics check")]
    # The record was given its time somewhere between the two readings.
    took = now() - before
    off = ahead - took if ahead > took else min(ahead, 0)
    return [skew(off, config.engine.max_ahead)]


def skew(ahead: int, most: int) -> Check:
    """Whether the broker's clock, so many ms ahead of ours, will do; `most` is how far ahead a record
    may be before it is refused."""
    side = "behind" if ahead > 0 else "ahead of"
    said = f"this machine's clock is {abs(ahead) / 1_000:.1f}s {side} the broker's"
    if abs(ahead) <= _SKEW:
        return Check("clock", "ok", "this machine's clock agrees with the broker's")
    do = "let both machines keep time by NTP"
    return Check("clock", "wrong" if abs(ahead) * 10 > most else "note", said, do)


async def _lag(config: WorkerConfig, watch: float) -> list[Check]:
    names = _groups(config)
    first = await lags(config, names)
    await asyncio.sleep(watch)
    return [pace(a, b) for a, b in zip(first, await lags(config, names), strict=True)]


def pace(first: Lag, second: Lag) -> Check:
    """Whether a group keeps up, from two looks at it."""
    about, said = f"lag of {second.group}", second.line
    if not second.topics:
        return Check(about, "note", said, "start a worker: detector worker")
    if not second.members:
        state: State = "wrong" if second.behind else "note"
        return Check(about, state, f"{said}, and nobody reads", "start a worker: detector worker")
    if second.behind > first.behind + _GROWTH:
        grown = f"{said}, {second.behind - first.behind:,} more than a moment ago"
        return Check(about, "wrong", grown, "start more workers, up to one for each partition")
    return Check(about, "ok", said)


async def _letters(config: WorkerConfig) -> list[Check]:
    try:
        number = await count(config)
    except TopicAuthorizationFailedError:
        # A worker writes dead letters and need not read them.
        return []
    if not number:
        return [Check("dead letters", "ok", "there are none")]
    return [Check("dead letters", "note", f"{number:,} are kept", "detector dead-letters")]
