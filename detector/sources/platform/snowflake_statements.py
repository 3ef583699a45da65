r"""What the first words of a Snowflake statement tell that the type of the query leaves open.

`ALTER_USER` may lock somebody out, add a token or take the network policy off. Only the beginning of
a statement is looked at, and nothing of it is kept but a word of ours, the user or stage it is about
and whom it hands data to.

References:
    Snowflake documentation, "ALTER USER", "CREATE SHARE", "COPY INTO <location>", "GET", "PUT" and
    "Using programmatic access tokens for authentication".

Examples:
    >>> told("ALTER USER etl ADD PROGRAMMATIC ACCESS TOKEN ci DAYS_TO_EXPIRY = 30")
    Told(name='add_token', access='credential_issue', effect='mint_credential', foreign='')
    >>> told("alter user if exists \"Ada\" unset network_policy").effect
    'impair_defence'
    >>> told("COPY INTO 's3://elsewhere/out/' FROM shop.public.cards").foreign
    's3://elsewhere'
    >>> told("alter user etl set default_warehouse = small comment = 'nightly'").effect
    ''
    >>> told("SELECT 1") is None
    True
"""

import re

from msgspec import Struct

from detector.sources.text import kept
from schemas.event import Access, Effect

_READ = 400
_CHANGES = "SET|UNSET|ADD|MODIFY|ROTATE|REMOVE|RENAME|RESET|ABORT|ENROLL|DELEGATE"
_USER = re.compile(
    r"(?:(?:ALTER|CREATE|CREATE OR REPLACE|DROP) USER (?:IF EXISTS |IF NOT EXISTS )?"
    r"|(?:GRANT|REVOKE) [^;]{1,255}? (?:TO|FROM) USER )"
    rf"(?!(?:IF|{_CHANGES}) |IDENTIFIER ?\()(?P<name>\"[^\"]{{1,255}}\"|[\w$@.]{{1,255}})",
    re.IGNORECASE,
)
# Of one's own user no name is needed.
_OWN = re.compile(rf"ALTER USER (?:IF EXISTS )?(?:{_CHANGES}) ", re.IGNORECASE)
_STAGE = re.compile(
    r"(?:CREATE (?:OR REPLACE )?(?:TEMP |TEMPORARY )?STAGE (?:IF NOT EXISTS )?"
    r"|(?:GET|LIST|LS|REMOVE|RM|COPY INTO) '?@|PUT '?file:[^@]{1,255}@)"
    r"(?P<name>\"[^\"]{1,255}\"|~|[\w$.%]{1,255})",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"--[^\n]*(?:\n|$)|/\*.*?(?:\*/|$)", re.DOTALL)
_TOKEN = r"(?:PROGRAMMATIC ACCESS TOKEN|PAT)\b"  # noqa: S105 - words of a statement
_Form = tuple[re.Pattern[str], str, Access, Effect]


def _form(text: str, name: str, access: Access, effect: Effect = "") -> _Form:
    return re.compile(text, re.IGNORECASE), name, access, effect


_FORMS: dict[str, tuple[_Form, ...]] = {
    "ALTER USER": (
        _form(rf" ADD {_TOKEN}", "add_token", "credential_issue", "mint_credential"),
        _form(rf" ROTATE {_TOKEN}", "rotate_token", "credential_issue", "mint_credential"),
        _form(rf" REMOVE {_TOKEN}", "remove_token", "delete"),
        _form(r" UNSET RSA_PUBLIC_KEY", "unset_key", "delete"),
        _form(r" SET RSA_PUBLIC_KEY", "set_key", "credential_issue", "persist"),
        _form(r" UNSET (?:NETWORK_POLICY|AUTHENTICATION POLICY)", "unset_policy", "admin",
              "impair_defence"),
        _form(r" SET (?:DISABLE_MFA|MINS_TO_BYPASS_MFA)", "bypass_mfa", "admin", "impair_defence"),
        # A policy of one user's own takes the place of everybody's.
        _form(r" SET (?:NETWORK_POLICY|AUTHENTICATION POLICY)", "set_policy", "admin",
              "impair_defence"),
        _form(r"[ ,]PASSWORD ?=", "set_password", "credential_issue", "persist"),
        _form(r" UNSET PASSWORD", "unset_password", "delete"),
        _form(r" ABORT ALL QUERIES", "abort", "write"),
        _form(r" REMOVE MFA METHOD", "remove_factor", "delete", "impair_defence"),
        _form(r" REMOVE DELEGATED AUTHORIZATION", "remove_delegation", "delete"),
        _form(r" SET DISABLED ?= ?TRUE", "disable", "admin"),
    ),
    "ALTER ACCOUNT": (
        _form(r" UNSET (?:NETWORK_POLICY|AUTHENTICATION POLICY)", "unset_policy", "admin",
              "impair_defence"),
    ),
    "ALTER SHARE": (
        _form(r" (?:ADD|SET) ACCOUNTS(?: ?= ?(?P<foreign>[\w.]{1,255}(?: ?, ?[\w.]{1,255})*))?",
              "share", "admin", "share_out"),
        _form(r" REMOVE ACCOUNTS", "unshare", "admin"),
    ),
    "CREATE SHARE": (_form("", "create_share", "admin", "share_out"),),
    # What is granted to a share, the accounts that have it may read.
    **{
        f"GRANT {right}": (_form(r" TO SHARE ", "into_share", "admin", "share_out"),)
        for right in ("USAGE", "SELECT", "REFERENCE_USAGE")
    },
    "CREATE EXTERNAL": (_form(r" LISTING ", "create_listing", "admin", "share_out"),),
    "CREATE MANAGED": (_form(r" ACCOUNT ", "create_account", "admin", "persist"),),
    **{
        f"DROP {kind}": (_form(r" POLICY ", "drop_policy", "delete", "impair_defence"),)
        for kind in ("NETWORK", "AUTHENTICATION", "PASSWORD", "SESSION", "MASKING", "ROW")
    },
    "DROP DATABASE": (_form("", "drop_database", "delete", "destroy"),),
    "ALTER TABLE": (
        _form(r" (?:UNSET MASKING POLICY|DROP (?:ALL )?ROW ACCESS POLIC(?:Y|IES))",
              "uncover", "admin", "impair_defence"),
    ),
    "CREATE SECURITY": (_form(r" INTEGRATION ", "create_integration", "admin", "persist"),),
    "ALTER SECURITY": (_form(r" INTEGRATION ", "alter_integration", "admin", "persist"),),
    "SELECT SYSTEM$GENERATE_SCIM_ACCESS_TOKEN": (
        _form("", "scim_token", "credential_issue", "mint_credential"),
    ),
    "SELECT SYSTEM$SHOW_OAUTH_CLIENT_SECRETS": (_form("", "client_secrets", "secret_read"),),
    "CREATE USER": (_form("", "create_user", "admin", "persist"),),
    "COPY INTO": (
        _form(r"^COPY INTO ['\"]?(?P<foreign>(?:s3|s3gov|s3china|gcs|azure)://[^/'\"\s]{1,255})",
              "unload_outside", "read", "share_out"),
    ),
}  # fmt: skip
# The kind of credential that is made or ended.
MADE = {"add_token": "programmatic_access_token", "rotate_token": "programmatic_access_token",
        "set_key": "rsa_keypair", "set_password": "password"}  # fmt: skip
