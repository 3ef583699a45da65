"""The OCSF objects inside an alert: evidence, resources, observables and anomalies.

Examples:
    >>> address("192.0.2.7").ip, address("vpce-0a").ip
    ('192.0.2.7', '')
"""

from collections.abc import Iterable
from ipaddress import ip_address

from detector.findings import Evidence, Moment, Normal
from detector.sinks.ocsf.plain import measured
from schemas.alert import AnomalyAnalysis, Artifact, Observation, Observed, RelatedEvent, Target
from schemas.event import Credential, Principal, PrincipalType
from schemas.ocsf import (
    Account,
    Actor,
    Api,
    Endpoint,
    Observable,
    Resource,
    Response,
    Service,
    Session,
    User,
    UserTypeId,
)

_USER_TYPE: dict[PrincipalType, UserTypeId] = {
    "human": 1,
    "provider": 3,
    "service": 4,
    "workload": 4,
    "agent": 99,
    "unknown": 0,
}
_API_ACTIVITY = 600_300
_ACTIVITY = {"credential_issue": 1, "read": 2, "list": 2, "secret_read": 2, "delete": 4}
"""OCSF API Activity for what is certain; `write` and `admin` may create or update."""

IP, RESOURCE, CREDENTIAL, FINGERPRINT, USER, ACCOUNT = 2, 10, 19, 30, 31, 35


def user(who: Principal) -> User:
    """A principal as OCSF knows it; an agent has no number there yet."""
    return User(
        uid=who.uid,
        name=who.name,
        type=who.type,
        type_id=_USER_TYPE[who.type],
        account=Account(uid=who.account) if who.account else None,
    )


def address(text: str) -> Endpoint:
    """A call's origin. Only what OCSF takes for an IP address is called one."""
    try:
        valid = "%" not in text and bool(ip_address(text))
    except ValueError:
        valid = False
    return Endpoint(name=text, ip=str(ip_address(text)) if valid else "")


def artifact(moment: Moment, seen: Evidence) -> Artifact:
    """One source event as evidence."""
    error = "" if moment.status == "success" else moment.status
    return Artifact(
        uid=moment.uid,
        name=":".join(filter(None, (moment.service, moment.operation))),
        actor=_actor(moment, seen),
        api=Api(
            operation=moment.operation,
            service=Service(name=moment.service) if moment.service else None,
            response=Response(error=error) if error else None,
        ),
        src_endpoint=address(moment.address) if moment.address else None,
    )


def _actor(moment: Moment, seen: Evidence) -> Actor | None:
    known = seen.principal
    if known is None or moment.principal not in {"", known.uid}:
        if not moment.principal:
            return None
        return Actor(user=User(uid=moment.principal), session=_session(moment, None, None))
    return Actor(user=user(known), session=_session(moment, known, seen.credential))


def _session(
    moment: Moment, known: Principal | None, credential: Credential | None
) -> Session | None:
    same = credential if credential and moment.credential in {"", credential.uid} else None
    held = moment.credential or (same.uid if same else "")
    name = known.session if known else ""
    if not (held or name):
        return None
    return Session(
        uid=name,
        credential_uid=held,
        created_time=same.issued if same else None,
        expiration_time=same.expires if same else None,
        is_mfa=known.mfa if known else None,
    )


def related(moment: Moment) -> RelatedEvent:
    """The source record of a moment, by its own id."""
    activity = _ACTIVITY.get(moment.access)
    return RelatedEvent(
        uid=moment.uid,
        type_uid=_API_ACTIVITY + activity if activity else None,
        first_seen_time=moment.time,
    )


def resources(moments: Iterable[Moment]) -> tuple[Resource, ...]:
    """What was acted upon, in the order of the timeline."""
    first = {moment.target: moment for moment in reversed(list(moments)) if moment.target}
    ordered = sorted(first.values(), key=lambda moment: (moment.time, moment.uid, moment.target))
    return tuple(Resource(uid=moment.target, type=moment.service) for moment in ordered)


def anomalies(normal: Iterable[Normal], entity: str) -> tuple[AnomalyAnalysis, ...]:
    """What was measured, one analysis a line; lines without a number are prose, not measures."""
    kind = entity.partition(":")[0]
    return tuple(
        AnomalyAnalysis(
            analysis_targets=(Target(name=entity, type=kind),),
            anomalies=(_observed(line.what, line.now),),
            baselines=(_observed(line.what, line.usual),) if measured(line.usual) else (),
        )
        for line in normal
        if any(char.isdigit() for char in line.now)
    )


def _observed(what: str, value: str) -> Observed:
    return Observed(observation_parameter=what, observations=(Observation(value=value),))


def observables(seen: Evidence, artifacts: Iterable[Artifact]) -> tuple[Observable, ...]:
    """The values to search for: whose, with what, from where, on what; each once."""
    found = [*_held(seen.credential), *_whose(seen.principal)]
    for each in artifacts:
        if each.src_endpoint is not None and each.src_endpoint.ip:
            found.append(("evidences.src_endpoint.ip", IP, each.src_endpoint.ip))
        if each.actor is not None and each.actor.session is not None:
            held = each.actor.session.credential_uid
            found.append(("evidences.actor.session.credential_uid", CREDENTIAL, held))
    targets = resources((seen.decisive, *seen.moments))
    found += [("resources.uid", RESOURCE, each.uid) for each in targets]
    first = {(kind, value): name for name, kind, value in reversed(found) if value}
    unique = [row for row in dict.fromkeys(found) if first.get(row[1:]) == row[0]]
    return tuple(Observable(name=name, type_id=kind, value=value) for name, kind, value in unique)


def _held(credential: Credential | None) -> list[tuple[str, int, str]]:
    if credential is None:
        return []
    return [
        ("unmapped.credential.uid", CREDENTIAL, credential.uid),
        ("unmapped.credential.fingerprint", FINGERPRINT, credential.fingerprint),
    ]


def _whose(who: Principal | None) -> list[tuple[str, int, str]]:
    if who is None:
        return []
    return [
        ("evidences.actor.user.uid", USER, who.uid),
        ("evidences.actor.user.account.uid", ACCOUNT, who.account),
    ]
