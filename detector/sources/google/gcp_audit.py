"""Google Cloud audit logs: admin activity, data access, system events and denials by policy.

Read: `LogEntry` records with an `AuditLog` payload. Who acts is the service account or the person;
who stands behind an impersonated one is in the chain. Names in lower case, as some stores keep them, are
read too. A key, a token or a signed claim made for a
service account is a credential issued to it.

References:
    Google Cloud documentation, "AuditLog" and "LogEntry" (Cloud Logging v2), "Audit logs for
    service accounts", "Example logs for Workload Identity Federation".

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"insertId": "i1", "timestamp": "2026-01-05T09:30:00Z",
    ...     "logName": "projects/shop/logs/cloudaudit.googleapis.com%2Fdata_access", "protoPayload": {
    ...     "serviceName": "secretmanager.googleapis.com", "resourceName": "projects/shop/secrets/db",
    ...     "methodName": "google.cloud.secretmanager.v1.SecretManagerService.AccessSecretVersion",
    ...     "authenticationInfo": {"principalEmail": "web@shop.iam.gserviceaccount.com"}}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.action.operation, event.action.access
    ('gcp:serviceaccount/web@shop.iam.gserviceaccount.com', 'AccessSecretVersion', 'secret_read')
"""

from msgspec.structs import replace

from detector.sources.credentials import public
from detector.sources.format import Format
from detector.sources.google.gcp_actors import WITHIN_GOOGLE, actors, principal
from detector.sources.google.gcp_deeds import action_of, lifecycle_of, refined
from detector.sources.identity.google_workspace import GRANT
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import (
    ActivityEvent,
    Child,
    Credential,
    Kind,
    Origin,
    Outcome,
    Status,
    Target,
)  # fmt: skip

NAME = "gcp_audit"
KEY, API_KEY, HMAC = "gcp_key_name", "gcp_api_key_name", "gcp_hmac_access_id"
_SERVICE = "gcp"
_ROBOT = "gserviceaccount.com"
_ANY_PROJECT = frozenset({"", "_", "-"})
_REDACTED = frozenset({WITHIN_GOOGLE, "gce-internal-ip"})
_TIMES = (
    ("timestamp",),
    ("protoPayload", "requestMetadata", "requestAttributes", "time"),
    ("protoPayload", "timestamp"),
    ("receiveTimestamp",),
)
# google.rpc.Code; Compute Engine and Storage write HTTP's instead.
_STATUS: dict[int, Status] = {
    0: "success", 5: "not_found", 7: "denied", 8: "throttled", 16: "denied", 401: "denied",
    403: "denied", 404: "not_found", 429: "throttled",
}  # fmt: skip


def _read(record: Record) -> ActivityEvent:
    entry = record.part("protoPayload" if record.get("protoPayload") else "protopayload")
    method = entry.text("methodName") or _permission(entry)
    service = entry.text("serviceName").removesuffix(".googleapis.com")
    action = action_of(service, record.need(method, "protoPayload.methodName"))
    account = _account(record, entry)
    address = entry.part("requestMetadata").first("callerIp", "callerIP")
    who, chain = actors(record, entry, account, address)
    outcome = _outcome(entry)
    name = entry.text("resourceName")
    kind, child = _subject(record, entry, action.operation, name, outcome)
    when = next((path for path in _TIMES if record.get(*path)), _TIMES[0])
    return ActivityEvent(
        uid=record.uid("insertId", "insertid"),
        source=NAME,
        tenant=record.tenant,
        time=record.time(*when),
        principal=who,
        kind=kind,
        action=refined(action, entry),
        credential=_credential(record, entry),
        target=_target(record, entry, name),
        origin=_origin(record, entry, address, account or _SERVICE),
        outcome=outcome,
        child=child,
        chain=chain,
        raw=record.ref,
    )  # fmt: skip


def _permission(entry: Record) -> str:
    """Denials by policy and old records name the permission alone."""
    return next((one.text("permission") for one in entry.parts("authorizationInfo")), "")


def _account(record: Record, entry: Record) -> str:
    project = record.text("resource", "labels", "project_id")
    if project:
        return project
    for name in (record.first("logName", "logname"), entry.text("resourceName")):
        head, _, rest = name.partition("/")
        own = rest.partition("/")[0]
        if head in {"projects", "organizations", "folders"} and own not in _ANY_PROJECT:
            return own
    return ""


