"""Evidence and findings: what the engine hands to the decision, the alert and the revoke plan.

*Evidence* is what one detection saw in one window of one entity. A *finding* is one episode of such
evidence after the decision: it has a stable id, a revision, a severity, and it opens, changes and
closes. Both are values: no clock, no I/O.

Examples:
    >>> m = Moment(time=5, uid="e1", service="iam", operation="CreateUser")
    >>> Evidence(detection="grave_and_new", entity="principal:t:ada", decisive=m, moments=(m,),
    ...          score=0.8).start
    5
"""

from typing import Literal

from msgspec import Struct

from schemas.command import Descendant, RevokeCommand
from schemas.event import Credential, Origin, Principal
from schemas.fact import Step

MAX_MOMENTS = 48

Spared = Literal["", "protected", "canary"]


class Moment(
    Struct, frozen=True, omit_defaults=True, gc=False, order=True, cache_hash=True
):  # the timelines of an episode are merged as sets, again with each evidence
    """One contributing event on the evidence's timeline, ordered by (time, uid).

    `source` is the log that it stands in; `novel` names what was new about it: any of `operation
    service target network client credential`.
    """

    time: int
    uid: str
    service: str = ""
    operation: str = ""
    access: str = ""
    effect: str = ""
    status: str = "success"
    target: str = ""
    foreign: str = ""
    address: str = ""
    network: str = ""
    client: str = ""
    credential: str = ""
    principal: str = ""
    source: str = ""
    novel: tuple[str, ...] = ()


class Normal(Struct, frozen=True, gc=False, order=True):
    """One line of "normal against now", in plain words with numbers: (what, usual, now)."""

    what: str
    usual: str
    now: str


class Evidence(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one detection saw. `score` is a risk in 0..1 before reach and fusion; `moments` are the
    `MAX_MOMENTS` smallest by (time, uid); `decisive` is the earliest event at which the condition
    held. `provisional` marks a refutable condition whose window has not settled.

    `count` is how many events contributed, which may exceed the moments listed; `links` are ids
    (event ids, credentials) on which other findings may rest too: they join a campaign.
    `credential_status` is filled in when a revision is published: `live`, or how it ended. What is
    `spared` no command may touch, whatever the settings say.
    """

    detection: str
    entity: str
    decisive: Moment
    moments: tuple[Moment, ...]
    score: float
    reasons: tuple[str, ...] = ()
    normal: tuple[Normal, ...] = ()
    count: int = 0
    denied_only: bool = False
    provisional: bool = False
    path: tuple[Step, ...] = ()
    links: tuple[str, ...] = ()
    principal: Principal | None = None
    credential: Credential | None = None
    credential_status: str = ""
    spared: Spared = ""
    origin: Origin | None = None

    @property
    def start(self) -> int:
        """Event time in epoch ms of the earliest contributing event."""
        return self.moments[0].time if self.moments else self.decisive.time


class Finding(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One revision of one episode on one entity.

    `uid` is stable: a hash of detection, entity and the event-time bucket of the earliest event.
    `time` is the event time of the record that made this revision; `severity` the OCSF
    severity_id 1-5; `risk` 0-100 after fusion and reach; `confidence` 0-100.
    `reach` says in plain words what the credential can touch, as seen in use, reads apart from
    changes. `withheld` says why no command goes out. `withdrawn` marks
    the last revision of a finding that came to nothing: a late event, such as an approval,
    explained it.
    """

    uid: str
    state: Literal["open", "update", "close"]
    revision: int
    detection: str
    title: str
    tenant: str
    entity: str
    time: int
    first: int
    last: int
    severity: int
    risk: int
    confidence: int
    evidence: Evidence
    correlation: str = ""
    superseded_by: str = ""
    withdrawn: bool = False
    did: tuple[str, ...] = ()
    reach: tuple[str, ...] = ()
    descendants: tuple[Descendant, ...] = ()
    stable: bool = False
    command: RevokeCommand | None = None
    withheld: str = ""
    benign: str = ""
    check: str = ""
