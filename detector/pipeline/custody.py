"""Custody: who has taken a credential from where it is kept, and until when another system says it is good.

Both are known to one log and matter in others. A reader of the place where a secret is kept tells the
credential, once an hour; whoever issues one that expires tells it when. The credential passes the
expiry on to those that use it in other systems, whose logs do not say.

Examples:
    >>> from schemas.event import Child, Credential, Principal
    >>> event = ActivityEvent(
    ...     uid="e", source="vault", tenant="t", time=5, principal=Principal("app"),
    ...     child=Child(Credential("9f")),
    ... )
    >>> [(fact.kind, fact.entity) for fact in noted(PrincipalState.born(event), event, ())]
    [('secret_read', 'credential:t:9f')]
"""

from zlib import crc32

from detector.entities.credential import CredentialState, context_of, detail
from detector.entities.order import order
from detector.entities.principal import WARM_AGE, PrincipalState
from detector.pipeline.share import credential_key, first_this_hour
from schemas.event import ActivityEvent, Credential
from schemas.fact import Context, Fact


def noted(principal: PrincipalState, event: ActivityEvent, novel: tuple[str, ...]) -> list[Fact]:
    """What an event tells the credential that it reads or issues."""
    made = event.child.credential if event.child is not None else None
    if made is None or (event.outcome is not None and event.outcome.status != "success"):
        return []
    if event.kind == "use":
        return _read(principal, event, made, novel)
    return _lapse(principal, event, made) if event.kind == "issue" else []


def _read(
    principal: PrincipalState, event: ActivityEvent, made: Credential, novel: tuple[str, ...]
) -> list[Fact]:
    here = context_of(event)
    name = f"read|{made.fingerprint}|{here.network}|{here.client}|{here.workload}|{here.source}"
    if not first_this_hour(principal, crc32(name.encode()), order(event)):
        return []
    if event.time - principal.first < WARM_AGE:
        novel = (*novel, "principal")
    return [
        Fact(
            kind="secret_read",
            entity=credential_key(event.tenant, made.fingerprint),
            sender=principal.key,
            time=event.time,
            evidence=(event.uid,),
            credential=made,
            event=event,
            novel=novel,
        )
    ]


def _lapse(principal: PrincipalState, event: ActivityEvent, made: Credential) -> list[Fact]:
    """Providers issue by the thousand, and end what has expired themselves."""
    if made.expires is None or event.principal.type == "provider":
        return []
    return [
        Fact(
            kind="status",
            entity=credential_key(event.tenant, made.fingerprint),
            sender=principal.key,
            time=event.time,
            evidence=(event.uid,),
            credential=made,
            context=Context(source=event.source),
        )
    ]


def learned(holder: CredentialState, fact: Fact) -> list[Fact]:
    """A credential learns when it expires; what its users are told. What a use says of that may have
    been renewed since, so only what issues or describes a credential counts."""
    if fact.credential is None or fact.context is None:
        return []
    if holder.expire(fact.context.source, fact.credential.expires):
        return _lapses(holder, holder.users)
    return []


def used(holder: CredentialState, fact: Fact) -> list[Fact]:
    """What who uses a credential in a new context is told of its expiry. Most uses are in the one
    system that knows of it, where there is nothing to tell, so that is looked at first."""
    here = fact.context.source if fact.context is not None else ""
    if all(source == here for source in holder.expiries):
        return []
    return _lapses(holder, (fact.sender,))


def _lapses(holder: CredentialState, users: tuple[str, ...]) -> list[Fact]:
    """What principals are told that use a credential in another system than the one that says when
    it expires, and whose own log does not say."""
    found: dict[str, tuple[int, Credential]] = {}
    for use in (use.opened() for use in holder.uses):
        user, own = use.event.key, use.event.credential
        others = [t for source, t in holder.expiries.items() if source != use.event.source]
        if user in users and others and own is not None and own.expires is None:
            found[user] = max((max(others), own), found.get(user, (0, own)), key=lambda row: row[0])
    secret = holder.key.split(":", 2)[2]
    return [
        Fact(
            kind="status",
            entity=user,
            sender=holder.key,
            time=expires,
            credential=max(holder.subject, own, key=detail),
            target=secret,
            protected=holder.protected,
            expires=expires,
        )
        for user, (expires, own) in sorted(found.items(), key=lambda row: row[0])
    ]
