"""What crosses entities: facts made from events, and facts taken in by principals.

A fact is made only for something new; its receivers keep the earliest. A credential's use in a
context is told when the context is new to the principal, and again at most once an hour.
"""

from collections.abc import Callable
from zlib import crc32

from msgspec.structs import replace

from detector.config import HOUR
from detector.entities.bounds import EVERY, CredentialView
from detector.entities.credential import CredentialState, detail
from detector.entities.order import time_of
from detector.entities.principal import (
    MOST_BOUNDS,
    MOST_PATHS,
    SPARE,
    WARM_AGE,
    PrincipalState,
)
from detector.features.reach import reach_of
from detector.window.novelty import UNBORN
from detector.window.panes import QUARTER
from schemas.event import ActivityEvent, Child, Principal
from schemas.fact import Context, CredentialStatus, Fact, Step

_MOST_SENT = 256
_PLACES = frozenset({"network", "client", "credential"})
_STRANGE = frozenset({"network", "client"})
_MOST_HANDED = 64
_NEWS = frozenset({"end", "exposure"})
_ENDS: dict[str, CredentialStatus] = {
    "revoked": "revoked", "deleted": "deleted", "expired": "expired", "task_over": "task_over",
}  # fmt: skip


def credential_key(tenant: str, fingerprint: str) -> str:
    """The entity key of a credential."""
    return f"credential:{tenant}:{fingerprint}"


def facts_of(
    principal: PrincipalState, event: ActivityEvent, novel: tuple[str, ...], hops: int
) -> list[Fact]:
    """Every fact that one event gives other entities; its principal has just looked at it."""
    if event.time - principal.first < WARM_AGE:
        novel = (*novel, "principal")
    kind = event.kind
    out = _context(principal, event, novel) if kind in {"use", "issue"} else []
    if kind == "use":
        return out
    if event.kind == "issue" and event.child is not None:
        _remember(principal, event, novel)
        out += _issued(principal, event, novel, hops)
    if event.kind in {"end", "exposure", "task", "posture"} or event.task is not None:
        out += _status(principal, event)
    return out


def _context(principal: PrincipalState, event: ActivityEvent, novel: tuple[str, ...]) -> list[Fact]:
    credential, origin, outcome = event.credential, event.origin, event.outcome
    if credential is None or (outcome is not None and outcome.status == "throttled"):
        return []
    network = client = ""
    if origin is not None:
        if origin.via:
            return []
        network, client = origin.network, origin.client
    workload = event.workload.uid if event.workload is not None else ""
    secret = credential.fingerprint
    name = f"{secret}|{network}|{client}|{workload}|{event.source}"
    if not first_this_hour(principal, crc32(name.encode()), principal.since):
        return []
    return [
        Fact(
            "context",
            credential_key(event.tenant, secret),
            principal.key,
            event.time,
            (event.uid,),
            context=Context(network, client, workload, event.source, event.principal.uid),
            event=event,
            novel=novel,
            reach=None if _PLACES.isdisjoint(novel) else reach_of(principal.seen.known),
        )
    ]


def first_this_hour(principal: PrincipalState, name: int, at: int) -> bool:
    """Whether nothing of this name was sent this hour, or only something later."""
    sent, alone = principal.sent, principal.sent_first == name
    old = sent.get(name) if sent else principal.sent_at if alone else None
    if old is not None and old < at and time_of(old) // HOUR == time_of(at) // HOUR:
        return False
    if not sent and (alone or principal.sent_at is None):
        principal.sent_first, principal.sent_at = name, at
    else:
        _send(principal, name, at)
    return True


