"""The story of a finding: what an analyst asks in the first thirty seconds, as typed answers.

OCSF has no attributes for most of it, so it travels as the alert's `unmapped`. Every line of prose
is plain words with numbers; every list is bounded by its producer and in a fixed order. Times are
epoch ms of event time.

Examples:
    >>> story = Story(
    ...     schema=1, entity="principal:acme:ada", detection="grave_and_new", revision=1,
    ...     outcome="succeeded", decisive=Moment(time=5, uid="e1"),
    ...     origin=Place(reason="new", why="This network was never seen for the identity."),
    ... )
    >>> story.origin.reason
    'new'
"""

from typing import Literal

from msgspec import Struct

from schemas.command import Descendant, RevokeCommand
from schemas.event import Lifetime, PrincipalType, Profile
from schemas.fact import Step

OriginReason = Literal["", "new", "known", "provider", "console"]
HeldStatus = Literal["", "live", "expired", "revoked", "deleted", "task_over", "exposed"]


class Person(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Who acted. `owner` is the accountable human or team; `known_by` is the raw identifier that an
    analyst would search for."""

    uid: str = ""
    name: str = ""
    type: PrincipalType = "unknown"
    profile: Profile = ""
    owner: str = ""
    account: str = ""
    known_by: str = ""
    role: str = ""
    session: str = ""
    mfa: bool | None = None


class Held(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The credential that was used. `uid` with `uid_kind` is what its owner knows it by.

    `status` is `live` when it was accepted at its last listed use, `expired` when its time had run
    out by then; `revoked`, `deleted` and `task_over` when that end was on record, `exposed` when it
    was seen where it should not be; empty when the log does not show it.
    """

    fingerprint: str
    uid: str = ""
    uid_kind: str = ""
    type: str = ""
    lifetime: Lifetime = ""
    status: HeldStatus = ""
    issued: int | None = None
    expires: int | None = None
    bound_to: str = ""
    parent: str = ""


class Moment(Struct, frozen=True, omit_defaults=True):
    """One source event of the timeline. `source` is the log that it stands in; `novel` names what
    was new about it: any of `operation service target network client credential`."""

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


class Line(Struct, frozen=True):
    """One line of "normal against now": what is compared, how it usually is, how it is now."""

    what: str
    usual: str
    now: str


class Place(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Where it came from. `reason` says what that means: new to this identity, known, a provider
    service acting on its behalf, or a web console; `why` says the same in a sentence."""

    address: str = ""
    network: str = ""
    client: str = ""
    region: str = ""
    country: str = ""
    asn: int | None = None
    via: str = ""
    reason: OriginReason = ""
    why: str = ""


class Story(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Everything that the alert says beyond OCSF.

    `decisive` is the earliest event at which the condition held; `timeline` lists the earliest
    contributing events, of `events` in all. `did` are changes it made, `reach` what the credential
    can do, reads apart from changes. `descendants` live on when the credential is revoked, each
    with the step that ends it; `breaks` is what revoking it breaks. `benign` is the best harmless
    explanation and `check` the one check that settles it; `query` is ready to paste. `path` is the
    way through identities. A finding that is `withdrawn` came to nothing: what arrived later explains
    it. `command` is the order to revoke, or `withheld` says why there is none.
    """

    schema: int
    entity: str
    detection: str
    revision: int
    superseded_by: str = ""
    withdrawn: bool = False
    provisional: bool = False
    outcome: Literal["succeeded", "denied"]
    actor: Person | None = None
    credential: Held | None = None
    decisive: Moment
    origin: Place
    events: int = 0
    reasons: tuple[str, ...] = ()
    normal: tuple[Line, ...] = ()
    did: tuple[str, ...] = ()
    reach: tuple[str, ...] = ()
    descendants: tuple[Descendant, ...] = ()
    breaks: tuple[str, ...] = ()
    benign: str = ""
    check: str = ""
    query: str = ""
    path: tuple[Step, ...] = ()
    timeline: tuple[Moment, ...] = ()
    owasp: tuple[str, ...] = ()
    command: RevokeCommand | None = None
    withheld: str = ""
