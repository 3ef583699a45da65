"""Descent: what issued what, told to those whose revocation would leave it alive.

A principal remembers what it issued, and tells the credential that it used. A child that is worth
a path, or that lives until somebody ends it, knows its parents and tells them of its end.

Examples:
    >>> from schemas.event import Action, Child, Credential, Principal
    >>> event = ActivityEvent(
    ...     uid="e", source="s", tenant="t", time=5, kind="issue", principal=Principal(uid="ada"),
    ...     credential=Credential(fingerprint="aa"),
    ...     child=Child(Credential(fingerprint="bb", uid="AKIAIOSFODNN7EXAMPLE")),
    ... )
    >>> ada = PrincipalState.born(event)
    >>> [fact.entity for fact in noted(ada, event)], list(ada.children)
    (['credential:t:aa', 'credential:t:bb'], ['bb'])
"""

from detector.entities import children
from detector.entities.credential import CredentialState
from detector.entities.principal import PrincipalState
from detector.pipeline.share import credential_key
from schemas.event import ActivityEvent, Credential
from schemas.fact import CredentialStatus, Fact

_MOST_PARENTS = 8
_ENDED: frozenset[CredentialStatus] = frozenset({"revoked", "deleted", "expired", "task_over"})


def noted(principal: PrincipalState, event: ActivityEvent) -> list[Fact]:
    """A principal issues a credential or ends one; the facts that credentials are told of it."""
    subject = event.child.credential if event.child is not None else None
    task = event.task
    if event.kind == "end" or (event.kind == "task" and task is not None and task.ended):
        subject = subject or event.credential
        if subject is not None:
            principal.children = children.ended(principal.children, subject.fingerprint, event.time)
        return []
    if event.kind != "issue" or subject is None or not _counts(event):
        return []
    holder = event.child.principal.uid if event.child and event.child.principal else ""
    principal.children = children.issued(principal.children, subject, holder, event.time)
    return _facts(principal, event, subject)


def _counts(event: ActivityEvent) -> bool:
    """A provider issues sessions by the thousand, and nobody revokes a provider."""
    succeeded = event.outcome is None or event.outcome.status == "success"
    return succeeded and event.principal.type != "provider"


def _facts(principal: PrincipalState, event: ActivityEvent, made: Credential) -> list[Fact]:
    receivers = [event.credential] if event.credential is not None else []
    if children.lasting(made):
        receivers.append(made)
    return [
        Fact(
            kind="child",
            entity=credential_key(event.tenant, each.fingerprint),
            sender=principal.key,
            time=event.time,
            evidence=(event.uid,),
            credential=made,
            principal=event.child.principal if event.child is not None else None,
            target=event.credential.fingerprint if event.credential is not None else "",
        )
        for each in receivers
    ]


def told(entity: PrincipalState | CredentialState, fact: Fact) -> list[Fact]:
    """A child was issued with this credential, or a child of this entity has come to its end."""
    if fact.status is not None:
        entity.children = children.ended(entity.children, fact.target, fact.time)
    elif fact.time < entity.settled:
        # a repeat from before a crash would bring back a child whose end has been forgotten
        return []
    elif fact.credential is not None and isinstance(entity, CredentialState):
        if entity.key == credential_key(entity.tenant, fact.credential.fingerprint):
            return _born(entity, fact.sender, fact.target)
        holder = fact.principal.uid if fact.principal is not None else ""
        entity.children = children.issued(entity.children, fact.credential, holder, fact.time)
    return []


def born(child: CredentialState, fact: Fact) -> list[Fact]:
    """A credential learns by a fact of its minting who its parents are."""
    used = fact.event.credential if fact.event is not None else None
    return _born(child, fact.sender, used.fingerprint if used is not None else "")


def _born(child: CredentialState, issuer: str, used: str) -> list[Fact]:
    parents = {issuer, credential_key(child.tenant, used)} if used else {issuer}
    new = tuple(sorted(parents - set(child.parents)))
    child.parents = tuple(sorted({*child.parents, *new}))[:_MOST_PARENTS]
    return ends(child, new) if new else []


def ends(child: CredentialState, parents: tuple[str, ...]) -> list[Fact]:
    """What a credential tells its parents: every end that it has come to."""
    return [
        Fact(
            kind="child",
            entity=parent,
            sender=child.key,
            time=time,
            evidence=(proof,) if proof else (),
            status=status,
            target=child.key.split(":", 2)[2],
        )
        for parent in parents
        for status, (time, proof) in sorted(child.status.items())
        if status in _ENDED
    ]
