"""Detection cases: a short story in YAML, and the events that it stands for.

A file has a `history` that its cases share: identities (or crowds of them) with what they do on each
of the days before. A case adds to it and tells what happens on the day itself, from 08:00 to 18:00.
An action is written `service:Operation:access[:effect][@target][!status]`; `{n}`, `{day}` and
`{bout}` in histories stand for the member of a crowd, the day and the hour's bout.

Examples:
    >>> parsed("iam:CreateUser:admin:persist@user/eve!denied").status
    'denied'
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from detector.config import DAY, HOUR, MINUTE, SECOND, EngineConfig
from detector.findings import Finding
from detector.replay.drive import Replay
from schemas.event import (
    Action,
    ActivityEvent,
    Child,
    Credential,
    Kind,
    Lifetime,
    Origin,
    Outcome,
    Plane,
    Posture,
    Principal,
    PrincipalType,
    Target,
    Task,
    Workload,
)

FOLDER = Path(__file__).resolve().parents[1] / "cases" / "detections"
BEGIN = 1_767_571_200_000  # midnight UTC
DAYS = 6  # of history, before the day on which things happen
ACCOUNT = "123456789012"


class Actor(Struct, frozen=True, forbid_unknown_fields=True):
    """One identity, or a crowd of `count`, with its habits: in each of `bouts` a day it does all of
    `does`, `pace` seconds apart. An identity with `days: 0` has no past. Identities of one person
    bear one `name`."""

    who: str
    does: tuple[str, ...] = ()
    count: int = 1
    type: PrincipalType = "human"
    days: int = DAYS
    bouts: int = 5
    pace: int = 20
    origin: str = field(name="from", default="198.51.100.0/24")
    tool: str = field(name="with", default="aws-cli")
    lifetime: Lifetime = "static"
    source: str = "cloudtrail"
    role: str = ""
    console: bool = False
    name: str = ""
    foreign: str = ""


class Made(Struct, frozen=True, forbid_unknown_fields=True):
    """A credential that an event brings into the world or ends, and who will act with it."""

    key: str = ""
    who: str = ""
    lifetime: Lifetime = "static"
    type: str = ""


class Act(Struct, frozen=True, forbid_unknown_fields=True):
    """What happens at a time of the day: one action or several, `every` so many seconds. What is not
    said is as in the identity's past."""

    at: str
    who: str
    do: tuple[str, ...] | str = ()
    every: int = 2
    kind: Kind = "use"
    origin: str | None = field(name="from", default=None)
    tool: str | None = field(name="with", default=None)
    key: str = ""
    lifetime: Lifetime | None = None
    expires: str = ""
    bound_to: str = ""
    workload: str = ""
    chain: tuple[str, ...] = ()
    foreign: str = ""
    plane: Plane = ""
    task: Task | None = None
    makes: Made | None = None
    via: str = ""
    source: str = ""
    console: bool | None = None
    note: str = ""
    posture: Posture | None = None


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    """One story and whether the detection speaks: `like` names the benign look-alike that it is,
    `severity` is the least expected, `known_gap` says why the engine is not there yet."""

    name: str
    expect: str
    events: tuple[Act, ...]
    like: str = ""
    severity: int = 0
    decisive: str = ""
    budget: float | None = None
    history: tuple[Actor, ...] = ()
    known_gap: str = ""


class CaseFile(Struct, frozen=True, forbid_unknown_fields=True):
    """All cases of one detection, with the history that they share."""

    cases: tuple[Case, ...]
    history: tuple[Actor, ...] = ()


class Parsed(Struct, frozen=True):
    """One written action, taken apart."""

    words: tuple[str, ...]
    target: str
    status: str


def parsed(text: str) -> Parsed:
    """An action as it is written in a case, in its parts."""
    rest, _, status = text.partition("!")
    rest, _, target = rest.partition("@")
    return Parsed(tuple(rest.split(":")), target, status or "success")


def files() -> list[Path]:
    """Every case file, by name."""
    return sorted(FOLDER.glob("*.yaml"))


@cache
def read(path: Path) -> CaseFile:
    """A case file; raises msgspec.ValidationError on a field that nobody knows."""
    return msgspec.yaml.decode(path.read_bytes(), type=CaseFile)


def revisions(detection: str, shared: tuple[Actor, ...], case: Case) -> list[Finding]:
    """What one detection publishes while the story is replayed, in order."""
    config = EngineConfig() if case.budget is None else EngineConfig(budget=case.budget)
    run = Replay(config)
    made = [finding for event in events(shared, case) for finding in run.feed(event)]
    return [finding for finding in [*made, *run.finish()] if finding.detection == detection]


