"""Google Workspace: activities of the Reports API, of admins, logins, tokens, Drive and the rest.

An activity may hold several events, each of which becomes one of ours. Read: who acted (a user, an
app for a user, Google itself), what was done to which user, file or setting, which app was granted
which scopes, from where. Left out: titles, subjects and bodies, values of settings, and nested
messages.

A token is only known as the grant of a user to an app, so that is the credential. Stores that
flatten an activity to one event (`name`, `type`, `parameters` beside `id` and `actor`) are read.

References:
    Google Workspace Admin SDK, Reports API v1, "REST Resource: activities".

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"kind": "admin#reports#activity", "actor": {"email": "ada@example.com"},
    ...     "id": {"time": "2026-01-05T09:30:00Z", "applicationName": "admin", "customerId": "C01"},
    ...     "events": [{"type": "DELEGATED_ADMIN_SETTINGS", "name": "ASSIGN_ROLE", "parameters": [
    ...         {"name": "USER_EMAIL", "value": "bo@example.com"}]}]}'''
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> [event] = SOURCE.decode(raw, context, 1)
    >>> event.principal.uid, event.action.effect, event.target.uid
    ('google:C01/user/ada@example.com', 'grant', 'google:C01/user/bo@example.com')
"""

from msgspec import Struct

from detector.sources import credentials
from detector.sources.base import SkipRecord
from detector.sources.format import Format
from detector.sources.identity.google_workspace_actions import action_of
from detector.sources.identity.google_workspace_parameters import parameters
from detector.sources.origins import origin_of
from detector.sources.record import Record
from schemas.event import (
    ActivityEvent,
    Child,
    Credential,
    Kind,
    Origin,
    Outcome,
    Principal,
    Target,
)

GRANT = "google_oauth_grant"
_GOOGLE = "google"
_MOST_EVENTS = 1_000
_ANONYMOUS = "105250506097979753968"
_ROBOT = ".gserviceaccount.com"
_SECOND_FACTORS = frozenset({
    "google_authenticator", "google_prompt", "security_key", "security_key_otp", "offline_otp",
    "backup_code", "passkey", "idv_preregistered_phone", "idv_any_phone", "internal_two_factor",
})  # fmt: skip
# Google found a password or session in wrong hands: whatever the user holds is suspect.
_EXPOSED = frozenset({"account_disabled_password_leak", "account_disabled_hijacked",
                      "user_signed_out_due_to_suspicious_session_cookie"})  # fmt: skip
# Parameters that name what an event is about, the most telling first.
_ABOUT = (
    ("calendar_id", "calendar"), ("GROUP_EMAIL", "group"), ("group_email", "group"),
    ("client_id", "app"), ("APP_ID", "app"), ("SETTING_NAME", "setting"),
    ("ROLE_NAME", "role"), ("DOMAIN_NAME", "domain"), ("shared_drive_id", "shared_drive"),
    ("DEVICE_ID", "device"), ("application_name", "app"), ("MOBILE_APP_PACKAGE_ID", "app"),
    ("OBFUSCATED_CUSTOMER_TAKEOUT_REQUEST_ID", "takeout"),
)  # fmt: skip
_BY_HAND = frozenset({"authorize", "revoke"})
_DENIED = frozenset({"login_failure", "ACCESS_DENY_EVENT", "risky_sensitive_action_blocked"})


class _Activity(Struct, frozen=True):
    """What all events of an activity share."""

    record: Record
    application: str
    account: str
    time: int
    qualifier: str

    def user(self, mail: str) -> str:
        """The key of a user or of any other thing of the customer's."""
        return f"google:{self.account}/{mail}" if self.account else f"google:{mail}"


def _read(record: Record) -> tuple[ActivityEvent, ...]:
    head = record.part("id")
    activity = _Activity(
        record, record.need(head.text("applicationName"), "id.applicationName"),
        head.text("customerId"), record.time("id", "time"), head.text("uniqueQualifier"),
    )  # fmt: skip
    listed = list(record.parts("events"))[:_MOST_EVENTS] or [record]
    found = tuple(
        _event(activity, one, number)
        for number, one in enumerate(listed)
        if not _arrives(activity, one)
    )
    if not found:
        raise SkipRecord("mail that arrives is no use of a credential by whom it arrives for")
    return found


def _arrives(activity: _Activity, event: Record) -> bool:
    """Whether mail is delivered, unless another thing is told to have been done to it."""
    if activity.application != "gmail" or event.text("name") != "delivery":
        return False
    told = event.get("parameters")
    if isinstance(told, dict):
        return event.get("parameters", "event_info", "mail_event_type") is None
    info = (one for one in event.parts("parameters") if one.text("name") == "event_info")
    names = (part.text("name") for one in info for part in one.parts("messageValue", "parameter"))
    return "mail_event_type" not in names


def _event(activity: _Activity, event: Record, number: int) -> ActivityEvent:
    record = activity.record
    name = event.text("name").strip() or event.text("type") or activity.application
    said = Record(
        parameters(event.fields), record.what, record.context, record.position, record.raw
    )
    scopes = said.texts("scope")
    mail = said.first("USER_EMAIL", "affected_email_address")
    principal = _principal(activity, said, name)
    grant = _grant(activity, said, scopes, activity.time if name == "authorize" else None)
    kind, child = _child(activity, name, principal, grant, said, mail)
    return ActivityEvent(
        uid=_uid(activity, name, number),
        source=record.what,
        tenant=record.tenant,
        time=activity.time,
        principal=principal,
        kind=kind,
        action=action_of(activity.application, name, said, scopes),
        credential=grant if principal.type == "service" and kind == "use" else None,
        target=_target(activity, said, mail),
        origin=_origin(activity, said),
        outcome=_outcome(name, said),
        child=child,
        chain=_chain(activity, principal),
        raw=record.ref,
    )


