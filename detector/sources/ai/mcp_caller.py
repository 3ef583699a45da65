"""Who calls in an MCP record, and with what: the agent or client, the human behind it, the token.

A client serves many people and a person uses many clients, so an actor is a client together with
the person it acts for. Where only the token is known, that is the actor.

Examples:
    >>> _typed("Service_Account"), _typed("robot") is None
    ('service', True)
"""

from detector.sources.ai.mcp_request import Request, given
from detector.sources.credentials import hashed, public, secret
from detector.sources.record import Record
from schemas.event import Credential, Principal, PrincipalType

_PEOPLE = ("principal", "user", "subject", "actor", "identity")
_IDS = ("id", "uid", "sub", "client_id", "clientId", "email", "name")
_PLACES = ("auth", "claims", "authorization", "credential")
_HASHES = (
    "authorization_hash",
    "authorization_sha256",
    "token_hash",
    "token_sha256",
    "hash",
    "sha256",
)
_TOKEN_IDS = ("token_id", "jti")
_SCHEMES = frozenset({"bearer", "token", "dpop", "basic"})
_CALLERS = (("agent", "agent_id"), ("client", "client_id"))
_BEHIND = ("on_behalf_of", "owner", "end_user", "user_id")
_ROBOTS = frozenset({"agent", "service", "workload"})
_AGENT = "agent/"
_MARK = 16
_KINDS: dict[str, PrincipalType] = {
    "human": "human", "user": "human", "person": "human", "service": "service", "agent": "agent",
    "service_account": "service", "workload": "workload", "machine": "workload", "client": "agent",
}  # fmt: skip


def caller_of(
    record: Record, request: Request, places: list[Record], credential: Credential | None
) -> tuple[Principal, tuple[str, ...]]:
    """The principal, and those behind it from the human on.

    Raises:
        DecodeError: the record tells nobody.
    """
    kind, agent = _agent(places)
    person, part = _person(places)
    mail, name, stated = _more(part)
    type_: PrincipalType = stated or ("human" if "@" in person else "unknown")
    shown = mail or name or person
    if not agent and (type_ in _ROBOTS or person.startswith(_AGENT)):
        # The principal is an agent itself: then whoever it serves stands elsewhere.
        type_ = type_ if type_ in _ROBOTS else "agent"
        agent, kind = person.removeprefix(_AGENT), "agent" if type_ == "agent" else type_
        person, alone = given(record, _BEHIND), True
    else:
        type_, alone = "agent" if agent else type_, False
    human = person if person != agent else ""
    if agent:
        uid = f"mcp:{kind}/{agent}" if alone or not human else f"mcp:{kind}/{agent}/{human}"
        shown = (name if alone else record.text(kind, "name")) or agent
        human = human or given(record, _BEHIND)
    elif person:
        uid = f"mcp:user/{person}"
    else:
        uid = _by_itself(record, request, credential)
        shown, type_ = request.client, "agent" if credential is None else type_
    owner = human if agent else ""
    account = given(record, ("account", "organization")) or _first(places, ("org_id",))
    return (
        Principal(
            uid, shown, account, type_, owner=owner, role=record.text("team"),
            session=request.session, known_by=mail or owner or person or agent,
        ),
        (owner,) if owner else (),
    )  # fmt: skip


def _by_itself(record: Record, request: Request, credential: Credential | None) -> str:
    if credential is not None:
        # By the fingerprint, which is one for a token that is logged as such and by its hash.
        return f"mcp:credential/{credential.fingerprint[:_MARK]}"
    name = record.need(request.client, "principal", "a principal, a client or a credential")
    return f"mcp:client/{name}"


def places_of(record: Record) -> list[Record]:
    """The record, and where in it a gateway puts what it took from the token."""
    return [record, *[record.part(name) for name in _PLACES if name in record.fields]]


def _agent(places: list[Record]) -> tuple[str, str]:
    """The agent or OAuth client that the gateway has authenticated."""
    record = places[0]
    for kind, uid in _CALLERS:
        found = given(record, (kind,), _IDS) or record.text(uid)
        if found:
            return kind, found
    return "client", _first(places[1:], ("client_id", "azp"))


def _person(places: list[Record]) -> tuple[str, Record | None]:
    """Who the caller is, and the object that says more of them."""
    record = places[0]
    for name in _PEOPLE:
        if name in record.fields:
            found = given(record, (name,), _IDS)
            if found:
                return found, record.part(name)
    return record.text("user_id") or _first(places, ("sub", "user")), None


def _more(part: Record | None) -> tuple[str, str, PrincipalType | None]:
    """The mail, the name and the type of a person or an agent that is an object."""
    if part is None or not part.fields:
        return "", "", None
    return part.text("email"), part.text("name"), _typed(part.text("type"))


def _typed(text: str) -> PrincipalType | None:
    return _KINDS.get(text.lower())


def credential_of(record: Record, request: Request, places: list[Record]) -> Credential | None:
    """The token of the request: by its hash, by itself, or by its id."""
    context, tenant = record.context, record.tenant
    digest = _first(places, _HASHES)
    scheme, _, token = request.authorization.partition(" ")
    if not digest and token.strip() and scheme.lower() in _SCHEMES:
        return secret(token.strip(), context, tenant, type="bearer_token")
    uid = digest or _first(places, _TOKEN_IDS)
    if not uid:
        return None
    make, kind = (hashed, "token_sha256") if digest else (public, "jti")
    return make(
        uid, kind, context, tenant, type="bearer_token", issued=_when(places, "iat"),
        expires=_when(places, "exp"), scopes=_scopes(places),
    )  # fmt: skip


def _first(places: list[Record], names: tuple[str, ...]) -> str:
    for place in places:
        if found := given(place, names):
            return found
    return ""


def _when(places: list[Record], name: str) -> int | None:
    for place in places:
        if name in place.fields and (found := place.when(name)) is not None:
            return found
    return None


def _scopes(places: list[Record]) -> tuple[str, ...]:
    for place in places:
        for name in ("scopes", "scope"):
            if name in place.fields and (found := place.texts(name)):
                return tuple(found[0].split()) if len(found) == 1 else found
    return ()