def standing(published: list[Finding]) -> list[Finding]:
    """The last revision of each finding that was not withdrawn."""
    last = {finding.uid: finding for finding in published}
    return [finding for finding in last.values() if not finding.withdrawn]


def events(shared: tuple[Actor, ...], case: Case) -> list[ActivityEvent]:
    """The whole story in event-time order. A case's own identity replaces a shared one."""
    cast = {actor.who: actor for actor in (*shared, *case.history)}
    told = [event for actor in cast.values() for event in _past(actor)]
    for number, act in enumerate(case.events):
        told += _day(cast, act, number)
    return sorted(told, key=lambda event: (event.time, event.uid))


def _past(actor: Actor) -> Iterator[ActivityEvent]:
    for n in range(actor.count):
        who = f"{actor.who}-{n}" if actor.count > 1 else actor.who
        for day in range(DAYS - actor.days, DAYS):
            for bout in range(actor.bouts):
                hour = 8 * HOUR + bout * 10 * HOUR // actor.bouts
                start = BEGIN + day * DAY + hour + n * MINUTE
                for i, text in enumerate(actor.does):
                    spot = {"n": n, "day": day, "bout": day * actor.bouts + bout}
                    yield _event(
                        actor,
                        Act(
                            at="",
                            who=who,
                            origin=actor.origin.format(**spot),
                            foreign=actor.foreign,
                        ),
                        f"{who}/{day}/{bout}/{i:03}",
                        start + i * actor.pace * SECOND,
                        text.format(**spot),
                    )


def _day(cast: dict[str, Actor], act: Act, number: int) -> Iterator[ActivityEvent]:
    name = act.who if act.who in cast else act.who.rpartition("-")[0]
    actor = cast[name]
    start = _clock(act.at)
    texts = (act.do,) if isinstance(act.do, str) else act.do
    for i, text in enumerate(texts or ("",)):
        yield _event(actor, act, f"day/{number:02}/{i:03}", start + i * act.every * SECOND, text)


def _event(actor: Actor, act: Act, uid: str, time: int, text: str) -> ActivityEvent:
    what = parsed(text)
    who = _principal(actor, act.who)
    return msgspec.convert(
        {
            "uid": uid,
            "source": act.source or actor.source,
            "tenant": "acme",
            "time": time,
            "kind": act.kind,
            "principal": who,
            "credential": _used(actor, act),
            "action": _action(what.words, act) if text else None,
            "target": Target(what.target) if what.target else None,
            "origin": _origin(actor, act),
            "outcome": Outcome(what.status),  # type: ignore[arg-type]
            "workload": Workload(act.workload) if act.workload else None,
            "task": act.task,
            "chain": act.chain,
            "child": _child(act.makes) if act.makes is not None else None,
            "note": act.note,
            "posture": act.posture,
        },
        ActivityEvent,
    )


def _action(words: tuple[str, ...], act: Act) -> Action:
    row: dict[str, Any] = dict(
        zip(("service", "operation", "access", "effect"), words, strict=False)
    )
    return msgspec.convert(row | {"foreign": act.foreign, "plane": act.plane}, Action)


def _principal(actor: Actor, who: str) -> Principal:
    number = who.rpartition("-")[2]
    role = actor.role.format(n=number)
    name = actor.name or who
    return Principal(uid=who, name=name, account=ACCOUNT, type=actor.type, role=role)


def _used(actor: Actor, act: Act) -> Credential:
    lifetime = act.lifetime if act.lifetime is not None else actor.lifetime
    expires = _clock(act.expires) if act.expires else None
    return _credential(act.key or act.who, lifetime, expires, act.bound_to)


def _credential(
    name: str,
    lifetime: Lifetime,
    expires: int | None = None,
    bound_to: str = "",
    type_: str = "",
) -> Credential:
    static = lifetime == "static"
    return Credential(
        fingerprint=f"fp-{name}",
        uid=f"{'AKIA' if static else 'ASIA'}-{name}",
        uid_kind="aws_access_key_id",
        type=type_ or ("access_key" if static else "session"),
        lifetime=lifetime,
        expires=expires,
        bound_to=bound_to,
    )


def _child(made: Made) -> Child:
    return Child(
        _credential(made.key, made.lifetime, type_=made.type) if made.key else None,
        Principal(uid=made.who, name=made.who, account=ACCOUNT) if made.who else None,
    )


def _origin(actor: Actor, act: Act) -> Origin:
    network = act.origin if act.origin is not None else actor.origin
    return Origin(
        address=network.replace(".0/24", ".7"),
        network=network,
        client=act.tool if act.tool is not None else actor.tool,
        via=act.via,
        console=act.console if act.console is not None else actor.console,
    )


def _clock(text: str) -> int:
    hours, minutes, seconds = (int(part) for part in text.split(":"))
    return BEGIN + DAYS * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND
