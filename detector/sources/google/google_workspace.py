"""Google Workspace activity: admin, login, token, drive and the other applications' reports.

Read: activities of the Reports API, each of whose events is one event, and the same flattened to one
event a record. Granting an OAuth application access is a credential issued to it.

References:
    Google Workspace Admin SDK, "Reports API: Activities", and the event names of its applications.

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"kind": "admin#reports#activity", "id": {"time": "2026-01-05T09:30:00Z",
    ...     "uniqueQualifier": "7", "applicationName": "login", "customerId": "C1"},
    ...     "actor": {"email": "ada@example.com", "profileId": "1"}, "ipAddress": "192.0.2.9",
    ...     "events": [{"type": "login", "name": "login_success"}]}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.action.service, event.action.operation
    ('google:C1/user/ada@example.com', 'google-login', 'login_success')
"""

from detector.sources.credentials import public
from detector.sources.deeds import Deeds
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import Action, ActivityEvent, Child, Credential, Kind, Outcome, Principal, Target

NAME = "google_workspace"

_DEEDS = Deeds("google", {
    "login_success": ("read", ""),
    "login_failure": ("read", ""),
    "login_challenge": ("read", ""),
    "login_verification": ("read", ""),
    "logout": ("read", ""),
    "suspicious_*": ("read", ""),
    "gov_attack_warning": ("read", ""),
    "2sv_disable": ("admin", "impair_defence"),
    "2sv_enroll": ("write", ""),
    "password_edit": ("write", ""),
    "recovery_*": ("write", "persist"),
    "titanium_unenroll": ("admin", "impair_defence"),
    "email_forwarding_out_of_domain": ("write", "share_out"),
    "authorize": ("credential_issue", "grant"),
    "revoke": ("delete", ""),
    "activity": ("read", ""),
    "ASSIGN_ROLE": ("admin", "grant"),
    "GRANT_ADMIN_PRIVILEGE": ("admin", "grant"),
    "GRANT_DELEGATED_ADMIN_PRIVILEGES": ("admin", "grant"),
    "CREATE_ROLE": ("admin", ""),
    "ADD_PRIVILEGE": ("admin", "grant"),
    "AUTHORIZE_API_CLIENT_ACCESS": ("admin", "grant"),
    "ADD_TO_TRUSTED_OAUTH2_APPS": ("admin", "grant"),
    "CHANGE_TWO_STEP_VERIFICATION*": ("admin", "impair_defence"),
    "ENFORCE_STRONG_AUTHENTICATION": ("admin", "impair_defence"),
    "ALLOW_STRONG_AUTHENTICATION": ("admin", "impair_defence"),
    "UNENROLL_USER_FROM_STRONG_AUTH": ("admin", "impair_defence"),
    "TURN_OFF_2_STEP_VERIFICATION": ("admin", "impair_defence"),
    "CHANGE_APPLICATION_SETTING": ("admin", ""),
    "CREATE_APPLICATION_SETTING": ("admin", ""),
    "CHANGE_PASSWORD": ("admin", "persist"),
    "ADD_GROUP_MEMBER": ("admin", "grant"),
    "CREATE_DATA_TRANSFER_REQUEST": ("admin", "share_out"),
    "TOGGLE_SSO_ENABLED": ("admin", "impair_defence"),
    "CHANGE_SSO_SETTINGS": ("admin", "persist"),
    "CREATE_EMAIL_MONITOR": ("admin", "share_out"),
    "EMAIL_LOG_SEARCH": ("read", ""),
    "USER_LICENSE_*": ("write", ""),
    "change_user_access*": ("write", ""),
    "change_document_visibility*": ("write", ""),
    "change_document_access_scope*": ("write", ""),
    "team_drive_*": ("write", ""),
    "download": ("read", ""),
    "print": ("read", ""),
    "email_as_attachment": ("read", "share_out"),
})  # fmt: skip
_OPEN = frozenset(
    {"shared_externally", "people_with_link", "public_on_the_web", "public_in_the_domain"}
)


def _read(record: Record) -> tuple[ActivityEvent, ...]:
    if isinstance(record.get("events"), list):
        found = list(record.parts("events"))
        return tuple(_event(record, one, f":{at}" if at else "") for at, one in enumerate(found))
    return (_event(record, record, ""),)


