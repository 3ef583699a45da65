"""The engine's state: entities by key, and what all of them share."""

from msgspec import Struct

from detector.config import EngineConfig
from detector.detections import DETECTIONS
from detector.entities.credential import CredentialState
from detector.entities.group import GroupState, Peers
from detector.entities.origin import OriginState
from detector.entities.principal import PrincipalState
from detector.findings import Finding
from detector.pipeline.decide import threshold
from detector.pipeline.quiet import Quiet
from detector.respond.plan import Plan
from detector.window.panes import QUARTER
from detector.window.signature import Signatures
from schemas.fact import Fact


class Outcome(Struct, frozen=True):
    """What one record caused. `findings` are revisions to publish, `plans` the revocations they
    ask for (before admission), `facts` records for other entities. `gone` are keys of entities that
    were forgotten."""

    findings: tuple[Finding, ...] = ()
    plans: tuple[Plan, ...] = ()
    facts: tuple[Fact, ...] = ()
    gone: tuple[str, ...] = ()


NOTHING = Outcome()
Entity = PrincipalState | CredentialState | OriginState


class State:
    """All entities of one partition. `bound` is the time before which everything is settled."""

    def __init__(self, config: EngineConfig | None = None) -> None:
        """Start empty."""
        self.config = config or EngineConfig()
        self.horizon = (
            max([*self.config.lateness.values(), self.config.default_lateness])
            + self.config.fact_allowance
            + QUARTER
        )
        self.principals: dict[str, PrincipalState] = {}
        self.credentials: dict[str, CredentialState] = {}
        self.origins: dict[str, OriginState] = {}
        self.groups: dict[str, GroupState] = {}
        self.peers = Peers()
        self.floors = _floors(self.config)
        self.signatures = Signatures()
        self.quiet = Quiet()
        self.bound = 0
        self.watermark = 0
        self.late = 0
        self.swept = 0
        self.due: list[str] = []

    def under(self, config: EngineConfig) -> None:
        """Go on under other settings, of which none that bounds time has changed; with nothing
        settling. What is settled stays as it was judged."""
        self.config, self.floors = config, _floors(config)
        self.quiet.clear()


def _floors(config: EngineConfig) -> dict[str, float]:
    return {id_: threshold(config, unit.META) for id_, unit in DETECTIONS.items()}
