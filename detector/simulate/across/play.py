"""The other systems played: everybody's days and the stories among them, in order of time.

Examples:
    >>> rows = list(played(seed=1, days=2, actors=20))
    >>> {row.source for row in rows} >= {"okta", "github_audit", "gitleaks", "canary"}
    True
    >>> rows == list(played(seed=1, days=2, actors=20))
    True
"""

from collections.abc import Callable, Iterator, Mapping
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from detector.simulate.across import agent_formats as agents
from detector.simulate.across import cloud_formats as cloud
from detector.simulate.across import code_formats as code
from detector.simulate.across import common_formats as common
from detector.simulate.across import work_formats as work
from detector.simulate.across.crowd import address, cast, day_of
from detector.simulate.across.deed import Actor, Deed, Record
from detector.simulate.across.scene import Line, Scene
from detector.simulate.across.stories import STORIES
from detector.simulate.across.travels import trap
from detector.simulate.clock import HOUR
from detector.simulate.options import MONDAY

_DAY, _STAGE = 24 * HOUR, 10 * HOUR
FORMATS: dict[str, Callable[[Deed], Record]] = {
    made.__name__: made
    for made in (
        cloud.gcp_audit, cloud.cloudtrail, cloud.azure_activity, cloud.entra_signin,
        cloud.kubernetes_audit, cloud.vault_audit, cloud.snowflake, cloud.bedrock_invocation,
        work.okta, work.auth0, work.google_workspace, work.duo, work.onepassword,
        work.github_audit, work.gitlab_audit, work.litellm, work.mcp, work.gitleaks, work.canary,
        work.anthropic_audit, work.openai_audit, agents.agentcore, agents.otel_genai,
        agents.token_use, code.github_webhook, code.gitlab_requests, code.github_secret_scanning,
        code.trufflehog, code.tracebit, common.ecs, common.ocsf, common.entra_audit,
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
    """Everybody in a simulation; the first actor of a part is the one who is attacked, the last one
    a twin's."""

    def __init__(self, seed: int, actors: int) -> None:
        self.rng = Random(seed)
        self.crowd = cast(self.rng, actors)
        self.trap = trap(self.rng)

    @property
    def cloud(self) -> Actor:
        """Whose cloud key is stored in the vault."""
        return next(actor for actor in self.crowd if actor.part == "cloudtrail")

    def scene(self, *, twin: bool) -> Scene:
        """Who takes part in an attack, or in its twin."""
        by_part: dict[str, list[Actor]] = {}
        for actor in self.crowd:
            by_part.setdefault(actor.part, []).append(actor)
        chosen = {name: each[-1 if twin else 0] for name, each in by_part.items()}
        return Scene({**chosen, "trap": self.trap}, address(self.rng), self.rng)


def played(seed: int, days: int, actors: int, start: int = MONDAY) -> Iterator[Row]:
    """Every record, in order of time. The stories begin on the last day."""
    yield from performed(Estate(seed, actors), days, start)


def performed(estate: Estate, days: int, start: int = MONDAY) -> Iterator[Row]:
    """The same, of an estate that is at hand."""
    rng = estate.rng
    first = start + (days - 1) * _DAY + 8 * HOUR
    told: list[tuple[str, Line]] = []
    for number, (name, (attack, twin)) in enumerate(sorted(STORIES.items())):
        at = first + number * _STAGE // len(STORIES) + int(rng.random() * HOUR / 2)
        told += [(f"{name}-1:attack", line) for line in attack(estate.scene(twin=False), at)]
        later = twin(estate.scene(twin=True), at + HOUR // 2)
        told += [(f"{name}-1:twin", line) for line in later]
    ended = {line.ends.uid: line.deed.at for _, line in told if line.ends is not None}
    stories = [_told(incident, line) for incident, line in told]
    for day in range(days):
        begin = start + day * _DAY
        deeds = (deed for actor in estate.crowd for deed in day_of(actor, begin, rng))
        rows = [_row(_renewed(deed, ended)) for deed in deeds]
        rows += [row for row in stories if begin <= row.at < begin + _DAY]
        yield from sorted(rows, key=lambda row: row.at)


def _renewed(deed: Deed, ended: Mapping[str, int]) -> Deed:
    """With a new secret, where the actor's has ended."""
    actor = deed.actor
    if deed.at < ended.get(actor.uid, deed.at + 1):
        return deed
    return replace(deed, actor=replace(actor, uid=f"{actor.uid}-2"))


def _told(incident: str, line: Line) -> Row:
    return _row(
        line.deed,
        "" if line.before else incident,
        deciding=line.deciding and incident.endswith(":attack"),
    )


def _row(deed: Deed, incident: str = "", *, deciding: bool = False) -> Row:
    family = deed.actor.family
    return Row(deed.at, family, FORMATS[family](deed), incident, deciding)
