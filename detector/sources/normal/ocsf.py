"""OCSF 1.x events that others have normalised: API Activity, Authentication, and the classes that
tell of changes to accounts, users, roles, groups, entities and their rights.

Other classes are passed over. A call to AWS has the same actor, credential and deed as in CloudTrail,
one to a cluster of Kubernetes those of its audit log. Where `raw_data` holds the original of a format that has a source of its own, that reads it.

References:
    Open Cybersecurity Schema Framework 1.8.0, classes 6003, 3001, 3002, 3004 to 3006; 1.9.0, classes
    3007 and 3008. AWS Security Lake user guide, "CloudTrail logs", for how it fills them.

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"class_uid": 6003, "time": 1767605400000, "status_id": 1, "metadata": {"uid": "m1"},
    ...     "actor": {"user": {"uid": "u1", "name": "ada"}}, "api": {"operation": "GetObject",
    ...     "service": {"name": "s3"}}, "src_endpoint": {"ip": "192.0.2.9"}}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.action.service, event.action.access
    ('ocsf:user/u1', 's3', 'read')
"""

from msgspec.structs import replace

from detector.sources.aws.arns import account_of
from detector.sources.aws.cloudtrail_identity import service_name
from detector.sources.base import SkipRecord
from detector.sources.clients import BROWSER
from detector.sources.credentials import public
from detector.sources.format import Format
from detector.sources.normal import amazon, ocsf_kubernetes
from detector.sources.normal.ocsf_activities import (
    ACTIVITIES,
    API,
    AUTHENTICATION,
    GROUP,
    ROLE,
    Activity,
    activity_of,
)
from detector.sources.normal.original import events_of
from detector.sources.normal.outcomes import outcome
from detector.sources.origins import origin_of
from detector.sources.record import Record
from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import (
    Access,
    Action,
    ActivityEvent,
    Child,
    Credential,
    Origin,
    Outcome,
    Principal,
    PrincipalType,
    Target,
)

NAME = "ocsf"
CREDENTIAL, TOKEN = "ocsf_credential_uid", "ocsf_token_uid"
_TYPES: dict[int, PrincipalType] = {1: "human", 2: "human", 3: "provider", 4: "service"}
_API_ACCESS: dict[int, Access] = {1: "write", 2: "read", 3: "write", 4: "delete"}
_UIDS = ("metadata.uid", "metadata.original_event_uid")
_WHO = ("uid", "uid_alt", "email_addr", "name")
# What Windows writes where there is nobody.
_NOBODY = frozenset({"", "-", "NULL SID", "S-1-0-0"})
_SWITCH = 7  # of accounts: whoever was signed in already is who acts
_UNKNOWN, _SUCCESS, _FAILURE = 0, 1, 2
_SERVICES = (".amazonaws.com", ".amazonaws.com.cn")
Actor = tuple[Principal, Credential | None, tuple[str, ...]]


def _read(record: Record) -> ActivityEvent | tuple[ActivityEvent, ...]:
    kind = record.number("class_uid") or 0
    if kind not in ACTIVITIES:
        raise SkipRecord("another OCSF class")
    original = events_of(record, record.get("raw_data"))
    if original is not None:
        return original
    activity = activity_of(kind, record.number("activity_id") or 0, record.text("activity_name"))
    home = record.text("cloud", "account", "uid")
    account = account_of(home) if home.startswith("arn:") else home
    api = record.part("api")
    origin = _origin(record, account)
    cluster = ocsf_kubernetes.is_request(record)
    principal, credential, chain = _actor(record, kind, account, origin)
    action, target = _action(record, kind, api, activity), _target(record, kind)
    if cluster:
        principal = ocsf_kubernetes.principal(record, home if home.startswith("arn:") else "")
        action, target = ocsf_kubernetes.deed(record)
    ended = _outcome(record, api, kind)
    child = _child(record, activity) if ended is None or ended.status == "success" else None
    return ActivityEvent(
        uid=record.uid(*_UIDS, "api.request.uid") if cluster else record.uid(*_UIDS),
        source=NAME,
        tenant=record.tenant,
        time=record.time("time") if record.get("time") is not None else record.time("time_dt"),
        principal=principal,
        kind=activity.kind if child is not None else "use",
        action=action,
        credential=credential,
        target=target,
        origin=origin,
        outcome=ended,
        child=child,
        chain=chain,
        raw=record.ref,
    )


def _origin(record: Record, account: str) -> Origin | None:
    place = record.part("src_endpoint")
    via = record.text("actor", "invoked_by") or place.text("svc_name") or place.text("domain")
    return origin_of(
        place.text("ip"), record.text("http_request", "user_agent"), within=account or NAME,
        region=record.text("cloud", "region"),
        asn=place.number("autonomous_system", "number"), country=place.text("location", "country"),
        via=service_name(via) if via.endswith(_SERVICES) else "",
    )  # fmt: skip