def _event(record: Record, one: Record, mark: str) -> ActivityEvent:
    operation = record.need(one.text("name"), "events.name")
    application = record.text("id", "applicationName")
    service = f"google-{application}" if application else "google"
    told = _parameters(one)
    action = _DEEDS.of(operation, service)
    outside = told.get("visibility") in _OPEN or told.get("visibility_change") == "external"
    if outside and application == "drive" and action.access == "write":
        action = _shared(action.operation, service, told)
    principal = _principal(record)
    kind, child = _subject(record, operation, told, principal)
    uid = record.uid("id.uniqueQualifier", "p_row_id")
    return ActivityEvent(
        uid=f"{uid}{mark}",
        source=NAME,
        tenant=record.tenant,
        time=record.time("id", "time"),
        principal=principal,
        kind=kind,
        action=action,
        credential=_client(record, told) if kind == "use" else None,
        target=_target(told),
        origin=origin_of(
            record.text("ipAddress"), told.get("user_agent", ""), within=NAME,
            asn=record.number("networkInfo", "ipAsn"),
            country=record.text("networkInfo", "regionCode"),
        ),
        outcome=_outcome(operation, told),
        child=child,
        raw=record.ref,
    )  # fmt: skip


def _shared(operation: str, service: str, told: dict[str, str]) -> Action:
    who = told.get("target_user") or "*"
    return Action(service, operation, "write", "action", "share_out", who)


def _parameters(one: Record) -> dict[str, str]:
    """Parameters by name, of which the API makes a list and some stores an object."""
    value = one.get("parameters")
    if isinstance(value, dict):
        part = one.part("parameters")
        return {
            name: text for name in value if isinstance(name, str) and (text := _one(part, name))
        }
    told: dict[str, str] = {}
    for parameter in one.parts("parameters"):
        name = parameter.text("name")
        told[name] = parameter.first("value", "intValue") or ",".join(parameter.texts("multiValue"))
    return told


def _one(part: Record, name: str) -> str:
    return part.text(name) or ",".join(part.texts(name))


def _principal(record: Record) -> Principal:
    actor, customer = record.part("actor"), record.text("id", "customerId")
    mail, key = actor.text("email"), actor.first("key", "applicationInfo.oauthClientId")
    at = f"{customer}/" if customer else ""
    if mail:
        robot = mail.endswith("gserviceaccount.com")
        kind = "serviceaccount" if robot else "user"
        return Principal(
            f"google:{at}{kind}/{mail}",
            mail,
            customer,
            "service" if robot else "human",
            known_by=mail,
        )
    if key and key not in {"SYSTEM", "System"}:
        return Principal(f"google:{at}app/{key}", key, customer, "service", known_by=key)
    profile = actor.text("profileId")
    if profile:
        return Principal(f"google:{at}profile/{profile}", "", customer, known_by=profile)
    return Principal(f"google:{at}system", "Google", customer, "provider")


def _client(record: Record, told: dict[str, str]) -> Credential | None:
    client = told.get("client_id", "")
    return public(client, "google_oauth_client", record.context, record.tenant, type="oauth_token")


def _subject(
    record: Record, operation: str, told: dict[str, str], principal: Principal
) -> tuple[Kind, Child | None]:
    client = told.get("client_id", "")
    if not client or operation not in {"authorize", "revoke"}:
        return "use", None
    mark = f"{client}/{principal.known_by}"
    scopes = tuple(told.get("scope", "").replace(",", " ").split())
    credential = public(
        mark, "google_oauth_grant", record.context, record.tenant, type="oauth_grant",
        lifetime="static", scopes=scopes,
    )  # fmt: skip
    holder = Principal(f"google:app/{client}", told.get("app_name", ""), type="service")
    return "issue" if operation == "authorize" else "end", Child(credential, holder)


def _target(told: dict[str, str]) -> Target | None:
    for name, kind in (
        ("doc_id", "document"), ("doc_title", "document"), ("USER_EMAIL", "user"),
        ("GROUP_EMAIL", "group"), ("ROLE_NAME", "role"), ("SETTING_NAME", "setting"),
        ("app_name", "application"), ("APP_ID", "application"), ("target_user", "user"),
        ("affected_email_address", "user"),
    ):  # fmt: skip
        if told.get(name):
            return Target(told[name], kind)
    return None


def _outcome(operation: str, told: dict[str, str]) -> Outcome:
    if operation == "login_failure":
        return Outcome("denied", told.get("login_failure_type", ""))
    return Outcome()


SOURCE = Format(
    NAME,
    (
        (b'"applicationName"', b'"actor"', b'"events"'),
        (b'"admin#reports#activity"', b'"actor"'),
        (b'"applicationName"', b'"actor"', b'"name"', b'"type"'),
    ),
    _read,
    never=(b'"protoPayload"', b'"class_uid"'),
)
