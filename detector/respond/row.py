"""One line of the table of brokers, and how an identifier is put into it.

In a row's texts `{id}` stands for the identifier, `{head}` and `{tail}` for its parts before and
after the last slash, `{space}` and `{pod}` for what the credential is bound to, `{who}` for the
holder's own id and `{account}` for the holder's account. What stands in angle brackets the log does
not tell: whoever carries the step out looks it up.

Identifiers come from logs, and who is logged may have chosen them. So whatever is no letter, digit or
one of `/@:=+,._-~` is percent-encoded: in a call that is what an address needs, and in a shell or a
statement an id stays one word and can be nothing but an id.

Examples:
    >>> row = Row("okta", "revoke", "DELETE /api/v1/api-tokens/{id}")
    >>> filled(row.step, Held("00T1"))
    'DELETE /api/v1/api-tokens/00T1'
    >>> filled(row.step, Held("x; reboot"))
    'DELETE /api/v1/api-tokens/x%3B%20reboot'
"""

import re
from urllib.parse import quote

from msgspec import Struct

from schemas.command import Scope, Verb

_KEPT = "/@:=+,._-~"
# A holder's own id stands behind what kind of thing it is, or else behind its system.
_OWN = re.compile(r".*?[:/](?:user|client|app|service_?account|admin|login)/(.+)|[^:]*:(.+)")

# What is shown where the log does not tell.
_UNKNOWN = {
    "{id}": "<id>", "{head}": "<holder>", "{tail}": "<name>", "{space}": "<namespace>",
    "{pod}": "<pod>", "{who}": "<holder>", "{account}": "<account>",
}  # fmt: skip


class Row(Struct, frozen=True):
    """One way to end a credential, as its owner documents it.

    `step` is the call, `undo` the call that takes it back ("" when nothing does), `catch` what the
    step leaves alive, `breaks` what else it hits ("" for the usual sentence of its scope).
    """

    system: str
    action: Verb
    step: str
    undo: str = ""
    catch: str = ""
    scope: Scope = "credential"
    breaks: str = ""


class Held(Struct, frozen=True):
    """What is known of a credential and its holder, as far as a row may ask for it. `human` says
    that the holder is a person; `who` is the holder's actor key."""

    uid: str
    type: str = ""
    bound: str = ""
    who: str = ""
    account: str = ""
    human: bool = False


def filled(text: str, held: Held) -> str:
    """The text with the identifiers in it."""
    head, _, tail = held.uid.rpartition("/")
    space, _, pod = held.bound.partition("/")
    who = own_id(held.who)
    found = {
        "{id}": held.uid, "{head}": head or who, "{tail}": tail, "{space}": space, "{pod}": pod,
        "{who}": who, "{account}": held.account,
    }  # fmt: skip
    for name, value in found.items():
        shown = quote(value, safe=_KEPT) if value else _UNKNOWN[name]
        text = text.replace(name, shown)
    return text


def own_id(who: str) -> str:
    """The id by which a system knows the holder of an actor key.

    Examples:
        >>> own_id("okta:00u1"), own_id("auth0:acme/user/auth0|1"), own_id("aws:1:user/ada")
        ('00u1', 'auth0|1', 'ada')
    """
    found = _OWN.fullmatch(who)
    return (found[1] or found[2]) if found is not None else who
