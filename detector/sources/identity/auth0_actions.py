"""What an Auth0 log says was done: from its type code, or from the Management API's method and path.

Type codes are short and mean nothing to a reader (`fertft`), so the common ones get words; the code
stands in the outcome of what did not succeed. A call to the Management API is known by Auth0's own
description of it, and judged by the path.

References:
    Auth0 documentation, "Log Event Type Codes" and "Management API v2"; auth0-log-schemas (2026).

Examples:
    >>> deed_of("fertft"), deed_of("limit_wc").status
    (Deed(operation='refresh_token_exchange', status='denied', access='credential_issue', effect=''), 'denied')
    >>> managed("Delete log stream", "delete", "/api/v2/log-streams/lst_1")[:2]
    ('delete', 'impair_defence')
"""

from functools import lru_cache
from typing import Any

from msgspec import Struct

from detector.sources.verbs import access_by_verb
from schemas.event import Access, Effect, Status

_CACHED = 4_096


class Deed(Struct, frozen=True):
    """What a type code stands for."""

    operation: str
    status: Status = "success"
    access: Access = "unknown"
    effect: Effect = ""

    @property
    def visitor(self) -> bool:
        """Whether it is somebody at a login page who does it, known or not."""
        return self.operation.endswith(_AT_THE_DOOR)


_AT_THE_DOOR = ("login", "signup", "logout", "_blocked", "_check", "password_reset")
# What a code is about, behind the letter for success or failure.
_ABOUT: dict[str, tuple[str, Access]] = {
    "": ("login", "read"), "p": ("login", "read"), "u": ("login", "read"), "c": ("login", "read"),
    "co": ("cross_origin_check", "read"), "coa": ("cross_origin_login", "read"),
    "ens": ("native_social_login", "read"), "sa": ("silent_login", "read"), "lo": ("logout", "read"),
    "s": ("signup", "write"), "api": ("management_api", "unknown"),
    "eacft": ("code_exchange", "credential_issue"),
    "eccft": ("client_credentials_exchange", "credential_issue"),
    "ede": ("device_code_exchange", "credential_issue"),
    "eoobft": ("mfa_oob_exchange", "credential_issue"),
    "eotpft": ("mfa_otp_exchange", "credential_issue"),
    "epft": ("password_exchange", "credential_issue"),
    "epotpft": ("passwordless_exchange", "credential_issue"),
    "ercft": ("recovery_code_exchange", "credential_issue"),
    "ertft": ("refresh_token_exchange", "credential_issue"),
    "errt": ("rotated_refresh_token_exchange", "credential_issue"),
    "ete": ("token_exchange", "credential_issue"), "d": ("delegation", "credential_issue"),
    "cp": ("change_password", "write"), "cpr": ("change_password_request", "write"),
    "ce": ("change_email", "write"), "cu": ("change_username", "write"),
    "cpn": ("change_phone_number", "write"), "du": ("delete_user", "delete"),
    "rrt": ("revoke_refresh_token", "delete"), "v": ("verify_email", "write"),
    "vr": ("verify_email_request", "write"), "ui": ("import_users", "write"),
    "i": ("accept_invitation", "write"), "deaz": ("device_authorization", "read"),
    "decc": ("device_confirmation", "read"),
}  # fmt: skip
_CODES: dict[str, Deed] = {
    "w": Deed("login_warning", access="read"),
    "mgmt_api_read": Deed("management_api_read", access="secret_read"),
    "limit_wc": Deed("login_blocked", "denied", "read"),
    "limit_sul": Deed("login_blocked", "denied", "read"),
    "limit_mu": Deed("address_blocked", "denied", "read"),
    "limit_delegation": Deed("delegation", "throttled", "credential_issue"),
    "api_limit": Deed("rate_limit", "throttled"),
    "pwd_leak": Deed("leaked_password_login", "denied", "read"),
    "signup_pwd_leak": Deed("leaked_password_signup", "denied", "write"),
    "reset_pwd_leak": Deed("leaked_password_reset", "denied", "write"),
    "pla": Deed("pre_login_assessment", access="read"),
    "mfar": Deed("mfa_required", access="read"),
    "ublkdu": Deed("unblock_user", access="admin"),
    "gd_auth_succeed": Deed("mfa_check", access="read"),
    "gd_auth_failed": Deed("mfa_check", "denied", "read"),
    "gd_auth_rejected": Deed("mfa_check", "denied", "read", "factor_refused"),
    "gd_otp_rate_limit_exceed": Deed("mfa_check", "throttled", "read"),
    "gd_recovery_succeed": Deed("mfa_recovery", access="read"),
    "gd_recovery_failed": Deed("mfa_recovery", "denied", "read"),
    "gd_enrollment_complete": Deed("mfa_enrolment", access="admin"),
    "gd_start_enroll": Deed("mfa_enrolment_start", access="admin"),
    "gd_unenroll": Deed("mfa_unenrolment", access="admin", effect="impair_defence"),
    # Names and pictures of the factor's pages: every change of a tenant's settings writes one.
    "gd_tenant_update": Deed("mfa_settings_update", access="admin"),
}  # fmt: skip
_WEAKER = ("_failed", "_failure", "_rejected")
# Refused because of who asked or with what: any other failure is one of the service.
_REFUSED = frozenset({"read", "credential_issue", "unknown"})
_BY_METHOD: dict[str, Access] = {
    "get": "read", "post": "write", "put": "write", "patch": "write", "delete": "delete",
}  # fmt: skip
_DEFENCES = ("log-streams", "attack-protection", "guardian", "risk-assessment", "anomaly",
             "network-acls", "self-service-profiles")  # fmt: skip
