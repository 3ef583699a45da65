"""A finding's story: the typed answers that OCSF has no attributes for.

Examples:
    >>> from schemas.event import Origin
    >>> seen = Evidence(
    ...     detection="d", entity="e", decisive=Moment(5, "e1", network="192.0.2.0/24"),
    ...     moments=(), score=1.0, origin=Origin(network="192.0.2.0/24"),
    ... )
    >>> place_of(seen).reason
    'known'
"""

from typing import TypeVar, get_args

from msgspec import convert, structs

from detector.detections.meta import Detection
from detector.findings import Evidence, Finding, Moment
from detector.sinks.ocsf.query import query_for
from schemas import story
from schemas.event import Credential, Origin

STORY_SCHEMA = 1
_ON_RECORD = frozenset(get_args(story.HeldStatus)) - {""}

T = TypeVar("T")


def story_of(finding: Finding, detection: Detection) -> story.Story:
    """Everything an analyst asks first, from the finding and its detection's metadata."""
    seen = finding.evidence
    return story.Story(
        schema=STORY_SCHEMA,
        entity=finding.entity,
        detection=finding.detection,
        revision=finding.revision,
        superseded_by=finding.superseded_by,
        withdrawn=finding.withdrawn,
        provisional=seen.provisional,
        outcome="denied" if seen.denied_only else "succeeded",
        actor=_same(seen.principal, story.Person),
        credential=_held(seen, finding.time),
        decisive=_moment(seen.decisive),
        origin=place_of(seen),
        events=max(seen.count, len(seen.moments)),
        reasons=seen.reasons,
        normal=tuple(story.Line(line.what, line.usual, line.now) for line in seen.normal),
        did=finding.did,
        reach=finding.reach,
        descendants=finding.descendants,
        breaks=finding.command.breaks if finding.command else (),
        benign=finding.benign or detection.benign,
        check=finding.check or detection.check,
        query=query_for(seen, finding.first, finding.last),
        path=seen.path,
        timeline=tuple(_moment(each) for each in seen.moments),
        owasp=detection.owasp,
        command=finding.command,
        withheld=finding.withheld,
    )


def place_of(seen: Evidence) -> story.Place:
    """Where it came from and what that means. A network is new when a listed event from it was
    marked so; otherwise the identity had used it before."""
    moment = seen.decisive
    origin = seen.origin or Origin(moment.address, moment.network, moment.client)
    fresh = _fresh(seen, origin)
    reason = _reason(origin, fresh)
    return story.Place(
        address=origin.address,
        network=origin.network,
        client=origin.client,
        region=origin.region,
        country=origin.country,
        asn=origin.asn,
        via=origin.via,
        reason=reason,
        why=_why(reason, origin, fresh),
    )


def _fresh(seen: Evidence, origin: Origin) -> frozenset[str]:
    """What was new about the events that came from this network."""
    there = [m for m in (seen.decisive, *seen.moments) if m.network == origin.network]
    return frozenset(what for moment in there for what in moment.novel)


def _reason(origin: Origin, fresh: frozenset[str]) -> story.OriginReason:
    if origin.via:
        return "provider"
    if not (origin.network or origin.address):
        return ""
    if "network" in fresh:
        return "new"
    return "console" if origin.console else "known"


def _why(reason: story.OriginReason, origin: Origin, fresh: frozenset[str]) -> str:
    where = origin.network or origin.address
    tool = f" The client {origin.client} is new to it as well." if "client" in fresh else ""
    match reason:
        case "provider":
            return f"The provider's service {origin.via} called on its behalf."
        case "new":
            return f"This identity was never seen from {where} before.{tool}"
        case "console":
            return f"A web console, from {where}, which this identity has used before."
        case "known":
            alone = tool.replace(" as well", "") if origin.client else ""
            return f"This identity has used {where} before.{alone}"
        case _:
            return "The log does not say where it came from."


def _held(seen: Evidence, now: int) -> story.Held | None:
    held = _same(seen.credential, story.Held)
    if held is None or seen.credential is None:
        return None
    return structs.replace(held, status=_status(seen, seen.credential, now))


def _status(seen: Evidence, credential: Credential, now: int) -> story.HeldStatus:
    """What is on record; else what its use shows: accepted means live, and past its expiry it
    cannot be."""
    if seen.credential_status in _ON_RECORD:
        on_record: story.HeldStatus = convert(seen.credential_status, story.HeldStatus)
        return on_record
    if credential.expires is not None and credential.expires <= now:
        return "expired"
    accepted = any(moment.status == "success" for moment in (seen.decisive, *seen.moments))
    return "live" if accepted else ""


def _moment(moment: Moment) -> story.Moment:
    return convert(moment, story.Moment, from_attributes=True)


def _same(value: object, into: type[T]) -> T | None:
    """The fields of `value` that `into` has as well."""
    return None if value is None else convert(value, into, from_attributes=True)
