"""Snowflake: login history and query history of an account, as rows in JSON.

Column names are read in capitals and in lower case. A query's text is looked
through for secrets, and dropped.

References:
    Snowflake documentation, account usage views "LOGIN_HISTORY" and "QUERY_HISTORY".

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
from detector.sources.record import Record
from detector.sources.spills import at
from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import (
    Access,
    Action,
    ActivityEvent,
    Credential,
    Effect,
    Outcome,
    Principal,
    Target,
)  # fmt: skip

NAME = "snowflake"
_TIMES = ("EVENT_TIMESTAMP", "START_TIME", "END_TIME", "event_timestamp", "start_time", "end_time",
          "p_event_time")  # fmt: skip
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
    queries = record.get("QUERY_TYPE") is not None or record.get("query_type") is not None
    name = record.need(_either(record, "USER_NAME"), "USER_NAME", "the name of the user")
    success = _either(record, "IS_SUCCESS").upper()
    status = _either(record, "EXECUTION_STATUS").upper()
    code = _either(record, "ERROR_CODE")
    failed = success == "NO" or status.startswith("FAIL") or status == "INCIDENT"
    return ActivityEvent(
        uid=record.uid("EVENT_ID", "QUERY_ID", "event_id", "query_id"),
        source=NAME,
        tenant=record.tenant,
        time=record.time(when),
        principal=_principal(record, name),
        action=_query(_either(record, "QUERY_TYPE")) if queries else _login(record),
        credential=None if queries else _credential(record, name),
        target=_target(record),
        origin=origin_of(
            _either(record, "CLIENT_IP"), "", within=NAME,
            client=(_either(record, "REPORTED_CLIENT_TYPE") or _either(record, "CLIENT_APPLICATION_ID")).lower(),
        ),
        outcome=Outcome("failure" if queries else "denied", code) if failed else Outcome(),
        raw=record.ref,
    )  # fmt: skip


def _either(record: Record, name: str) -> str:
    return record.text(name) or record.text(name.lower())


def _principal(record: Record, name: str) -> Principal:
    factor = _either(record, "SECOND_AUTHENTICATION_FACTOR")
    first = _either(record, "FIRST_AUTHENTICATION_FACTOR")
    service = first.upper() in {"RSA_KEYPAIR", "OAUTH_CLIENT_CREDENTIALS", "WORKLOAD_IDENTITY"}
    kind = "service" if service else "human" if "@" in name else "unknown"
    return Principal(
        f"snowflake:user/{name}", name, type=kind,  # type: ignore[arg-type]
        role=_either(record, "ROLE_NAME"), session=_either(record, "SESSION_ID"), known_by=name,
        mfa=True if factor else False if first.upper() == "PASSWORD" else None,
    )  # fmt: skip


def _login(record: Record) -> Action:
    kind = _either(record, "EVENT_TYPE").lower() or "login"
    return Action(NAME, kind, "read", "retrieval")


@lru_cache(1_024)
def _query(kind: str) -> Action:
    known = _QUERIES.get(kind)
    if known is None and "_" in kind:
        known = _QUERIES.get(kind.partition("_")[0])
    access, effect = known or (access_by_verb(kind.lower()), "")
    return Action(NAME, kind.lower(), access, plane_by_words(kind.lower(), access), effect)


def _credential(record: Record, name: str) -> Credential | None:
    """Logs name no key: a user's credential of one kind stands for all of that kind."""
    kind = _either(record, "FIRST_AUTHENTICATION_FACTOR").lower()
    if kind not in {"password", "rsa_keypair", "programmatic_access_token"}:
        return None
    return public(
        f"{name}/{kind}", "snowflake_authentication", record.context, record.tenant, type=kind,
        lifetime="static",
    )  # fmt: skip


def _target(record: Record) -> Target | None:
    parts = [_either(record, part) for part in ("DATABASE_NAME", "SCHEMA_NAME")]
    uid = ".".join(part for part in parts if part) or _either(record, "WAREHOUSE_NAME")
    return Target(uid, "database" if parts[0] else "warehouse") if uid else None


SOURCE = Format(
    NAME,
    (
        (b'"USER_NAME"', b'"EVENT_TYPE"', b'"IS_SUCCESS"'),
        (b'"user_name"', b'"event_type"', b'"is_success"'),
        (b'"USER_NAME"', b'"QUERY_TYPE"'),
        (b'"user_name"', b'"query_type"'),
    ),
    _read,
    spills=at("QUERY_TEXT", "query_text"),
)
