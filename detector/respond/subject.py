"""Whom or what a command is about, as an RFC 9493 subject identifier.

Examples:
    >>> from schemas.event import Credential
    >>> key = Locator("aws", Credential(fingerprint="9f", uid="AKIAIOSFODNN7EXAMPLE"))
    >>> subject_of(Way(system="aws", action="disable", scope="credential", step=""), key).id
    'AKIAIOSFODNN7EXAMPLE'
"""

from detector.respond.ways import Way
from schemas.command import Locator, SubjectId
from schemas.event import Principal


def subject_of(way: Way, locator: Locator) -> SubjectId:
    """The credential's public id when that is what ends; else the person's mail address, the
    principal's ARN, or its own uid.
    """
    held, who = locator.credential, locator.principal
    if who is None or way.scope == "credential":
        return SubjectId(format="opaque", id=held.uid if held else "")
    return _subject_of_principal(way, who)


def _subject_of_principal(way: Way, who: Principal) -> SubjectId:
    if way.scope == "session" and _is_mail(who.session):
        return SubjectId(format="email", email=who.session)
    if who.known_by.startswith("arn:"):
        return SubjectId(format="uri", uri=who.known_by)
    return SubjectId(format="opaque", id=who.uid)


def _is_mail(name: str) -> bool:
    local, at, domain = name.partition("@")
    return bool(local and at and "." in domain)
