"""Auth0: the tenant's log, from log streams (the log in `data`) and from the Management API (bare).

Read: who signed in or called the Management API (a person, an application, an agent), with which
token, for which application or API, from where, and how it ended. Left out: bodies of requests and
responses, query strings and codes; of a request only whether it switches something off, of a response
the id of an application that was made.

References:
    Auth0 documentation, "Log Event Type Codes", "Log Streams"; auth0-log-schemas (2026).

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"log_id": "900", "data": {"date": "2026-01-05T09:30:00.000Z", "type": "fp",
    ...     "ip": "192.0.2.7", "client_id": "c1", "tenant_name": "acme", "log_id": "900",
    ...     "user_id": "auth0|1", "user_name": "ada@example.com"}}'''
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> [event] = SOURCE.decode(raw, context, 1)
    >>> event.principal.uid, event.action.operation, event.outcome.status
    ('auth0:acme/user/auth0|1', 'login', 'denied')
"""

import re

from detector.sources.clients import BROWSER
from detector.sources.format import Format
from detector.sources.identity.auth0_actions import Deed, deed_of, managed, weakens
from detector.sources.identity.auth0_credentials import child_of, credential_of
from detector.sources.origins import origin_of
from detector.sources.record import Record
from detector.sources.verbs import plane_by_words
from schemas.event import Action, ActivityEvent, Child, Kind, Origin, Outcome, Principal, Target

_DASHBOARD = "https://manage.auth0.com"
_MANAGEMENT = frozenset({"sapi", "fapi", "mgmt_api_read"})
# Auth0's own summary of a user agent: what it is, and on what system it runs.
_SUMMARY = re.compile(r"([\w ]{1,40}) \d+\.\d+\.\d+ / (\w+)")
_UNKNOWN = "Other"
_M2M = "@clients"
# OAuth's words for a fault of the server, which refused nobody.
_FAULTS = frozenset({"server_error", "temporarily_unavailable"})


def _read(record: Record) -> ActivityEvent:
    stream = record.part("data")
    log = stream if stream.fields else record
    code = log.need(log.text("type"), "type")
    asked = log.part("details", "request")
    account = _account(log)
    deed = deed_of(code)
    time = log.time("date")
    principal = _principal(log, asked, account, deed)
    credential = credential_of(log, code, principal)
    action = _action(log, asked, code, deed)
    outcome = _outcome(log, code, deed)
    kind: Kind = "use"
    child: Child | None = None
    if outcome.status == "success":
        path = asked.text("path")
        kind, child = child_of(
            log, code, principal, credential, time, account, (asked.text("method"), path)
        )
    elif code == "pwd_leak":  # whoever knows this password is not necessarily its owner
        kind, child = "exposure", Child(principal=principal)
    return ActivityEvent(
        uid=record.uid("log_id", "data.log_id", "_id", "data._id"),
        source=record.what,
        tenant=record.tenant,
        time=time,
        principal=principal,
        kind=kind,
        action=action,
        credential=credential,
        target=_target(log, asked, code),
        origin=_origin(log, asked, account or record.tenant),
        outcome=outcome,
        child=child,
        chain=_chain(log, principal),
        raw=record.ref,
    )


def _account(log: Record) -> str:
    """The tenant's name; older logs only have its host."""
    name = log.text("tenant_name")
    if name:
        return name
    host = log.text("hostname")
    return host.partition(".")[0] if host.endswith(".auth0.com") else ""


