"""The other systems played: everybody's days and the stories among them, in order of time.

Examples:
    >>> rows = list(played(seed=1, days=2, actors=20))
    >>> {row.source for row in rows} >= {"okta", "github_audit", "gitleaks", "canary"}
    True
    >>> rows == list(played(seed=1, days=2, actors=20))
    True
"""

from collections.abc import Callable, Iterator
from random import Random

from msgspec import Struct

from detector.simulate.across import cloud_formats as cloud
from detector.simulate.across import work_formats as work
from detector.simulate.across.crowd import address, cast, day_of
from detector.simulate.across.deed import Actor, Deed, Record
from detector.simulate.across.stories import STORIES, Line, Scene, trap
from detector.simulate.clock import HOUR
from detector.simulate.options import MONDAY

_DAY = 24 * HOUR
FORMATS: dict[str, Callable[[Deed], Record]] = {
    made.__name__: made
    for made in (
        cloud.gcp_audit, cloud.cloudtrail, cloud.azure_activity, cloud.entra_signin,
        cloud.kubernetes_audit, cloud.vault_audit, cloud.snowflake, cloud.bedrock_invocation,
        work.okta, work.auth0, work.google_workspace, work.duo, work.onepassword,
        work.github_audit, work.gitlab_audit, work.litellm, work.mcp, work.gitleaks, work.canary,
        work.anthropic_audit, work.openai_audit,
    )
}  # fmt: skip


class Row(Struct, frozen=True):
    """One raw record. `incident` is `<story>-1:attack` or `:twin`, else empty; `deciding` marks the
    first event from which an attack could be known."""

    at: int
    source: str
    record: Record
    incident: str = ""
    deciding: bool = False


class Estate:
    """Everybody in a simulation; the second actor of a family is the one whose secret is stolen, the
    last one a twin's."""

    def __init__(self, seed: int, actors: int) -> None:
        self.rng = Random(seed)
        self.crowd = cast(self.rng, actors)
        self.trap = trap(self.rng)

    @property
    def cloud(self) -> Actor:
        """Whose cloud key is stored in the vault."""
        return next(actor for actor in self.crowd if actor.family == "cloudtrail")

    def scene(self, *, twin: bool) -> Scene:
        """Who takes part in an attack, or in its twin."""
        by_family: dict[str, list[Actor]] = {}
        for actor in self.crowd:
            by_family.setdefault(_part(actor), []).append(actor)
        chosen = {name: each[-1 if twin else 0] for name, each in by_family.items()}
        return Scene({**chosen, "trap": self.trap}, address(self.rng), self.rng)


def _part(actor: Actor) -> str:
    """Under which name an actor is cast: the family's, but for those of Okta, who are three."""
    if actor.family != "okta":
        return actor.family
    return (
        "okta" if actor.kind == "service" else "okta_admin" if "admin" in actor.name else "person"
    )


def played(seed: int, days: int, actors: int, start: int = MONDAY) -> Iterator[Row]:
    """Every record, in order of time. The stories begin on the last day."""
    yield from performed(Estate(seed, actors), days, start)


def performed(estate: Estate, days: int, start: int = MONDAY) -> Iterator[Row]:
    """The same, of an estate that is at hand."""
    rng = estate.rng
    stories: list[Row] = []
    first = start + (days - 1) * _DAY + 8 * HOUR
    for number, (name, (attack, twin)) in enumerate(sorted(STORIES.items())):
        at = first + number * HOUR + int(rng.random() * HOUR / 2)
        stories += _told(attack(estate.scene(twin=False), at), f"{name}-1:attack")
        stories += _told(twin(estate.scene(twin=True), at + HOUR // 2), f"{name}-1:twin")
    for day in range(days):
        begin = start + day * _DAY
        rows = [_row(deed) for actor in estate.crowd for deed in day_of(actor, begin, rng)]
        rows += [row for row in stories if begin <= row.at < begin + _DAY]
        yield from sorted(rows, key=lambda row: row.at)


def _told(lines: Iterator[Line], incident: str) -> list[Row]:
    return [
        _row(
            line.deed,
            "" if line.before else incident,
            deciding=line.deciding and incident.endswith(":attack"),
        )
        for line in lines
    ]


def _row(deed: Deed, incident: str = "", *, deciding: bool = False) -> Row:
    family = deed.actor.family
    return Row(deed.at, family, FORMATS[family](deed), incident, deciding)
