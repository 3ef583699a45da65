"""The cluster's topics beside the plan: what differs, and what to do.

Examples:
    >>> spec = Spec("d.state", 4, {"cleanup.policy": "compact"})
    >>> found = Found(4, 1, {"cleanup.policy": "delete"})
    >>> [gap] = gaps([spec], {"d.state": found})
    >>> gap.said
    'd.state: cleanup.policy is delete, not compact'
    >>> gap.do
    'kafka-configs --alter --entity-type topics --entity-name d.state --add-config cleanup.policy=compact'
"""

from collections.abc import Iterable, Iterator, Mapping

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from msgspec import Struct
from msgspec.structs import replace

from detector.runtime.connect import administrator
from detector.runtime.topics import Spec, plan
from detector.worker import Connection, Topics

_NO_ERROR, _UNKNOWN = 0, 3


class Found(Struct, frozen=True):
    """One topic as it is. `settings` is None where we may not see them."""

    partitions: int
    replication: int
    settings: Mapping[str, str] | None


class Gap(Struct, frozen=True):
    """What differs and what to do; `grave` if a worker cannot run so."""

    topic: str
    said: str
    do: str
    grave: bool = False


async def found(connection: Connection, names: Iterable[str]) -> dict[str, Found]:
    """Those of the topics that there are."""
    async with administrator(connection) as admin:
        rows = await admin.describe_topics(sorted(names))
        there = [row for row in rows if row["error_code"] == _NO_ERROR]
        settings = await _settings(admin, [row["topic"] for row in there])
        return {
            row["topic"]: Found(
                partitions=len(row["partitions"]),
                replication=min(len(part["replicas"]) for part in row["partitions"]),
                settings=settings.get(row["topic"]),
            )
            for row in there
        }


async def _settings(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    answers = await admin.describe_configs(asked)
    return {
        name: {entry[0]: entry[1] for entry in entries}
        for answer in answers
        for code, _, _, name, entries in answer.resources
        if code == _NO_ERROR
    }


def gaps(specs: Iterable[Spec], there: Mapping[str, Found]) -> list[Gap]:
    """What differs from the plan. More partitions than planned are no fault, except of `state`."""
    return [gap for spec in specs for gap in _of(spec, there.get(spec.name))]


def _of(spec: Spec, one: Found | None) -> Iterator[Gap]:
    name = spec.name
    if one is None:
        said = f"{name}: is missing, or may not be seen"
        yield Gap(name, said, "detector topics create", grave=True)
        return
    if one.partitions < spec.partitions:
        yield Gap(
            name,
            f"{name}: has {one.partitions} partitions, not {spec.partitions}",
            f"kafka-topics --alter --topic {name} --partitions {spec.partitions}",
        )
    if one.settings is None:
        yield Gap(name, f"{name}: its settings may not be seen", "grant DescribeConfigs on it")
        return
    for setting, value in spec.settings.items():
        actual = one.settings.get(setting, "")
        if actual != value:
            yield Gap(
                name,
                f"{name}: {setting} is {actual}, not {value}",
                "kafka-configs --alter --entity-type topics "
                f"--entity-name {name} --add-config {setting}={value}",
            )


def twins(topics: Topics, there: Mapping[str, Found]) -> list[Gap]:
    """Topics whose partitions stand for each other, and do not."""
    return [
        Gap(
            second,
            f"{second}: has {there[second].partitions} partitions, {first} has "
            f"{there[first].partitions}; they must have as many",
            f"delete {second} while no worker runs, then detector topics create "
            f"--partitions {there[first].partitions}; what was learned is learned anew",
            grave=True,
        )
        for first, second in (
            (topics.activity, topics.state),
            (topics.findings, topics.admission),
        )
        if first in there
        and second in there
        and there[first].partitions != there[second].partitions
    ]


async def checked(connection: Connection, topics: Topics, partitions: int | None) -> list[Gap]:
    """All that differs from the plan for so many partitions; None stands for those of `activity`. A
    migration has left the others as many as they had."""
    there = await found(connection, [spec.name for spec in plan(topics, 1)])
    activity = there.get(topics.activity)
    count = partitions or (activity.partitions if activity is not None else 1)
    specs = plan(topics, count)
    if partitions is None and topics.generation > 1:
        specs = [
            spec if spec.name in {topics.activity, topics.state} else replace(spec, partitions=1)
            for spec in specs
        ]
    apart = twins(topics, there)
    named = {gap.topic for gap in apart}
    return [*apart, *(gap for gap in gaps(specs, there) if gap.topic not in named)]