def _actor(record: Record, kind: int, account: str, origin: Origin | None) -> Actor:
    user, session = record.part("actor", "user"), record.part("actor", "session")
    if kind == AUTHENTICATION:
        user, session = _signing_in(record, user, session)
    own = user.text("account", "uid") or account
    mfa = session.flag("is_mfa")
    mfa = record.flag("is_mfa") if mfa is None else mfa
    issued = session.when("created_time")
    key = user.text("credential_uid") or session.text("credential_uid")
    uid, type_ = user.text("uid"), user.text("type")
    invoked = record.text("actor", "invoked_by")
    if amazon.is_caller(uid, type_):
        made = amazon.caller(
            record.context, record.tenant, arn=uid if uid.startswith("arn:") else "", type_=type_,
            account=own, uid=user.text("uid_alt"), name=user.text("name"), key=key,
            issuer=session.text("issuer"), mfa=mfa, invoked_by=invoked,
            human=origin is not None and (origin.console or origin.client == BROWSER),
        )  # fmt: skip
        credential = made.credential
        if credential is not None and issued is not None:
            credential = replace(credential, issued=issued)
        return made.principal, credential, made.chain
    application = record.first("actor.app_name", "actor.app_uid") or invoked
    who = _who(user)
    credential = _credential(record, key, issued)
    if not who:
        who = record.need(application, "actor.user", "who acted")
        return (
            Principal(f"ocsf:application/{who}", who, own, "service", known_by=who),
            credential,
            (),
        )
    principal = Principal(
        f"ocsf:user/{who}", user.first("name", "full_name", "email_addr"), own,
        _TYPES.get(user.number("type_id") or 0, "unknown"), session=session.first("uid", "uid_alt"),
        known_by=user.first("email_addr", "name"), mfa=mfa,
    )  # fmt: skip
    return principal, credential, ()


def _signing_in(record: Record, user: Record, session: Record) -> tuple[Record, Record]:
    """Who signs in is the subject, for the actor may be the host or the service that lets them in.
    Of AWS, and where somebody changes to another account, it is the actor."""
    subject, opened = record.part("user"), record.part("session")
    known = amazon.is_caller(user.text("uid"), user.text("type"))
    known = known or bool(_who(user) and record.number("activity_id") == _SWITCH)
    if known or not _who(subject):
        return user, session if session.fields else opened
    return subject, opened if opened.fields else session


def _who(user: Record) -> str:
    """A user by the first field that names one."""
    return next((found for name in _WHO if (found := user.text(name)) not in _NOBODY), "")


def _credential(record: Record, uid: str, issued: int | None) -> Credential | None:
    context, tenant = record.context, record.tenant
    if uid:
        key = amazon.access_key(uid, context, tenant, issued)
        return key or public(uid, CREDENTIAL, context, tenant, issued=issued)
    for token in (record.part("authentication_token"), record.part("api", "token")):
        uid = token.text("uid")
        if uid:
            return public(
                uid, TOKEN, context, tenant, type=token.text("type"),
                issued=token.when("created_time"), expires=token.when("expiration_time"),
            )  # fmt: skip
    return None


def _child(record: Record, activity: Activity) -> Child | None:
    """What a role was given to act with, or may no longer act with."""
    if activity.kind == "use":
        return None
    role = record.part("iam_role")
    who = role.first("uid", "name")
    holder = Principal(f"ocsf:role/{who}", role.text("name"), type="service") if who else None
    for one in record.parts("programmatic_credentials"):
        uid = one.text("uid")
        if uid:
            made = amazon.access_key(uid, record.context, record.tenant)
            return Child(
                made or public(
                    uid, CREDENTIAL, record.context, record.tenant, type=one.text("type")
                ),
                holder,
            )  # fmt: skip
    return None


def _action(record: Record, kind: int, api: Record, activity: Activity) -> Action:
    operation, service = api.text("operation"), api.text("service", "name")
    known = amazon.deed(service, operation) if operation else None
    if known is not None:
        return known if known.effect else replace(known, effect=activity.effect)
    if kind == API:
        record.need(operation, "api.operation")
        access = access_by_verb(operation, service)
        if access == "unknown":
            access = _API_ACCESS.get(record.number("activity_id") or 0, access)
        return Action(service or NAME, operation, access, plane_by_words(operation, access))
    service = record.first("service.name", "metadata.product.name") or service_name(service) or NAME
    return Action(
        service, activity.operation, activity.access,
        plane_by_words(activity.operation, activity.access), activity.effect,
    )  # fmt: skip


def _target(record: Record, kind: int) -> Target | None:
    if kind == AUTHENTICATION:
        uid = record.first(
            "service.uid", "service.name", "dst_endpoint.hostname", "dst_endpoint.svc_name"
        )
        return Target(uid, "service") if uid else None
    first = {GROUP: "group", ROLE: "iam_role"}.get(kind, "user")
    for name in (first, "user", "entity", "resources", "resource"):
        for one in record.parts(name):
            uid = one.first("uid", "name", "email_addr")
            if uid and (kind != API or name not in {"user", "entity"}):
                return Target(uid, one.text("type") or name.removesuffix("s"), _owner(record, one))
    return None


def _owner(record: Record, one: Record) -> str:
    """The account of a target, where that is not the caller's."""
    owner = one.text("owner", "account", "uid") or one.text("account", "uid")
    return owner if owner != record.text("cloud", "account", "uid") else ""


def _outcome(record: Record, api: Record, kind: int) -> Outcome | None:
    status = record.number("status_id") or _UNKNOWN
    code = (
        api.text("response", "error")
        or record.text("status_code")
        or api.text("response", "code")
        or record.text("http_response", "code")
    )
    well = {_SUCCESS: True, _FAILURE: False}.get(status)
    return outcome(well, code, refused=kind == AUTHENTICATION)


SOURCE = Format(NAME, (("class_uid",),), _read)
