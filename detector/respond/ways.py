"""What a broker can do about one credential: the shape that each system's table fills in.

Examples:
    >>> Way(system="vault", action="revoke", scope="credential", step="revoke it").reversible
    False
"""

from msgspec import Struct

from schemas.command import Scope, Verb


class Way(Struct, frozen=True, kw_only=True):
    """One way to take a credential away.

    `step` is the call in the owner's words, `undo` the call that takes it back ("" when nothing
    does), `breaks` what stops working besides the abuse, `catch` what the step leaves alive.
    `cutoff` marks systems that end sessions by their age.
    """

    system: str
    action: Verb
    scope: Scope
    step: str
    undo: str = ""
    breaks: str = ""
    catch: str = ""
    cutoff: bool = False

    @property
    def reversible(self) -> bool:
        """Whether the owner can take the step back."""
        return bool(self.undo)


class Unreachable(Struct, frozen=True):
    """Nothing that a command could do, and why, in plain words."""

    why: str
