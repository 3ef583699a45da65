"""The alert: an OCSF 1.8.0 Detection Finding (class 2004), with the finding's story in `unmapped`.

One message is one revision of one finding: created, updated or closed. `finding_info.uid` is the
finding's stable id, `finding_info.analytic.uid` the detection's, and `finding_info.related_events`
hold the source records' own event ids. Captions (`severity`, `status`) stand beside their numbers.

Examples:
    >>> import msgspec
    >>> from schemas.ocsf import Metadata, Product
    >>> from schemas.story import Moment, Place, Story
    >>> alert = Alert(
    ...     activity_id=1, category_uid=2, type_uid=200401, severity_id=4, time=1_700_000_000_000,
    ...     metadata=Metadata(product=Product(name="detector"), version="1.8.0"), is_alert=True,
    ...     finding_info=FindingInfo(uid="f1"),
    ...     unmapped=Story(
    ...         schema=1, entity="principal:acme:ada", detection="grave_and_new", revision=1,
    ...         outcome="succeeded", decisive=Moment(time=5, uid="e1"), origin=Place(),
    ...     ),
    ... )
    >>> msgspec.json.decode(msgspec.json.encode(alert))["class_uid"]
    2004
"""

from typing import Literal

from msgspec import Struct

from schemas.ocsf import (
    Actor,
    Api,
    Attack,
    Endpoint,
    Metadata,
    Observable,
    Remediation,
    Resource,
    SeverityId,
)
from schemas.story import Story

CLASS_UID = 2004

ActivityId = Literal[1, 2, 3]
TypeUid = Literal[200401, 200402, 200403]
StatusId = Literal[1, 2, 4, 5]
ConfidenceId = Literal[1, 2, 3]
RiskLevelId = Literal[0, 1, 2, 3, 4]
AnalyticTypeId = Literal[1, 2, 3, 4]
AnalyticStateId = Literal[1, 3]


class Analytic(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The detection: `type_id` 1 rule, 2 behavioural, 3 statistical, 4 learning; `state_id` 1
    active, 3 experimental."""

    uid: str
    type_id: AnalyticTypeId
    type: str = ""
    name: str = ""
    state_id: AnalyticStateId | None = None
    state: str = ""


class RelatedEvent(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A source record, by its own event id. `type_uid` is its OCSF type where that is known;
    `first_seen_time` its event time in epoch ms."""

    uid: str
    type_uid: int | None = None
    first_seen_time: int | None = None


class FindingInfo(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What was found. Times are epoch ms of the earliest and latest contributing event."""

    uid: str
    title: str = ""
    desc: str = ""
    analytic: Analytic | None = None
    attacks: tuple[Attack, ...] = ()
    first_seen_time: int | None = None
    last_seen_time: int | None = None
    related_events: tuple[RelatedEvent, ...] = ()
    related_events_count: int | None = None
    types: tuple[str, ...] = ()
    data_sources: tuple[str, ...] = ()


class Artifact(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One piece of evidence: a source event as an actor, an API call and where it came from.

    `uid` is the event's own id."""

    api: Api
    uid: str = ""
    name: str = ""
    actor: Actor | None = None
    src_endpoint: Endpoint | None = None


class Target(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Whose behaviour was analysed."""

    name: str
    type: str = ""


class Observation(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A value as it was observed, in words or digits."""

    value: str


class Observed(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A measured parameter with what was observed of it: an anomaly, or its baseline."""

    observation_parameter: str
    observations: tuple[Observation, ...]


class AnomalyAnalysis(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is unusual (`anomalies`) against what is usual (`baselines`)."""

    analysis_targets: tuple[Target, ...]
    anomalies: tuple[Observed, ...]
    baselines: tuple[Observed, ...] = ()


class Alert(
    Struct, frozen=True, omit_defaults=True, kw_only=True, tag_field="class_uid", tag=CLASS_UID
):
    """One revision of one finding, as OCSF readers expect it.

    `time` is the event time in epoch ms of the record that triggered this message. `activity_id`:
    1 create, 2 update, 3 close. `status_id`: 1 new, 2 in progress, 4 resolved, 5 archived.

    Raises:
        msgspec.ValidationError: on decoding, when a field has the wrong type or a required one is
            missing. Unknown fields are tolerated, as a newer producer may send them.
    """

    activity_id: ActivityId
    activity_name: str = ""
    category_uid: Literal[2]
    type_uid: TypeUid
    severity_id: SeverityId
    severity: str = ""
    time: int
    metadata: Metadata
    message: str = ""
    is_alert: bool
    status_id: StatusId | None = None
    status: str = ""
    confidence_id: ConfidenceId | None = None
    confidence: str = ""
    confidence_score: int | None = None
    risk_level_id: RiskLevelId | None = None
    risk_level: str = ""
    risk_score: int | None = None
    risk_details: str = ""
    start_time: int | None = None
    end_time: int | None = None
    count: int | None = None
    finding_info: FindingInfo
    evidences: tuple[Artifact, ...] = ()
    resources: tuple[Resource, ...] = ()
    anomaly_analyses: tuple[AnomalyAnalysis, ...] = ()
    observables: tuple[Observable, ...] = ()
    remediation: Remediation | None = None
    unmapped: Story
