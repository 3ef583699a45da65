"""Somebody in one of the systems, and one thing that they do there.

Examples:
    >>> actor = Actor("ada", "human", "okta", "192.0.2.1", "Mozilla/5.0")
    >>> Deed(5, actor, "user.session.start").address
    '192.0.2.1'
"""

from typing import Any

from msgspec import Struct

Record = dict[str, Any]


class Actor(Struct, frozen=True):
    """`kind` is human, service, agent or job; `family` the log that shows them; `secret` what they
    hold, `uid` its public id there; `work` their usual operations with their targets; `part` what
    they are cast as in stories."""

    name: str
    kind: str
    family: str
    address: str
    agent: str
    secret: str = ""
    uid: str = ""
    work: tuple[tuple[str, str], ...] = ()
    part: str = ""


class Deed(Struct, frozen=True):
    """One thing that `actor` does at a time (epoch ms). What differs from the actor's usual ways is
    said; `more` is what only one format needs."""

    at: int
    actor: Actor
    operation: str
    target: str = ""
    denied: bool = False
    where: str = ""
    tool: str = ""
    more: Record = {}
    number: int = 0

    @property
    def address(self) -> str:
        """From where."""
        return self.where or self.actor.address

    @property
    def agent(self) -> str:
        """With what tool."""
        return self.tool or self.actor.agent

    @property
    def uid(self) -> str:
        """The record's own id."""
        return f"{self.actor.family}-{self.actor.name}-{self.at}-{self.number}"