def _credential(record: Record, entry: Record) -> Credential | None:
    info = entry.part("authenticationInfo")
    key = info.text("serviceAccountKeyName")
    if key:
        return public(
            _key_id(key), KEY, record.context, record.tenant, type="service_account_key",
            lifetime="static",
        )  # fmt: skip
    # The client is an application that all use alike: what is one person's is their grant to it.
    client, mail = info.text("oauthInfo", "oauthClientId"), info.text("principalEmail")
    if not client or not mail:
        return None
    return public(f"{mail}/{client}", GRANT, record.context, record.tenant, type="oauth_token")


def _key_id(name: str, mail: str = "") -> str:
    """A key's name from the account on: some records put a host before it, and a `-` for the project.
    An account goes by its address or by its number; one key has one name only by the address."""
    _, found, rest = name.partition("/serviceAccounts/")
    if not found:
        return name.removeprefix("//iam.googleapis.com/")
    account, slash, key = rest.partition("/")
    return f"serviceAccounts/{mail or account}{slash}{key}"


def _mail(record: Record, names: list[str]) -> str:
    """The address of the account that a credential is of: in one of the names, else in a label."""
    parts = [one.rpartition("serviceAccounts/")[2].partition("/")[0] for one in names]
    parts.append(record.text("resource", "labels", "email_id"))
    return next((one for one in parts if one.endswith(_ROBOT)), "")


def _subject(
    record: Record, entry: Record, operation: str, name: str, outcome: Outcome
) -> tuple[Kind, Child | None]:
    kind = lifecycle_of(operation)
    if kind is None or outcome.status != "success":
        return "use", None
    names = [entry.text("response", "name"), name, entry.text("request", "name")]
    mail = _mail(record, names)
    credential = _made(record, names, mail)
    holder = principal(mail, "", "") if mail else None
    # An end that names no credential must not be taken for the end of the one that acted.
    named = credential is not None or (holder is not None and kind == "issue")
    return (kind, Child(credential, holder)) if named else ("use", None)


def _made(record: Record, names: list[str], mail: str) -> Credential | None:
    """The key that one of the names is of: a service account's, a project's, or one for storage."""
    uid, form, kind = "", KEY, "service_account_key"
    for one in names:
        if "/serviceAccounts/" in one and "/keys/" in one:
            uid = _key_id(one, mail)
        elif "/locations/" in one and "/keys/" in one:
            uid, form, kind = one.removeprefix("//apikeys.googleapis.com/"), API_KEY, "api_key"
        elif "/hmacKeys/" in one:
            uid, form, kind = one.rpartition("/")[2], HMAC, "hmac_key"
        if uid:
            break
    return public(uid, form, record.context, record.tenant, type=kind, lifetime="static")


def _outcome(entry: Record) -> Outcome:
    if entry.text("methodName").endswith("LoginService.loginFailure"):
        return Outcome("denied", "loginFailure")
    code = entry.number("status", "code")
    if code is None:
        code = entry.number("response", "error", "code")
    if not code:
        refused = any(one.get("granted") is False for one in entry.parts("authorizationInfo"))
        return Outcome("denied") if refused else Outcome()
    return Outcome(_STATUS.get(code, "failure"), str(code))


def _target(record: Record, entry: Record, name: str) -> Target | None:
    """What a denial by a perimeter protects, the group that a member is added to; else the resource,
    or its label where it has no name yet."""
    for event in entry.parts("metadata", "event"):
        for one in event.parts("parameter"):
            if one.text("name") == "GROUP_EMAIL" and (group := one.text("value")):
                return Target(f"group:{group}", "group")
    kept_behind = entry.texts("metadata", "resourceNames")
    uid = (kept_behind[0] if kept_behind else name) or record.text("resource", "labels", "name")
    return Target(uid, record.text("resource", "type")) if uid else None


def _origin(record: Record, entry: Record, address: str, within: str) -> Origin | None:
    """Google puts a word in place of an address that is its own or a machine's: a place all the same,
    of the project."""
    agent, region = entry.text("requestMetadata", "callerSuppliedUserAgent"), _region(record, entry)
    if address not in _REDACTED:
        return origin_of(address, agent, within=within, region=region)
    origin = origin_of("", agent, within=within, region=region) or Origin()
    return replace(origin, network=f"{within}:{address}")


def _region(record: Record, entry: Record) -> str:
    places = entry.texts("resourceLocation", "currentLocations")
    return places[0] if places else record.first("resource.labels.location", "resource.labels.zone")


SOURCE = Format(NAME, (("protoPayload",), ("protopayload",)), _read)
