"""The protected list: what no command may ever touch (break-glass, shared platform).

Examples:
    >>> from schemas.event import Principal
    >>> protected_by(Protected(("*break-glass*",)), None, Principal(uid="aws:1:user/Break-Glass"))
    '*break-glass*'
"""

from fnmatch import fnmatchcase

from detector.config import Protected
from schemas.event import Credential, Principal


def protected_by(
    protected: Protected, credential: Credential | None, principal: Principal | None
) -> str:
    """The first pattern that covers either of the two, or "" when nothing protects them.

    Letter case is ignored: when in doubt the list protects.
    """
    names = [name.casefold() for name in _names(credential, principal) if name]
    for pattern in protected.patterns:
        if any(fnmatchcase(name, pattern.casefold()) for name in names):
            return pattern
    return ""


def _names(credential: Credential | None, principal: Principal | None) -> tuple[str, ...]:
    held = (credential.uid, credential.fingerprint) if credential else ()
    if principal is None:
        return held
    return (*held, principal.uid, principal.name, principal.known_by, principal.role)
