"""The credentials in an Auth0 log: the token or client secret used, and what was issued or ended.

A token is known by its `jti`, an application's secret by the application's id, a certificate by its
thumbprint. Codes and refresh tokens stand masked in the log and are not read.

References:
    Auth0 documentation, "Management API v2"; auth0-log-schemas (2026); RFC 8705 (thumbprints).
"""

from detector.sources import credentials
from detector.sources.identity.auth0_actions import deed_of
from detector.sources.record import Record
from schemas.event import Child, Credential, Kind, Principal

TOKEN, CLIENT, CERTIFICATE = "auth0_token_jti", "auth0_client_id", "x509_sha256"
KEY = "auth0_client_credential_id"
_ENDED = {"refresh-tokens": "refresh_token", "sessions": "session",
          "device-credentials": "device_credential", "grants": "grant"}  # fmt: skip
_MOST_SCOPES = 64  # a dashboard's token has two hundred


def credential_of(log: Record, code: str, principal: Principal) -> Credential | None:
    """What the request was authorised by."""
    held = log.part("details", "request", "auth", "credentials")
    token = held.text("jti")
    if token:
        return credentials.public(
            token, TOKEN, log.context, log.tenant, type="access_token", lifetime="ephemeral",
            scopes=_scopes(held),
        )  # fmt: skip
    thumbprint = log.text("mtls_thumbprint_sha256")
    if thumbprint:
        return credentials.public(
            thumbprint, CERTIFICATE, log.context, log.tenant, type="certificate", lifetime="static"
        )
    client = log.text("client_id")
    if code in {"seccft", "feccft"} and principal.type == "service":
        return _secret(log, client)
    return None


def child_of(
    log: Record, code: str, actor: Principal, acting: Credential | None, time: int, account: str,
    asked: tuple[str, str],
) -> tuple[Kind, Child | None]:  # fmt: skip
    """What a successful event issued or ended."""
    parent = acting.fingerprint if acting is not None else ""
    if code[0] == "s" and deed_of(code).access == "credential_issue":
        made = credentials.public(
            log.text("details", "access_token_jti"), TOKEN, log.context, log.tenant,
            type="access_token", lifetime="ephemeral", issued=time, scopes=_scopes(log),
            parent=parent,
        )  # fmt: skip
        return ("issue", Child(made, actor)) if made is not None else ("use", None)
    method, parts = (
        asked[0].lower(),
        asked[1].removeprefix("/api").removeprefix("/v2").strip("/").split("/"),
    )
    if code != "sapi" or not method:
        return "use", None
    if parts[0] == "clients":
        return _application(log, method, parts, account, time, parent)
    if method == "post" and len(parts) == 3 and parts[2] == "revoke":
        method, parts = "delete", parts[:2]
    if method == "delete" and len(parts) == 2 and parts[0] in _ENDED:
        kind = _ENDED[parts[0]]
        ended = credentials.public(parts[1], f"auth0_{kind}_id", log.context, log.tenant, type=kind)
        return "end", Child(ended, None)
    return "use", None


def _application(
    log: Record, method: str, parts: list[str], account: str, time: int, parent: str
) -> tuple[Kind, Child | None]:
    """An application that came with a secret, got a new one, or is gone with it."""
    created = method == "post" and len(parts) == 1
    rotated = method == "post" and parts[-1] == "rotate-secret"
    body = log.part("details", "response", "body")
    client = body.text("client_id") or (parts[1] if len(parts) > 1 else "")
    # A key of its own, by which an application signs its requests.
    key = body.text("id") if method == "post" else parts[3] if len(parts) == 4 else ""
    if len(parts) < 3 or parts[2] != "credentials" or method not in {"post", "delete"}:
        key = ""
    if not client or not (key or created or rotated or (method == "delete" and len(parts) == 2)):
        return "use", None
    base = f"auth0:{account}/" if account else "auth0:"
    if key:
        made = credentials.public(
            key, KEY, log.context, log.tenant, type="client_credential", lifetime="static",
            issued=time if method == "post" else None, parent=parent if method == "post" else "",
        )  # fmt: skip
    holder = Principal(f"{base}client/{client}", client, account, "service", known_by=client)
    if key:
        return "issue" if method == "post" else "end", Child(made, holder)
    if method == "delete":
        return "end", Child(_secret(log, client), holder)
    return "issue", Child(_secret(log, client, issued=time, parent=parent), holder)


def _secret(
    log: Record, client: str, *, issued: int | None = None, parent: str = ""
) -> Credential | None:
    return credentials.public(
        client, CLIENT, log.context, log.tenant, type="client_secret", lifetime="static",
        issued=issued, parent=parent,
    )  # fmt: skip


def _scopes(held: Record) -> tuple[str, ...]:
    """Scopes, which stand there as a list or as words."""
    for name in ("scopes", "scope"):
        value = held.get(name)
        if isinstance(value, str):
            return tuple(held.text(name).split())[:_MOST_SCOPES]
        if isinstance(value, list):
            held.fields[name] = value[:_MOST_SCOPES]
            return held.texts(name)
    return ()