def _principal(log: Record, asked: Record, account: str, deed: Deed) -> Principal:
    base = f"auth0:{account}/" if account else "auth0:"
    user = asked.part("auth", "user")
    uid = user.text("user_id") or log.text("user_id") or asked.text("auth", "subject")
    mail = user.text("email") or log.text("user_name")
    name = user.text("name") or mail
    agent, client = log.text("agent_id"), log.text("client_id")
    if agent:
        return Principal(f"{base}agent/{agent}", agent, account, "agent", owner=mail)
    if uid and not uid.endswith(_M2M):
        return Principal(
            f"{base}user/{uid}", name, account, "human", known_by=mail, mfa=_mfa(log, deed),
            session=log.text("details", "session_id") or log.text("session_id"),
        )  # fmt: skip
    if mail and not uid:  # somebody typed a name that nobody may have
        return Principal(f"{base}login/{mail}", mail, account, "human", known_by=mail)
    if not uid and deed.visitor:
        return Principal(f"{base}anonymous", "", account)
    client = uid.removesuffix(_M2M) or client
    if client:
        label = log.text("client_name") or client
        return Principal(f"{base}client/{client}", label, account, "service", known_by=client)
    return Principal(f"{base}system", "Auth0", account, "provider")


def _chain(log: Record, principal: Principal) -> tuple[str, ...]:
    """The person an agent acts for."""
    user = log.text("user_id")
    if principal.type != "agent" or not user:
        return ()
    return (f"{principal.uid.partition('agent/')[0]}user/{user}",)


def _mfa(log: Record, deed: Deed) -> bool | None:
    if deed.operation == "mfa_check":
        return True if deed.status == "success" else None
    if deed.operation != "login":
        return None
    names = [one.text("name") for one in log.parts("details", "prompts")]
    return True if any(name.startswith(("mfa", "guardian")) for name in names) else None


def _action(log: Record, asked: Record, code: str, deed: Deed) -> Action:
    operation, access, effect = deed.operation, deed.access, deed.effect
    said = log.text("description")
    if code in _MANAGEMENT and (said or asked.text("path")):
        operation = said or f"{asked.text('method')} {deed.operation}"
        by_path, effect = managed(
            operation, asked.text("method"), asked.text("path"), off=weakens(asked.get("body"))
        )
        access = access if access == "secret_read" else by_path
    return Action("auth0", operation, access, plane_by_words(operation, access), effect)


def _outcome(log: Record, code: str, deed: Deed) -> Outcome:
    if deed.status == "success":
        return Outcome()
    status = log.number("details", "response", "statusCode")
    if code not in _MANAGEMENT or status is None:
        faulty = log.text("details", "error", "oauthError") in _FAULTS
        return Outcome("failure" if faulty else deed.status, code)
    if status in {401, 403}:
        return Outcome("denied", str(status))
    if status == 429:
        return Outcome("throttled", str(status))
    return Outcome("not_found" if status == 404 else "failure", str(status))


def _target(log: Record, asked: Record, code: str) -> Target | None:
    """What the Management API changed; else the API a token is for, or the application."""
    path = asked.text("path").removeprefix("/api").removeprefix("/v2").strip("/")
    if path and (code in _MANAGEMENT or code.startswith("gd_")):
        return Target(f"auth0:{path}", path.partition("/")[0])
    audience = log.text("audience")
    if audience:
        return Target(audience, "api")
    client = log.text("client_id")
    return Target(f"auth0:client/{client}", "application") if client else None


def _origin(log: Record, asked: Record, within: str) -> Origin | None:
    agent = asked.text("userAgent") or log.text("user_agent")
    client = ""
    summary = _SUMMARY.match(agent)
    if summary is not None:
        agent, client = "", _summed_up(*summary.groups())
    # A call that Auth0's dashboard makes for somebody comes from Auth0; who asked for it does not.
    return origin_of(
        asked.text("ip") or log.text("ip"), agent, within=within, client=client,
        country=log.first("location_info.country_code", "security_context.country"),
        console=asked.text("channel").startswith(_DASHBOARD),
    )  # fmt: skip


def _summed_up(product: str, system: str) -> str:
    """The client in a summary. A browser runs on a system that is known; what does not is a tool."""
    if product == _UNKNOWN:
        return ""
    return BROWSER if system != _UNKNOWN else product.lower().replace(" ", "-")


SOURCE = Format(
    "auth0",
    (
        ("log_id", "data/date", "data/type"),
        ("data/log_id", "data/date", "data/type"),
        ("log_id", "date", "type"),
        ("client_name", "date", "type", "user_id", "description"),
    ),
    _read,
)