def _send(principal: PrincipalState, name: int, at: int) -> None:
    """Remember one more of several."""
    first = principal.sent_at
    sent = principal.sent or ({principal.sent_first: first} if first is not None else {})
    if len(sent) >= _MOST_SENT:
        floor = sorted(sent.values())[_MOST_SENT // 2]
        sent = {k: v for k, v in sent.items() if v > floor}
    sent[name] = at
    principal.sent, principal.sent_at = sent, None


def _remember(principal: PrincipalState, event: ActivityEvent, novel: tuple[str, ...]) -> None:
    """Keep an event of kind issue until it has settled: its path may still be on its way."""
    if event.credential is None or event.principal.type == "provider":
        return
    rows = {e.uid: (e, n) for e, n in (*principal.handed, (event, novel))}
    quarter = event.time // QUARTER
    inside = [uid for uid, (e, _) in rows.items() if e.time // QUARTER == quarter]
    for uid in sorted(inside, key=lambda uid: (crc32(uid.encode()), uid))[_MOST_HANDED:]:
        del rows[uid]
    principal.handed = tuple(rows[uid] for uid in sorted(rows))


def _issued(
    principal: PrincipalState, event: ActivityEvent, novel: tuple[str, ...], hops: int
) -> list[Fact]:
    child = event.child
    if child is None or (event.outcome is not None and event.outcome.status != "success"):
        return []
    used = event.credential.fingerprint if event.credential is not None else ""
    path = principal.paths.get(used, ())
    if path and path[-1].time > event.time:
        path = ()
    if (not novel and not path) or event.principal.type == "provider":
        return []
    step = Step(
        actor=event.principal.uid,
        child=child.principal.uid if child.principal is not None else "",
        operation=event.action.operation if event.action is not None else "",
        time=event.time,
        uid=event.uid,
        novel=bool({"operation", "target"} & set(novel)),
        strange=_strange(event, novel),
    )
    walked = (*path, step)[-hops:]
    base = Fact(
        kind="path",
        entity="",
        sender=principal.key,
        time=event.time,
        evidence=tuple(s.uid for s in walked),
        hops=len(walked),
        principal=child.principal,
        credential=child.credential,
        path=walked,
        event=event,
        novel=novel,
    )
    out = []
    if child.principal is not None and child.principal.uid != event.principal.uid:
        entity = f"principal:{event.tenant}:{child.principal.uid}"
        out.append(replace(base, entity=entity))
    if child.credential is not None:
        entity = credential_key(event.tenant, child.credential.fingerprint)
        out.append(replace(base, kind="issued", entity=entity))
    return out


def _strange(event: ActivityEvent, novel: tuple[str, ...]) -> bool:
    """Whether an automaton with a past acts from a new network with a new tool. People travel."""
    return _STRANGE.issubset(novel) and "principal" not in novel and event.principal.type != "human"


def news_of(principal: PrincipalState, event: ActivityEvent) -> list[Fact]:
    """That a credential ended or its secret was seen, whenever that was."""
    return _status(principal, event) if event.kind in _NEWS else []


def _status(principal: PrincipalState, event: ActivityEvent) -> list[Fact]:
    subject = event.child.credential if event.child is not None else None
    if event.child is None or event.kind not in _NEWS:
        # Of an end or an exposure that names something else, the credential that acted is no part.
        subject = subject or event.credential
    if event.kind == "exposure" and event.child is not None and event.child.credential is None:
        return _exposed(principal, event, event.child)
    if subject is None:
        return []
    status: CredentialStatus | None = None
    if event.kind == "end":
        status = _ENDS.get(event.note, "revoked")
    elif event.kind == "exposure":
        status = "exposed"
    elif event.kind == "task" and event.task is not None and event.task.ended:
        status = "task_over"
    elif event.kind == "use":
        return []
    return [
        Fact(
            kind="status",
            entity=credential_key(event.tenant, subject.fingerprint),
            sender=principal.key,
            time=event.time,
            evidence=(event.uid,),
            principal=event.principal,
            credential=subject,
            context=Context(source=event.source),
            status=status,
            task=event.task if event.task is not None and not event.task.ended else None,
        )
    ]


def _exposed(principal: PrincipalState, event: ActivityEvent, child: Child) -> list[Fact]:
    """A provider names whose secret was seen, not which: every credential of theirs is suspect."""
    if child.principal is None:
        return []
    return [
        Fact(
            kind="status",
            entity=f"principal:{event.tenant}:{child.principal.uid}",
            sender=principal.key,
            time=event.time,
            evidence=(event.uid,),
            principal=child.principal,
            event=event,
            status="exposed",
            target=EVERY,
        )
    ]


def answers(credential: CredentialState, users: tuple[str, ...]) -> list[Fact]:
    """What a credential tells principals that use it: every status, its task and its bounds."""
    if not credential.status and credential.task is None and not credential.bound_to:
        return []
    out = []
    rows = sorted(credential.status.items(), key=lambda row: row[1])
    for user in users:
        for status, (time, proof) in rows:
            out.append(_answer(credential, user, time, proof, status))
        if credential.task is not None or credential.bound_to:
            out.append(_answer(credential, user, credential.task_at, "", None))
    return out


def _answer(
    credential: CredentialState, user: str, time: int, proof: str, status: CredentialStatus | None
) -> Fact:
    return Fact(
        kind="status",
        entity=user,
        sender=credential.key,
        time=time,
        evidence=(proof,) if proof else (),
        status=status,
        credential=credential.subject,
        task=credential.task if status is None else None,
        target=credential.key.split(":", 2)[2],
        operation=credential.bound_to,
        protected=credential.protected,
    )


def walked(credential: CredentialState, users: tuple[str, ...]) -> list[Fact]:
    """The path that led to a credential, for users who are not the principal it was issued to: a
    log may know a session's holder by another name than the one that handed it out."""
    issued = credential.issued
    if issued is None or not issued.path:
        return []
    expected = f"principal:{credential.tenant}:{issued.path[-1].child}"
    path = replace(issued, kind="path", sender=credential.key)
    return [replace(path, entity=user) for user in users if user != expected]


def told(principal: PrincipalState, fact: Fact, hops: int) -> list[Fact]:
    """A principal takes a fact in; earliest times win. Facts that go on from here."""
    if fact.kind == "path" and fact.credential is not None:
        return _walked(principal, fact, fact.credential.fingerprint, hops)
    if fact.kind == "status":
        principal.credentials = principal.credentials or {}
        view = principal.credentials.setdefault(fact.target, CredentialView())
        proof = fact.evidence[0] if fact.evidence else ""
        if fact.status == "exposed":
            view.exposed = min(fact.time, view.exposed or fact.time)
        elif fact.status is not None and fact.status != "live":
            view.end(fact.time, fact.status, proof)
        if fact.task is not None:
            view.begin(fact.time, fact.task)
        view.credential = max(fact.credential, view.credential, key=detail)
        view.bound_to = max(fact.operation, view.bound_to)
        view.protected = view.protected or fact.protected
        if fact.expires is not None:
            view.expires = max(fact.expires, view.expires or 0)
        if len(principal.credentials) > SPARE * MOST_BOUNDS:
            del principal.credentials[min(principal.credentials, key=_oldest(principal))]
    return []


def _oldest(principal: PrincipalState) -> Callable[[str], tuple[bool, int, str]]:
    """What there is too much of: what was told of one credential, the oldest first."""
    views = principal.credentials
    return lambda secret: (secret == EVERY, views[secret].latest, secret)


def _walked(principal: PrincipalState, fact: Fact, secret: str, hops: int) -> list[Fact]:
    """A path leads here. What has been issued at its end already goes further on it."""
    old = principal.paths.get(secret)
    if old is not None and worth(fact.path) >= worth(old):
        return []
    principal.paths = principal.paths or {}
    principal.paths[secret] = fact.path
    if len(principal.paths) > SPARE * MOST_PATHS:
        del principal.paths[min(principal.paths, key=lambda k: (principal.paths[k][-1].time, k))]
    out = []
    for event, novel in principal.handed:
        if event.credential is not None and event.credential.fingerprint == secret:
            out += _issued(principal, event, novel, hops)
    return out


def worth(path: tuple[Step, ...]) -> tuple[int, int, tuple[str, ...]]:
    """Of two paths to one credential the smaller counts: walked earlier, then the longer."""
    return path[-1].time, -len(path), tuple(step.uid for step in path)


def expect(fact: Fact, who: Principal) -> PrincipalState:
    """The state of a principal that a path leads to before its first own event."""
    tenant = fact.entity.split(":", 2)[1]
    return PrincipalState(fact.entity, tenant, who, UNBORN, first=UNBORN, last=fact.time)
