"""What a credential's detections may look at: one use, with the uses before it."""

from collections.abc import Sequence

from detector.config import HOUR, EngineConfig
from detector.entities.credential import CredentialState, OpenUse
from detector.entities.group import Peers
from detector.features.evidence import moment, spared
from detector.findings import MAX_MOMENTS, Evidence

LIVE = HOUR


class CredentialUseView:
    """One use of a credential in one context, seen with every earlier one."""

    def __init__(
        self,
        state: CredentialState,
        use: OpenUse,
        before: Sequence[OpenUse],
        config: EngineConfig,
        peers: Peers,
    ) -> None:
        """`before` are the uses whose earliest event came before this one's, in order."""
        self._peers = peers
        self.state = state
        self.use = use
        self.before = before
        self.config = config
        self.time = use.event.time

    def sharing(self, network: str) -> int:
        """How many of the tenant's identities are known to use a network."""
        version, group = self.time // self.config.epoch, f"group:{self.state.tenant}"
        return self._peers.usage(group, "n:" + network, version)[0]

    def live(self) -> list[OpenUse]:
        """The earlier uses that were still live within the hour before this one."""
        return [use for use in self.before if use.within(self.time - LIVE, self.time)]

    def reads(self) -> list[OpenUse]:
        """Who read the secret where it is kept, before this use and not too long before, in order."""
        since = self.time - self.config.secret_used_within
        reads = (read.opened() for read in self.state.reads if read.time >= since)
        return sorted((r for r in reads if r.at < self.use.at), key=lambda r: r.at)

    def gather(
        self, detection: str, uses: Sequence[OpenUse], score: float, reasons: Sequence[str]
    ) -> Evidence:
        """The evidence that these uses, and this one, are."""
        event = self.use.event
        all_uses = sorted([*uses, self.use], key=lambda use: use.at)
        moments = tuple(sorted({moment(use.event, use.novel) for use in all_uses}))
        return Evidence(
            detection=detection,
            entity=self.state.key,
            decisive=moment(event, self.use.novel),
            moments=moments[:MAX_MOMENTS],
            score=round(score, 4),
            reasons=tuple(reasons),
            count=len(moments),
            denied_only=all(m.status != "success" for m in moments),
            path=self.state.issued.path if self.state.issued is not None else (),
            links=tuple(sorted({m.credential for m in moments if m.credential})),
            principal=event.principal,
            credential=event.credential,
            origin=event.origin,
            spared=spared(event),
        )