ENDED = {"remove_token": "programmatic_access_token", "unset_key": "rsa_keypair",
         "unset_password": "password"}  # fmt: skip


# What describes a user, or where its work begins: nobody gets in by it.
_DESCRIBES = re.compile(
    r"ALTER USER (?:IF EXISTS )?(?:\"[^\"]+\"|[\w$@.]+) (?:SET|UNSET)(?:[ ,]+"
    r"(?:DEFAULT_(?:WAREHOUSE|NAMESPACE|ROLE|SECONDARY_ROLES)|COMMENT|DISPLAY_NAME|FIRST_NAME"
    r"|MIDDLE_NAME|LAST_NAME|MUST_CHANGE_PASSWORD)(?: ?= ?(?:'[^']*'|\"[^\"]*\"|\([^)]*\)|[\w$.]+))?)+ ?;?",
    re.IGNORECASE,
)


class Told(Struct, frozen=True):
    """What a statement does, and to which bucket or accounts outside it hands data."""

    name: str
    access: Access
    effect: Effect
    foreign: str = ""


def told(statement: str) -> Told | None:
    """What the beginning of a statement says; None if nothing beyond its type."""
    text = _plain(statement)
    words = text.upper().replace("OR REPLACE ", "").replace("(", " ").split(" ", 2)
    head = " ".join(words[:2])
    # All of it must have been read: what comes after may be a password.
    if head == "ALTER USER" and len(statement) <= _READ and _DESCRIBES.fullmatch(text):
        return Told("describe", "admin", "")
    forms = _FORMS.get(head)
    if forms is None:
        return None
    for form, name, access, effect in forms:
        match = form.search(text)
        if match is not None:
            foreign = match.groupdict().get("foreign") or ""
            return Told(name, access, effect, kept(foreign.replace(" ", "")))
    return None


def user_in(statement: str, own: str) -> str:
    """The user that a statement makes, changes, drops or gives rights to, which is `own` where one's
    own needs no name; empty if it does nothing of that.

    Examples:
        >>> user_in("ALTER USER bo SET DISABLED = FALSE", "ADA"), user_in("ALTER USER ADD PAT ci", "ADA")
        ('BO', 'ADA')
    """
    text = _plain(statement)
    return _found(_USER, text) or (own if _OWN.match(text) else "")


def stage_in(statement: str) -> str:
    """The stage that a statement makes, reads, fills or empties; empty if it does nothing of that. A
    user's own is `~`, a table's has the table's name behind `%`.

    Examples:
        >>> stage_in("create or replace temp stage shop.public.out url = 's3://elsewhere'")
        'SHOP.PUBLIC.OUT'
        >>> stage_in("GET '@~/orders.csv' 'file:///tmp'")
        '~'
    """
    return _found(_STAGE, _plain(statement))


def _found(form: re.Pattern[str], text: str) -> str:
    found = form.match(text)
    return kept(_name(found["name"])) if found is not None else ""


def _plain(statement: str) -> str:
    return " ".join(_COMMENT.sub(" ", statement[:_READ]).split())


def _name(written: str) -> str:
    """A name as Snowflake stores it: in capitals, unless it was quoted."""
    return written[1:-1] if written.startswith('"') else written.upper()
