"""What an ECS document says was done, by its categories and types where the action's name is silent.

References:
    Elastic Common Schema reference 9.x, "ECS Categorization Fields".

Examples:
    >>> deed_of("added-to-admins", frozenset({"iam"}), frozenset({"user", "change"}), "").effect
    'grant'
    >>> deed_of("user-login", frozenset({"authentication"}), frozenset({"start"}), "").access
    'read'
    >>> deed_of("request", frozenset({"web"}), frozenset({"access"}), "POST").access
    'write'
"""

from functools import lru_cache

from detector.sources.verbs import access_by_verb
from schemas.event import Access, Effect

_CACHED = 4_096
_LEARNED = frozenset({"added", "add", "assign", "assigned", "grant", "granted", "attach"})
_TYPES: dict[str, Access] = {
    "deletion": "delete", "creation": "write", "change": "write", "installation": "write",
    "access": "read", "info": "read", "start": "read", "connection": "read",
}  # fmt: skip
_METHODS: dict[str, Access] = {
    "get": "read", "head": "read", "options": "read", "post": "write", "put": "write",
    "patch": "write", "delete": "delete",
}  # fmt: skip
Words = frozenset[str]


class Deed(tuple[Access, Effect]):
    """The kind of access, and its consequence."""

    __slots__ = ()

    @property
    def access(self) -> Access:
        """What kind of access it was."""
        return self[0]

    @property
    def effect(self) -> Effect:
        """What it brings about."""
        return self[1]


@lru_cache(_CACHED)
def deed_of(action: str, categories: Words, types: Words, method: str) -> Deed:
    """The deed of an action. All texts have passed `kept`."""
    if "authentication" in categories:
        return Deed(("read", ""))
    if "iam" in categories:
        return Deed(_identities(action, types))
    access = access_by_verb(action)
    if access == "unknown":
        access = _METHODS.get(method.lower(), access)
    if access == "unknown":
        access = next((_TYPES[one] for one in _TYPES if one in types), access)
    return Deed((access, "execute" if _runs(categories, types) else ""))


def _runs(categories: Words, types: Words) -> bool:
    return "process" in categories and "start" in types


def _identities(action: str, types: Words) -> tuple[Access, Effect]:
    if "deletion" in types:
        return "delete", ""
    if "creation" in types:
        return "admin", "persist" if "user" in types else ""
    if "change" in types:
        return "admin", "grant" if _gives(action) else ""
    if types & {"info", "access"}:
        return "read", ""
    access = access_by_verb(action)
    return "admin" if access == "write" else access, ""


def _gives(action: str) -> bool:
    return not _LEARNED.isdisjoint(action.lower().replace("-", " ").replace("_", " ").split())
