"""Snowflake: login history and query history of an account, as rows in JSON.

Column names are read in capitals and in lower case. A query's text is looked through for secrets, and
its first words for what its type leaves open (what is made or given away); nothing of it is kept.

References:
    Snowflake documentation, account usage and organization usage views "LOGIN_HISTORY" and
    "QUERY_HISTORY"; behaviour change 1966 (ids of authentication factors).

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> raw = b'''{"EVENT_ID": "1", "EVENT_TIMESTAMP": "2026-01-05 09:30:00.000", "EVENT_TYPE": "LOGIN",
    ...     "USER_NAME": "ETL", "CLIENT_IP": "192.0.2.9", "IS_SUCCESS": "YES",
    ...     "FIRST_AUTHENTICATION_FACTOR": "RSA_KEYPAIR"}'''
    >>> [event] = SOURCE.decode(raw, Context(Fingerprints("a key of sixteen characters")), 1)
    >>> event.principal.uid, event.credential.type
    ('snowflake:user/ETL', 'rsa_keypair')
"""

from functools import lru_cache

from detector.sources.credentials import public
from detector.sources.format import Format
from detector.sources.origins import origin_of
from detector.sources.platform.snowflake_statements import (
    ENDED,
    MADE,
    Told,
    stage_in,
    told,
    user_in,
)  # fmt: skip
from detector.sources.record import Record
from detector.sources.spills import at
from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import (
    Access,
    Action,
    ActivityEvent,
    Child,
    Credential,
    Effect,
    Kind,
    Lifetime,
    Outcome,
    Principal,
    PrincipalType,
    Target,
)  # fmt: skip

NAME = "snowflake"
KIND = "snowflake_authentication"
_TIMES = ("EVENT_TIMESTAMP", "START_TIME", "END_TIME", "event_timestamp", "start_time", "end_time")
# Done or under way; any other word is of a failure.
_MADE_IT = frozenset({"", "SUCCESS", "RUNNING", "QUEUED", "BLOCKED", "RESUMING_WAREHOUSE"})
# Before the address of a session that Snowflake's own page opens.
_INSIDE = "INTERNAL_SNOWFLAKE_IP/"
_ELIDED = "390156"  # stands for failures that are too many to be written one by one
_SERVICES = frozenset({"RSA_KEYPAIR", "OAUTH_CLIENT_CREDENTIALS", "WORKLOAD_IDENTITY",
                       "OAUTH_ACCESS_TOKEN_CLIENT_CREDENTIALS"})  # fmt: skip
_TYPES: dict[str, PrincipalType] = {
    "PERSON": "human", "SERVICE": "service", "LEGACY_SERVICE": "service",
    "SNOWFLAKE_SERVICE": "workload",
}  # fmt: skip
_CREDENTIALS: dict[str, Lifetime] = {
    "password": "static", "rsa_keypair": "static", "programmatic_access_token": "static",
    "oauth_access_token": "ephemeral", "workload_identity": "ephemeral",
}  # fmt: skip
_OF_A_KIND = frozenset({"password", "rsa_keypair", "programmatic_access_token"})
_REFUSED = frozenset({"3001", "003001"})  # insufficient privileges
_ABSENT = frozenset({"2003", "002003"})  # no such object, or none that this role may see
_QUERIES: dict[str, tuple[Access, Effect]] = {
    "SELECT": ("read", ""), "SHOW": ("list", ""), "DESCRIBE": ("read", ""), "USE": ("read", ""),
    "INSERT": ("write", ""), "UPDATE": ("write", ""), "MERGE": ("write", ""), "DELETE": ("delete", ""),
    "COPY": ("write", ""), "UNLOAD": ("read", "share_out"), "GET_FILES": ("read", ""),
    "PUT_FILES": ("write", ""), "GRANT": ("admin", "grant"), "REVOKE": ("admin", ""),
    "CREATE_USER": ("admin", "persist"), "ALTER_USER": ("admin", "persist"),
    "CREATE_ROLE": ("admin", ""), "ALTER_ACCOUNT": ("admin", "impair_defence"),
    "CREATE_NETWORK_POLICY": ("admin", "open_network"), "DROP_NETWORK_POLICY": ("delete", "impair_defence"),
    "ALTER_NETWORK_POLICY": ("admin", "open_network"), "TRUNCATE_TABLE": ("delete", "destroy"),
    "DROP": ("delete", ""), "DROP_DATABASE": ("delete", "destroy"), "CREATE_SHARE": ("admin", "share_out"),
    "ALTER_SHARE": ("admin", "share_out"), "CREATE_STAGE": ("write", ""), "CALL": ("write", "execute"),
    "EXECUTE_TASK": ("write", "execute"), "CREATE": ("write", ""), "ALTER": ("write", ""),
    "CREATE_SECURITY_INTEGRATION": ("admin", "persist"),
}  # fmt: skip