def _uid(activity: _Activity, name: str, number: int) -> str:
    """A qualifier is unique among the activities of one moment and application only."""
    if not activity.qualifier:
        own = activity.record.uid()
    else:
        own = f"{activity.time}:{activity.qualifier}:{activity.application}:{name}"
    return f"{own}:{number}" if number else own


def _principal(activity: _Activity, said: Record, name: str) -> Principal:
    actor = activity.record.part("actor")
    mail, profile, key = actor.text("email"), actor.text("profileId"), actor.text("key")
    app = _app(activity, said, name)
    if app:
        label = said.text("app_name") or actor.text("applicationInfo", "applicationName") or app
        return Principal(activity.user(f"app/{app}"), label, activity.account, "service",
                         owner=mail, known_by=app)  # fmt: skip
    if mail:
        robot = mail.endswith(_ROBOT)
        return Principal(
            activity.user(f"{'serviceaccount' if robot else 'user'}/{mail}"), mail,
            activity.account, "service" if robot else "human", known_by=mail,
            mfa=_mfa(name, said),
        )  # fmt: skip
    if key and key != "SYSTEM":
        return Principal(activity.user(f"key/{key}"), key, activity.account, "service")
    if profile and profile != _ANONYMOUS:
        return Principal(activity.user(f"profile/{profile}"), profile, activity.account, "human",
                         known_by=profile)  # fmt: skip
    if profile:
        return Principal(activity.user("anonymous"), "anonymous", activity.account)
    return Principal(activity.user("system"), "Google", activity.account, "provider")


def _app(activity: _Activity, said: Record, name: str) -> str:
    """The app that acted with a user's token; who grants or takes one back acts in person."""
    if activity.application != "token":
        return activity.record.text("actor", "applicationInfo", "oauthClientId")
    return said.text("client_id") if name not in _BY_HAND else ""


def _mfa(name: str, said: Record) -> bool | None:
    if name == "login_verification" and said.flag("is_second_factor"):
        return True
    if name != "login_success":
        return None
    return True if _SECOND_FACTORS.intersection(said.texts("login_challenge_method")) else None


def _grant(
    activity: _Activity, said: Record, scopes: tuple[str, ...], issued: int | None
) -> Credential | None:
    """A user's grant to an app: to take it back, both are named."""
    record = activity.record
    user = record.text("actor", "email")
    client = record.text("actor", "applicationInfo", "oauthClientId")
    if activity.application == "token":
        client = said.text("client_id")
    if not client:
        return None
    return credentials.public(
        f"{user}/{client}" if user else client, GRANT, record.context, record.tenant,
        type="oauth_token", scopes=scopes, issued=issued,
    )  # fmt: skip


def _child(
    activity: _Activity, name: str, principal: Principal, grant: Credential | None, said: Record,
    mail: str,
) -> tuple[Kind, Child | None]:  # fmt: skip
    if grant is not None and name in _BY_HAND:
        client = said.text("client_id")
        app = Principal(
            activity.user(f"app/{client}"), said.text("app_name") or client, activity.account,
            "service", owner=principal.name, known_by=client,
        )  # fmt: skip
        return "issue" if name == "authorize" else "end", Child(grant, app)
    if name in _EXPOSED:
        user = mail or principal.known_by
        if user:
            return "exposure", Child(principal=Principal(
                activity.user(f"user/{user}"), user, activity.account, "human", known_by=user
            ))  # fmt: skip
    return "use", None


def _target(activity: _Activity, said: Record, mail: str) -> Target | None:
    """The file, calendar, user, group, app or setting that an event names."""
    document = said.text("doc_id")
    if document:
        return Target(f"drive:{document}", said.text("doc_type"))
    if mail:
        return Target(activity.user(f"user/{mail}"), "user")
    for name, kind in _ABOUT:
        if name in said.fields and (found := said.text(name)):
            return Target(f"{kind}:{found}", kind)
    return None


def _origin(activity: _Activity, said: Record) -> Origin | None:
    record = activity.record
    network = record.part("networkInfo")
    numbers = network.get("ipAsn")
    first = numbers[0] if isinstance(numbers, list) and numbers else None
    return origin_of(
        record.text("ipAddress"), said.text("user_agent"), within=activity.account or _GOOGLE,
        asn=first if isinstance(first, int) else None, country=network.text("regionCode"),
        console=activity.application == "admin" and bool(record.text("ipAddress")),
    )  # fmt: skip


def _outcome(name: str, said: Record) -> Outcome:
    if name in _DENIED:
        return Outcome("denied", said.text("login_failure_type") or name)
    challenge = said.text("login_challenge_status")
    if name == "login_challenge" and "fail" in challenge.lower():
        return Outcome("denied", challenge)
    return Outcome()


def _chain(activity: _Activity, principal: Principal) -> tuple[str, ...]:
    """The user whose token an app used."""
    mail = activity.record.text("actor", "email")
    return (
        (activity.user(f"user/{mail}"),) if principal.type == "service" and principal.owner else ()
    )


SOURCE = Format(
    "google_workspace",
    (
        ("id/applicationName", "id/uniqueQualifier"),
        ("id/applicationName", "id/customerId", "actor"),
        ("id/applicationName", "kind=admin#reports#activity"),
    ),
    _read,
)