_EXEMPT = frozenset({"allowlist", "allowlists", "exemptions"})
_OFF = frozenset({"off", "none", "never", "disabled", "inactive", "paused", "suspended"})
_LOGIN_CODE = ("actions", "rules", "hooks", "triggers", "flows", "integrations", "connections")
_MEMBERS = ("roles", "permissions", "members", "invitations", "tenant_invitations", "grants")
_FACTORS = frozenset({"authenticators", "authentication-methods", "multifactor"})


@lru_cache(_CACHED)
def deed_of(code: str) -> Deed:
    """What a type code stands for."""
    known = _CODES.get(code)
    if known is not None:
        return known
    about = _ABOUT.get(code[1:]) if code[:1] in {"s", "f"} else None
    if about is not None:
        operation, access = about
        if code[0] == "s":
            return Deed(operation, access=access)
        return Deed(operation, "denied" if access in _REFUSED else "failure", access)
    status: Status = "failure" if code.endswith(_WEAKER) or code[:1] == "f" else "success"
    return Deed(code, status, access_by_verb(code))


@lru_cache(_CACHED)
def managed(operation: str, method: str, path: str, *, off: bool = True) -> tuple[Access, Effect]:
    """The access and the effect of a call to the Management API. `off` says whether what was sent
    switches something off, which counts where a defence is set."""
    access = _BY_METHOD.get(method.lower()) or access_by_verb(operation)
    parts = [part for part in path.lower().split("/") if part not in {"", "api", "v2"}]
    return _issuing(parts, method.lower()) or (
        _administered(parts, access),
        _effect(parts, access, off=off),
    )


def weakens(body: Any, depth: int = 6) -> bool:
    """Whether the body of a request takes a defence away: it switches something off, empties a list
    or exempts somebody. One that the log does not have may do so.

    Examples:
        >>> weakens({"enabled": True}), weakens({"enabled": False}), weakens([]), weakens(None)
        (False, True, True, True)
        >>> weakens({"enabled": True, "allowlist": ["192.0.2.9"]})
        True
    """
    if isinstance(body, dict) and body:
        if isinstance(body.get("enabled"), bool):
            return not body["enabled"] or any(body.get(name) for name in _EXEMPT)
        return depth > 0 and any(
            bool(one) if name in _EXEMPT else weakens(one, depth - 1) for name, one in body.items()
        )
    return not body or (isinstance(body, str) and body.lower() in _OFF)


def _issuing(parts: list[str], method: str) -> tuple[Access, Effect] | None:
    if method != "post" or not parts:
        return None
    if parts == ["tickets", "password-change"] or parts[-1] == "recovery-code-regeneration":
        return "credential_issue", "mint_credential"
    if parts[-1] == "rotate-secret" or (parts[0] == "clients" and parts[-1] == "credentials"):
        return "credential_issue", "mint_credential"
    return ("credential_issue", "persist") if parts == ["clients"] else None


def _of_role(parts: list[str]) -> bool:
    """Users that are put into a role."""
    return parts[0] == "roles" and parts[-1] == "users"


def _administered(parts: list[str], access: Access) -> Access:
    if access != "write" or not parts:
        return access
    if parts[0] == "keys" or _FACTORS.intersection(parts):
        return "admin"
    named = parts[0].startswith((*_DEFENCES, *_LOGIN_CODE)) or parts[-1] in _MEMBERS
    named = named or _of_role(parts)
    return "admin" if named or parts[0] in {"client-grants", "tenants", "clients"} else access


def _effect(parts: list[str], access: Access, *, off: bool) -> Effect:
    if access not in {"write", "delete"} or not parts:
        return ""
    first = parts[0]
    if first.startswith(_DEFENCES):
        return "impair_defence" if off or access == "delete" else ""
    if access == "delete" and _FACTORS.intersection(parts):
        return "impair_defence"
    if access == "delete":
        return "destroy" if first in {"users", "connections", "tenants"} and len(parts) <= 2 else ""
    if first.startswith(_LOGIN_CODE):
        return "persist"
    if parts == ["roles"]:  # one that nobody has yet
        return ""
    if parts[-1] in _MEMBERS or first == "client-grants" or _of_role(parts):
        return "grant"
    # A factor that is set up for somebody, a second identity, or a token exchange of one's own making.
    if _FACTORS.intersection(parts) - {"multifactor"} or parts[-1] == "identities":
        return "persist"
    if first == "token-exchange-profiles":
        return "persist"
    return "persist" if parts == ["users"] else ""
