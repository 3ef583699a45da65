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

from functools import lru_cache

from msgspec.structs import replace

from detector.sources.credentials import public
from detector.sources.format import Format
from detector.sources.google.gcp_deeds import action_of, foreign_of, lifecycle_of
from detector.sources.origins import origin_of
from detector.sources.platform.kubernetes_audit import principal_of as cluster_principal
from detector.sources.record import Record
from schemas.event import (
    ActivityEvent,
    Child,
    Credential,
    Kind,
    Outcome,
    Principal,
    PrincipalType,
    Status,
    Target,
)  # fmt: skip

NAME = "gcp_audit"
KEY = "gcp_key_name"
_SERVICE = "gcp"
_TIMES = (
    ("timestamp",),
    ("protoPayload", "requestMetadata", "requestAttributes", "time"),
    ("protoPayload", "timestamp"),
    ("receiveTimestamp",),
)
_GOOGLE = (
    "@cloudservices.gserviceaccount.com", "@system.gserviceaccount.com", "@prod.google.com",
    "@cloudbuild.gserviceaccount.com", "@google.com",
)  # fmt: skip
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
    principal, chain = _actors(record, entry, account)
    outcome = _outcome(entry)
    name = entry.text("resourceName")
    kind, child = _subject(record, entry, action.operation, name, outcome)
    meta = entry.part("requestMetadata")
    foreign = foreign_of(entry) if action.effect == "grant" else ""
    when = next((path for path in _TIMES if record.get(*path)), _TIMES[0])
    return ActivityEvent(
        uid=record.uid("insertId", "insertid"),
        source=NAME,
        tenant=record.tenant,
        time=record.time(*when),
        principal=principal,
        kind=kind,
        action=replace(action, foreign=foreign, effect="share_out") if foreign else action,
        credential=_credential(record, entry),
        target=Target(name, record.text("resource", "type")) if name else None,
        origin=origin_of(
            meta.first("callerIp", "callerIP"), meta.text("callerSuppliedUserAgent"),
            within=account or _SERVICE, region=_region(record, entry),
        ),
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
        if head in {"projects", "organizations", "folders"}:
            return rest.partition("/")[0]
    return ""


def _actors(record: Record, entry: Record, account: str) -> tuple[Principal, tuple[str, ...]]:
    info = entry.part("authenticationInfo")
    mail, subject = info.text("principalEmail"), info.text("principalSubject")
    if not mail and not subject:
        if entry.text("serviceName") or _permission(entry):
            # Anonymous access, and what Google's own systems do, has no principal at all.
            who = (
                "anonymous" if info.fields or entry.get("requestMetadata", "callerIp") else "system"
            )
            kind: PrincipalType = "unknown" if who == "anonymous" else "provider"
            return Principal(f"gcp:{who}", account=account, type=kind), ()
        record.need("", "protoPayload.authenticationInfo", "who acted")
    chain = tuple(
        _principal(
            one.first("firstPartyPrincipal.principalEmail"), one.text("principalSubject"), ""
        ).uid
        for one in info.parts("serviceAccountDelegationInfo")
        if one.get("principalSubject") or one.get("firstPartyPrincipal")
    )
    return _principal(mail, subject, account), chain


@lru_cache(8_192)
def _principal(mail: str, subject: str, account: str) -> Principal:
    if mail.startswith("system:"):
        return cluster_principal(mail)
    if mail.endswith("gserviceaccount.com"):
        google = mail.endswith(_GOOGLE) or mail.startswith("service-")
        kind: PrincipalType = "provider" if google else "service"
        home = mail.partition("@")[2].removesuffix(".iam.gserviceaccount.com")
        return Principal(
            f"gcp:serviceaccount/{mail}", mail.partition("@")[0], account, kind,
            owner="" if google else home, known_by=mail,
        )  # fmt: skip
    if mail:
        return Principal(f"gcp:user/{mail}", mail, account, "human", known_by=mail)
    # principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/s
    pool, _, own = subject.partition("/subject/")
    if not own:
        kind_, _, own = subject.partition(":")
        known: PrincipalType = "human" if kind_ == "user" else "service"
        return Principal(
            f"gcp:{kind_.lower()}/{own or subject}", own, account, known, known_by=subject
        )
    name = pool.rpartition("/")[2]
    person = "workforcePools" in pool
    return Principal(
        f"gcp:federated/{name}/{own}", own, account, "human" if person else "workload",
        owner=name, known_by=subject,
    )  # fmt: skip


def _credential(record: Record, entry: Record) -> Credential | None:
    info = entry.part("authenticationInfo")
    key = info.text("serviceAccountKeyName")
    if key:
        return public(
            _key_id(key), KEY, record.context, record.tenant, type="service_account_key",
            lifetime="static",
        )  # fmt: skip
    client = info.text("oauthInfo", "oauthClientId")
    if client:
        return public(client, "gcp_oauth_client", record.context, record.tenant, type="oauth_token")
    return None


def _key_id(name: str) -> str:
    """A key's name from the account on: some records put a host before it, and a `-` for the project."""
    _, found, rest = name.partition("/serviceAccounts/")
    return f"serviceAccounts/{rest}" if found else name.removeprefix("//iam.googleapis.com/")


def _subject(
    record: Record, entry: Record, operation: str, name: str, outcome: Outcome
) -> tuple[Kind, Child | None]:
    kind = lifecycle_of(operation)
    if kind is None or outcome.status != "success":
        return "use", None
    made = entry.text("response", "name") or (name if "/keys/" in name else "")
    credential: Credential | None = None
    if "/keys/" in made:
        credential = public(
            _key_id(made), KEY, record.context, record.tenant, type="service_account_key",
            lifetime="static",
        )  # fmt: skip
    mail = name.partition("/serviceAccounts/")[2].partition("/")[0] or entry.text("request", "name")
    mail = mail.rpartition("/")[2]
    holder = _principal(mail, "", "") if mail.endswith("gserviceaccount.com") else None
    return (kind, Child(credential, holder)) if credential or holder else ("use", None)


def _outcome(entry: Record) -> Outcome:
    code = entry.number("status", "code")
    if code is None:
        code = entry.number("response", "error", "code")
    if any(one.get("granted") is False for one in entry.parts("authorizationInfo")) and not code:
        code = 7
    if not code:
        return Outcome()
    return Outcome(_STATUS.get(code, "failure"), str(code))


def _region(record: Record, entry: Record) -> str:
    places = entry.texts("resourceLocation", "currentLocations")
    return places[0] if places else record.first("resource.labels.location", "resource.labels.zone")


SOURCE = Format(NAME, (("protoPayload",), ("protopayload",)), _read)
