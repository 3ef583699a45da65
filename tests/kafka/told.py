"""What a run comes to, in a form in which two of them can be compared: what was found, what would
be revoked, and what has been learned. It says nothing of the order in which that came about."""

from collections.abc import Iterable, Mapping
from itertools import zip_longest

from msgspec import Struct, to_builtins

from detector.config import EngineConfig
from detector.entities.credential import CredentialState
from detector.entities.group import GroupState
from detector.entities.principal import PrincipalState
from detector.findings import Finding
from detector.pipeline import State
from detector.pipeline.entity import Entity, read
from detector.replay.drive import Replay
from detector.window.panes import QUARTER
from schemas.event import ActivityEvent

Settled = dict[str, tuple[int, tuple[str, ...]]]
Commands = set[tuple[str, ...]]
Learned = dict[str, object]


class Told(Struct):
    """Settled findings, the commands that they plan, and what is known of each entity."""

    settled: Settled
    planned: Commands
    learned: Learned

    def beside(self, other: "Told") -> list[str]:
        """What differs in another run, one line each."""
        return [
            f"{name} {key}: {_apart(mine.get(key), theirs.get(key))}"
            for name, mine, theirs in (
                ("finding", self.settled, other.settled),
                ("learned", self.learned, other.learned),
            )
            for key in sorted({*mine, *theirs})
            if mine.get(key) != theirs.get(key)
        ] + [f"command {one}" for one in sorted(self.planned ^ other.planned)]


def _apart(here: object, there: object) -> str:
    """Where two values part, without all that they share."""
    if isinstance(here, dict) and isinstance(there, dict):
        keys = sorted(key for key in {*here, *there} if here.get(key) != there.get(key))
        return ", ".join(f"{key}: {_apart(here.get(key), there.get(key))}" for key in keys)
    if isinstance(here, tuple | list) and isinstance(there, tuple | list):
        rows = enumerate(zip_longest(here, there))
        return ", ".join(f"[{n}] {_apart(a, b)}" for n, (a, b) in rows if a != b)
    return f"{here} here, {there} there"


def _standing(findings: Iterable[Finding]) -> list[Finding]:
    """The last revision of each finding that was not withdrawn."""
    last = {finding.uid: finding for finding in findings}
    return [
        finding
        for _, finding in sorted(last.items())
        if not finding.superseded_by and not finding.withdrawn
    ]


def settled(findings: Iterable[Finding]) -> Settled:
    """Finding id to severity and evidence ids."""
    return {
        finding.uid: (finding.severity, tuple(m.uid for m in finding.evidence.moments))
        for finding in _standing(findings)
    }


def planned(findings: Iterable[Finding]) -> Commands:
    """What would be revoked if admission let it: which command, of what, and by which step."""
    return {
        (one.command_uid, one.finding_uid, one.action, one.scope, one.tier, one.sub_id.id, one.step)
        for finding in _standing(findings)
        if (one := finding.command) is not None
    }


def _known(entity: Entity) -> object:
    """What an entity has learned; None for what only passes. Groups count in whole quarters."""
    if isinstance(entity, PrincipalState):
        return to_builtins((dict(entity.seen.known), dict(entity.seen.held), entity.learned))
    if isinstance(entity, CredentialState):
        return to_builtins((dict(entity.status), entity.task, sorted(entity.users)))
    if isinstance(entity, GroupState):
        return {
            f"{value} {member}": time // QUARTER
            for value, users in entity.users.items()
            for member, time in users.items()
        }
    return None


def learned(entities: Iterable[Entity]) -> Learned:
    """By entity, what is known of it."""
    return {one.key: known for one in entities if (known := _known(one)) is not None}


def of_rows(rows: Mapping[str, bytes]) -> Learned:
    """The same of rows as checkpoints write them."""
    return learned(read(key, row) for key, row in rows.items())


def _of_state(state: State) -> Learned:
    return learned(
        [*state.principals.values(), *state.credentials.values(), *state.groups.values()]
    )


class _Bare(Replay):
    """Replay without admission: commands as they are planned."""

    def __init__(self, config: EngineConfig) -> None:
        super().__init__(config)
        self.admissions.passed = list  # type: ignore[method-assign,assignment]


def replayed(events: Iterable[ActivityEvent], config: EngineConfig) -> Told:
    """What replay from files makes of the events."""
    run = _Bare(config)
    findings = [finding for event in events for finding in run.feed(event)]
    findings += run.finish()
    return Told(settled(findings), planned(findings), _of_state(run.state))
