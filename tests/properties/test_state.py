"""Whatever somebody does, what is kept of them stays within bounds."""

from collections import deque
from collections.abc import Iterator

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from detector.config import DAY, HOUR, MINUTE, SECOND, EngineConfig
from detector.pipeline import State, step
from detector.pipeline.snapshot import snapshot
from schemas.event import (
    Action,
    ActivityEvent,
    Child,
    Credential,
    Effect,
    Kind,
    Lifetime,
    Origin,
    Outcome,
    Principal,
    Target,
    Task,
)
from schemas.fact import Fact, Tick
from tests.properties import caps

BEGIN = 1_767_571_200_000
CONFIG = EngineConfig(budget=50.0)  # so that as much as possible is evidence
_SLACK = max([*CONFIG.lateness.values(), CONFIG.default_lateness])
_EFFECTS: tuple[Effect, ...] = ("persist", "grant", "share_out", "impair_defence")
_ENOUGH = 100


class Hoarder(Struct, frozen=True):
    """Who makes what new with each event, as far as the flags say, `gap` ms apart."""

    credential: bool = True
    operation: bool = True
    target: bool = True
    place: bool = True
    child: bool = True
    task: bool = True
    ended: bool = True
    lifetime: Lifetime = "static"
    gap: int = SECOND
    who: int = 1


hoarders = st.builds(
    Hoarder,
    credential=st.booleans(),
    operation=st.booleans(),
    target=st.booleans(),
    place=st.booleans(),
    child=st.booleans(),
    task=st.booleans(),
    ended=st.booleans(),
    lifetime=st.sampled_from(("static", "ephemeral")),
    gap=st.sampled_from((SECOND // 4, SECOND, 9 * SECOND, 2 * MINUTE)),
    who=st.sampled_from((1, 3)),
)


def _habits(who: int) -> Iterator[ActivityEvent]:
    """Two days in which everybody is known at a place of their own."""
    for hour in range(48):
        for n in range(who):
            yield ActivityEvent(
                uid=f"h{hour}-{n}",
                source="cloudtrail",
                tenant="acme",
                time=BEGIN + hour * HOUR,
                principal=Principal(uid=f"p{n}"),
                credential=Credential("own", lifetime="static"),
                action=Action("s3", "GetObject", "read"),
                origin=Origin(f"10.{n}.0.1", f"10.{n}.0.0/24", "aws-cli"),
            )


def _hoard(one: Hoarder, count: int) -> Iterator[ActivityEvent]:
    """`count` events, each with as much that is new as the hoarder makes."""
    for i in range(count):
        own = f"key{i}" if one.credential else "own"
        held = Credential(own, uid=f"AKIA{own}", lifetime=one.lifetime)
        made = Credential(f"made{i}", uid=f"AKIAmade{i}", lifetime=one.lifetime)
        kind: Kind = "issue" if one.child and i % 2 else "use"
        ends = one.ended and i % 3 == 1
        yield ActivityEvent(
            uid=f"e{i}",
            source="cloudtrail",
            tenant="acme",
            time=BEGIN + 2 * DAY + i * one.gap,
            kind="end" if ends else "approval" if i % 31 == 2 else kind,
            principal=Principal(uid=f"p{i % one.who}"),
            credential=held,
            action=Action(
                f"s{i // 9}" if one.operation else "iam",
                f"Do{i}" if one.operation else "CreateUser",
                "admin" if i % 4 else "secret_read",
                effect=_EFFECTS[i % 4] if i % 4 else "",
                foreign=f"{i:012}" if one.target else "",
            ),
            target=Target(f"thing/{i}") if one.target else None,
            origin=Origin(
                f"10.{100 + i % 99}.{i // 99}.7" if one.place else "192.0.2.7",
                f"10.{100 + i % 99}.{i // 99}.0/24" if one.place else "192.0.2.0/24",
                f"tool{i}" if one.place else "curl",
                f"region-{i}" if one.place else "",
            ),
            outcome=Outcome("denied" if i % 2 else "success"),
            task=Task(f"task{i}", plane="retrieval", targets=(f"{i}/*",)) if one.task else None,
            child=Child(made, Principal(uid=f"other{i}")) if one.child and i % 2 else None,
        )


class Largest(Struct):
    """The largest snapshot that one entity of each kind had at any look, in bytes."""

    event: int = 0
    principals: int = 0
    credentials: int = 0
    origins: int = 0
    groups: int = 0


def held(one: Hoarder, count: int, look: int) -> Largest:
    """What the hoarder makes the engine hold, seen after each `look` events."""
    state, out = State(CONFIG), Largest()
    for n, event in enumerate((*_habits(one.who), *_hoard(one, count))):
        out.event = max(out.event, len(msgspec.msgpack.encode(event)))
        _run(state, event)
        if n < 48 * one.who or not n % 25:
            _run(state, Tick(event.time - _SLACK))
        if n >= 48 * one.who and not n % look:
            _measure(state, out)
    _measure(state, out)
    return out


def _run(state: State, record: ActivityEvent | Tick) -> None:
    queue: deque[ActivityEvent | Fact | Tick] = deque([record])
    while queue:
        queue.extend(step(state, queue.popleft()).facts)


def _measure(state: State, out: Largest) -> None:
    for kind in ("principals", "credentials", "origins", "groups"):
        for key, entity in getattr(state, kind).items():
            alone = State(CONFIG)
            getattr(alone, kind)[key] = entity
            setattr(out, kind, max(getattr(out, kind), len(snapshot(alone))))


def within(found: Largest) -> bool:
    """Whether every kind of entity stayed below what its caps allow."""
    return (
        found.principals <= caps.a_principal(found.event)
        and found.credentials <= caps.a_credential(found.event)
        and found.origins <= caps.an_origin(found.event)
        and found.groups <= caps.a_group(found.event)
    )


@given(hoarders)
@settings(max_examples=settings().max_examples // 5)  # each is slow, as such a hoarder is
def test_an_entity_holds_no_more_than_its_caps_allow(one: Hoarder) -> None:
    """Whatever is new with each event, for one or for three who share it."""
    assert within(held(one, _ENOUGH, _ENOUGH))
