"""The credentials in an Okta event: the API token or session behind it, and those it is about.

An API token acts under its own id (`transaction.detail.requestApiTokenId`), whoever made it. Where
there is none, the session is what acts. A sign-out is no end of a credential here: nobody can use a
session that Okta has closed, and its last events may come after it.

References:
    Okta developer documentation, "System Log API", Transaction and AuthenticationContext objects.
"""

from detector.sources import credentials
from detector.sources.record import Record
from schemas.event import Child, Credential, Kind, Lifetime, Principal

API_TOKEN, OAUTH_TOKEN, CLIENT_KEY = "okta_token_id", "okta_oauth_token", "okta_client_credential"
SESSION = "okta_session_id"
_TOKENS = frozenset({"access_token", "refresh_token", "id_token", "id_jag"})
_NONE = frozenset({"", "unknown"})
_GRANTED = ("app.oauth2.token.grant.", "app.oauth2.as.token.grant.")
_CLIENT_KEYS = ("app.oauth2.credentials.lifecycle.", "app.oauth2.client.credentials.")
_BEGINS = frozenset({"create", "activate"})
_ENDS = frozenset({"delete", "deactivate", "revoke"})


def session_of(record: Record) -> str:
    """The session: that at the root, if the log tells, which also holds what Okta did for it."""
    said = record.part("authenticationContext")
    root = said.text("rootSessionId")
    found = root if root not in _NONE else said.text("externalSessionId")
    return "" if found in _NONE else found


def credential_of(record: Record, session: str) -> Credential | None:
    """What the request was authorised by."""
    token = record.text("transaction", "detail", "requestApiTokenId")
    if token:
        return _public(record, token, API_TOKEN, "api_token")
    return credentials.public(
        session, SESSION, record.context, record.tenant, type="session", lifetime="ephemeral"
    )


def child_of(
    record: Record, operation: str, actor: Principal, acting: Credential | None, time: int,
    targets: list[Record],
) -> tuple[Kind, Child | None]:  # fmt: skip
    """What a successful event issued or ended."""
    verb = operation.rpartition(".")[2]
    if operation.startswith("system.api_token."):
        token = _id(targets, {"Token"})
        if token and verb == "create":
            return "issue", Child(_made(record, token, API_TOKEN, "api_token", acting, time), actor)
        if token and verb == "enable":
            return "issue", Child(_public(record, token, API_TOKEN, "api_token"), actor)
        if token and (verb in _ENDS or verb == "disable"):
            return "end", Child(_public(record, token, API_TOKEN, "api_token"), None)
    elif operation.startswith(_GRANTED):
        return "issue", Child(_token(record, acting, time, targets), actor)
    elif operation.endswith("token.detect_reuse"):
        token = _hash(targets, _TOKENS | {"code"})
        if token:  # somebody has a copy of it
            return "exposure", Child(_public(record, token, OAUTH_TOKEN, "oauth_token"), actor)
    elif "token.revoke" in operation:
        token = _hash(targets)
        if token:
            return "end", Child(_public(record, token, OAUTH_TOKEN, "oauth_token"), None)
    elif operation.startswith(_CLIENT_KEYS):
        return _client_key(record, verb, acting, time, targets)
    return "use", None


def _client_key(
    record: Record, verb: str, acting: Credential | None, time: int, targets: list[Record]
) -> tuple[Kind, Child | None]:
    """The secret or the key of an app, which the app itself acts with."""
    app = next((one for one in targets if _is_app(one)), None)
    key = next((one.text("id") for one in targets if not _is_app(one)), "")
    uid = app.text("id") if app is not None else ""
    holder = (
        Principal(f"okta:{uid}", app.text("displayName"), type="service") if app and uid else None
    )
    if key and verb in _BEGINS:
        made = _made(record, key, CLIENT_KEY, "client_credential", acting, time)
        return "issue", Child(made, holder)
    if key and verb in _ENDS:
        return "end", Child(_public(record, key, CLIENT_KEY, "client_credential"), holder)
    return "use", None


def _is_app(target: Record) -> bool:
    return target.text("type") in {"AppInstance", "PublicClientApp", "PrivateClientApp"}


def _token(
    record: Record, acting: Credential | None, time: int, targets: list[Record]
) -> Credential | None:
    scopes = record.text("debugContext", "debugData", "grantedScopes")
    ends = next((end for one in targets if (end := one.when("detailEntry", "expires"))), None)
    return credentials.public(
        _hash(targets), OAUTH_TOKEN, record.context, record.tenant, type="oauth_token",
        lifetime="ephemeral", issued=time, expires=ends if ends is not None and ends > time else None, scopes=tuple(scopes.replace(",", " ").split()),
        parent=acting.fingerprint if acting is not None else "",
    )  # fmt: skip


def _hash(targets: list[Record], types: frozenset[str] = _TOKENS) -> str:
    """The hash of a token, by which its use is logged, or else its id."""
    for target in targets:
        if target.text("type") in types:
            return target.text("detailEntry", "hash") or target.text("id")
    return ""


def _id(targets: list[Record], types: set[str]) -> str:
    return next((one.text("id") for one in targets if one.text("type") in types), "")


def _made(
    record: Record, uid: str, kind: str, type_: str, acting: Credential | None, time: int
) -> Credential | None:
    return credentials.public(
        uid, kind, record.context, record.tenant, type=type_, lifetime="static", issued=time,
        parent=acting.fingerprint if acting is not None else "",
    )  # fmt: skip


def _public(record: Record, uid: str, kind: str, type_: str) -> Credential | None:
    lifetime: Lifetime = "ephemeral" if kind == OAUTH_TOKEN else "static"
    return credentials.public(
        uid, kind, record.context, record.tenant, type=type_, lifetime=lifetime
    )
