"""What was done, from a source's own name for it: access and plane by the name's verb, the grave
ones by a table.

A table maps operations, or how they begin if it ends in `*`, to (access, effect); an empty access
leaves it to the verb. The longest beginning that fits decides.

Examples:
    >>> deeds = Deeds("okta", {"user.mfa.factor.*": ("admin", "impair_defence")})
    >>> deed = deeds.of("user.mfa.factor.reset_all")
    >>> deed.access, deed.plane, deed.effect
    ('admin', 'action', 'impair_defence')
    >>> deeds.of("user.session.view").access
    'read'
"""

from collections.abc import Mapping
from functools import lru_cache

from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import Access, Action, Effect

Deed = tuple[Access | str, Effect]
_CACHED = 4_096
_ANY = "*"


class Deeds:
    """The actions of one service. Operations are remembered, so they must have passed `kept`."""

    def __init__(self, service: str, table: Mapping[str, Deed]) -> None:
        exact = {name: deed for name, deed in table.items() if not name.endswith(_ANY)}
        begun = sorted((name[:-1] for name in table if name.endswith(_ANY)), key=len, reverse=True)

        @lru_cache(_CACHED)
        def of(operation: str, service: str) -> Action:
            deed = exact.get(operation) or next(
                (table[name + _ANY] for name in begun if operation.startswith(name)), ("", "")
            )
            access: Access = deed[0] or access_by_verb(operation, service)  # type: ignore[assignment]
            return Action(service, operation, access, plane_by_words(operation, access), deed[1])

        self._of = of
        self.service = service

    def of(self, operation: str, service: str = "") -> Action:
        """The action that an operation is."""
        return self._of(operation, service or self.service)