def _read(record: Record) -> ActivityEvent:
    when = next((name for name in _TIMES if record.get(name) is not None), _TIMES[0])
    kind = _either(record, "QUERY_TYPE")
    name = _either(record, "USER_NAME")
    # A login that failed for want of a user is written without one.
    record.need(name or _either(record, "IS_SUCCESS"), "USER_NAME", "the name of the user")
    text = record.get("QUERY_TEXT") or record.get("query_text")
    statement = text if kind and isinstance(text, str) else ""
    said, user = told(statement), user_in(statement, name)
    outcome = _outcome(record, queries=bool(kind))
    event_kind, child = _subject(record, said, user, outcome)
    client = _either(record, "REPORTED_CLIENT_TYPE") or _either(record, "CLIENT_APPLICATION_ID")
    return ActivityEvent(
        uid=record.uid("EVENT_ID", "QUERY_ID", "event_id", "query_id"),
        source=NAME,
        tenant=record.tenant,
        time=record.time(when),
        principal=_principal(record, name),
        kind=event_kind,
        action=_query(kind, said) if kind else _login(record),
        credential=None if kind else _credential(record, name),
        target=_target(record, user, stage_in(statement), name),
        origin=origin_of(
            _either(record, "CLIENT_IP").removeprefix(_INSIDE),
            "",
            within=NAME,
            client=client.lower(),
        ),
        outcome=outcome,
        child=child,
        raw=record.ref,
    )


def _outcome(record: Record, *, queries: bool) -> Outcome:
    status = _either(record, "EXECUTION_STATUS").upper()
    code = _either(record, "ERROR_CODE")
    if not queries:
        if code == _ELIDED:
            code = _either(record, "ERROR_MESSAGE") or code
        failed = _either(record, "IS_SUCCESS").upper() not in {"YES", "TRUE", ""}
        return Outcome("denied", code) if failed else Outcome()
    if status in _MADE_IT:
        return Outcome()
    refused = "denied" if code in _REFUSED else "not_found" if code in _ABSENT else "failure"
    return Outcome(refused, code)  # type: ignore[arg-type]


def _subject(
    record: Record, said: Told | None, user: str, outcome: Outcome
) -> tuple[Kind, Child | None]:
    """The user's credential that a statement made or ended."""
    if said is None or not user or outcome.status != "success":
        return "use", None
    made, ended = MADE.get(said.name), ENDED.get(said.name)
    kind = made or ended
    if kind is None:
        return "use", None
    credential = public(
        f"{user}/{kind}", KIND, record.context, record.tenant, type=kind, lifetime="static"
    )
    holder = Principal(f"snowflake:user/{user}", user, known_by=user)
    return "issue" if made else "end", Child(credential, holder)


def _either(record: Record, name: str) -> str:
    return record.text(name) or record.text(name.lower())


def _principal(record: Record, name: str) -> Principal:
    account = _either(record, "ACCOUNT_NAME") or _either(record, "READER_ACCOUNT_NAME")
    if not name:
        return Principal("snowflake:unknown", "", account)
    factor = _either(record, "SECOND_AUTHENTICATION_FACTOR")
    first = _either(record, "FIRST_AUTHENTICATION_FACTOR").upper()
    guessed: PrincipalType = "human" if "@" in name else "unknown"
    kind = _TYPES.get(_either(record, "USER_TYPE").upper())
    return Principal(
        f"snowflake:user/{name}", name, account,
        kind or ("service" if first in _SERVICES else guessed),
        role=_either(record, "ROLE_NAME"), session=_either(record, "SESSION_ID"), known_by=name,
        mfa=True if factor else False if first == "PASSWORD" else None,
    )  # fmt: skip


def _login(record: Record) -> Action:
    kind = _either(record, "EVENT_TYPE").lower() or "login"
    return Action(NAME, kind, "read", "retrieval")


@lru_cache(1_024)
def _query(kind: str, said: Told | None) -> Action:
    if said is not None:
        operation = kind.lower() if said.name == kind.lower() else f"{kind.lower()}: {said.name}"
        plane = plane_by_words(operation, said.access)
        return Action(NAME, operation, said.access, plane, said.effect, said.foreign)
    known = _QUERIES.get(kind)
    if known is None and "_" in kind:
        known = _QUERIES.get(kind.partition("_")[0])
    access, effect = known or (access_by_verb(kind.lower()), "")
    return Action(NAME, kind.lower(), access, plane_by_words(kind.lower(), access), effect)


def _credential(record: Record, name: str) -> Credential | None:
    """The key or token by its id. Where the log has none yet, a user's credential of one kind
    stands for all of that kind."""
    kind = _either(record, "FIRST_AUTHENTICATION_FACTOR").lower()
    uid = _either(record, "FIRST_AUTHENTICATION_FACTOR_ID")
    lifetime = _CREDENTIALS.get(kind, "")
    if uid:
        return public(
            uid, "snowflake_credential_id", record.context, record.tenant, type=kind,
            lifetime=lifetime,
        )  # fmt: skip
    if kind not in _OF_A_KIND or not name:
        return None
    return public(
        f"{name}/{kind}", KIND, record.context, record.tenant, type=kind, lifetime=lifetime
    )


def _target(record: Record, user: str, stage: str, own: str) -> Target | None:
    """Whom or what a statement names, else the database it runs in. Not the warehouse: that only
    does the computing. Each user's own stage has the same name."""
    if user:
        return Target(f"user/{user}", "user")
    if stage:
        return Target(f"stage/~{own}" if stage == "~" else f"stage/{stage}", "stage")
    parts = [_either(record, part) for part in ("DATABASE_NAME", "SCHEMA_NAME")]
    uid = ".".join(part for part in parts if part)
    return Target(uid, "database" if parts[0] else "schema") if uid else None


SOURCE = Format(
    NAME,
    (
        ("USER_NAME", "EVENT_TYPE", "IS_SUCCESS"),
        ("user_name", "event_type", "is_success"),
        ("USER_NAME", "QUERY_TYPE"),
        ("user_name", "query_type"),
    ),
    _read,
    spills=at("QUERY_TEXT", "query_text"),
)
