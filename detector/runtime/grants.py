r"""The rights that each role needs, and no more: access control lists of a Kafka cluster.

Examples:
    >>> made = grants(Topics("d."), "detector", "normalise")
    >>> print(commands(made, "192.0.2.1:9092", "User:detector")[-1])
    kafka-acls --bootstrap-server 192.0.2.1:9092 --add --allow-principal User:detector \
      --operation Write --topic d.activity --topic d.dead-letters
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from detector.runtime.topics import raw_names
from detector.worker import Topics

Kind = Literal["topic", "group", "transactional-id"]


class Grant(Struct, frozen=True):
    """Operations on one resource; with `prefixed`, on all whose names begin so."""

    kind: Kind
    name: str
    operations: tuple[str, ...]
    prefixed: bool = False


def _normalise(topics: Topics, group: str) -> list[Grant]:
    return [
        *(Grant("topic", topics.raw(name), ("Read",)) for name in raw_names(topics)),
        Grant("topic", topics.progress, ("Read", "Write")),
        Grant("topic", topics.activity, ("Write",)),
        Grant("topic", topics.dead_letters, ("Write",)),
        Grant("group", f"{group}-normalise", ("Read",)),
    ]


def _detect(topics: Topics, group: str) -> list[Grant]:
    both = (topics.activity, topics.state, topics.progress, topics.findings, topics.admission)
    out = (topics.alerts, topics.commands, topics.dead_letters)
    return [
        *(Grant("topic", name, ("Read", "Write")) for name in both),
        *(Grant("topic", name, ("Write",)) for name in out),
        *(Grant("group", f"{group}-{name}", ("Read",)) for name in ("detect", "admit")),
        *(
            Grant("transactional-id", f"{group}-{name}-", ("Describe", "Write"), prefixed=True)
            for name in ("state", "admit")
        ),
    ]


def _ship(topics: Topics, group: str) -> list[Grant]:
    del group
    return [Grant("topic", topics.raw(name), ("Write",)) for name in raw_names(topics)]


def _read(topics: Topics, group: str) -> list[Grant]:
    del group
    return [Grant("topic", name, ("Read",)) for name in (topics.alerts, topics.commands)]


def _operate(topics: Topics, group: str) -> list[Grant]:
    seen = ("Create", "Describe", "DescribeConfigs")
    return [
        Grant("topic", topics.prefix, seen, prefixed=True),
        Grant("topic", topics.dead_letters, ("Read",)),
        Grant("topic", topics.prefix + "raw.", ("Read", "Write"), prefixed=True),
        Grant("group", f"{group}-", ("Describe",), prefixed=True),
    ]


def _migrate(topics: Topics, group: str) -> list[Grant]:
    used = ("Create", "Describe", "DescribeConfigs", "Read", "Write")
    names = ("activity", "state", "progress")
    return [
        *(Grant("topic", topics.prefix + name, used, prefixed=True) for name in names),
        Grant("group", f"{group}-", ("Describe",), prefixed=True),
        Grant("group", f"{group}-detect", ("Read",)),
        Grant("transactional-id", f"{group}-state-", ("Describe", "Write"), prefixed=True),
    ]


def _all(topics: Topics, group: str) -> list[Grant]:
    merged: dict[tuple[Kind, str], Grant] = {}
    for grant in _normalise(topics, group) + _detect(topics, group):
        known = merged.get((grant.kind, grant.name))
        operations = {*grant.operations, *(known.operations if known else ())}
        merged[grant.kind, grant.name] = Grant(
            grant.kind, grant.name, tuple(sorted(operations)), grant.prefixed
        )
    return sorted(merged.values(), key=lambda one: ("topic", "group").count(one.kind) * -1)


ROLES: Mapping[str, Callable[[Topics, str], list[Grant]]] = MappingProxyType(
    {
        "normalise": _normalise,
        "detect": _detect,
        "all": _all,
        "shipper": _ship,
        "reader": _read,
        "operator": _operate,
        "migration": _migrate,
    }
)
"""Roles of the worker, then who writes raw logs, who reads alerts and commands, who looks after it and
who changes the number of partitions."""


def grants(topics: Topics, group: str, role: str) -> list[Grant]:
    """What a role needs."""
    return ROLES[role](topics, group)


def commands(grants: Iterable[Grant], bootstrap: str, principal: str) -> list[str]:
    """The commands that grant them: one for all resources with the same operations."""
    alike: dict[tuple[tuple[str, ...], bool], list[Grant]] = {}
    for grant in grants:
        alike.setdefault((grant.operations, grant.prefixed), []).append(grant)
    return [
        f"kafka-acls --bootstrap-server {bootstrap} --add --allow-principal {principal} \\\n  "
        + " ".join(
            [
                *(f"--operation {operation}" for operation in operations),
                *(f"--{grant.kind} {grant.name}" for grant in each),
                *(["--resource-pattern-type prefixed"] if prefixed else []),
            ]
        )
        for (operations, prefixed), each in alike.items()
    ]
