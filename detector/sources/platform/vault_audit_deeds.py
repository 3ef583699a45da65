"""What a Vault operation on a path does: which paths hold secrets, make credentials, open doors.

Examples:
    >>> action_of("read", "secret/data/web/config", "kv").access
    'secret_read'
    >>> action_of("update", "sys/policies/acl/web", "system").effect
    'grant'
    >>> action_of("read", "sys/health", "system").access
    'read'
    >>> action_of("update", "ldap/library/ops/check-out", "ldap").access
    'credential_issue'
    >>> action_of("update", "sys/audit/file", "system").effect
    ''
"""

from functools import lru_cache

from schemas.event import Access, Action, Effect, Plane

SERVICE = "vault"
Deed = tuple[Access, Effect]
_ACCESS: dict[str, Access] = {
    "read": "read", "list": "list", "create": "write", "update": "write", "patch": "write",
    "delete": "delete", "help": "read", "revoke": "delete", "renew": "write", "rollback": "unknown",
    "alias-lookahead": "read", "resolve-role": "read", "header": "read",
}  # fmt: skip
_CHANGES = frozenset({"write", "delete"})
_LOGINS = ("/login", "/callback")  # also auth/<mount>/login/<name>
_SECRET_IDS = ("/secret-id", "/custom-secret-id")
_DYNAMIC = ("/creds/", "/static-creds/", "/sts/")
_SIGNED = ("/issue/", "/sign/", "/sign-verbatim/")
# What is handed out at the end of a path: passwords of a library, tokens and keys of an account.
_HANDED = ("/check-out", "/credential/generate")
_ACCOUNTS = ("/roleset/", "/static-account/", "/impersonated-account/")
# A certificate that may sign others.
_AUTHORITIES = ("/root/", "/issuers/generate/")
# Who may come in, and as what: users, roles, groups and certificates of an auth method.
_DOORS = ("/role/", "/roles/", "/users/", "/groups/", "/map/", "/certs/", "/config/")
_STORES = frozenset({"kv", "generic", "cubbyhole"})
_STORE_NAMES = frozenset({"secret", "kv", "cubbyhole"})
# Policies that only forbid.
_GOVERNING = ("policies/egp/", "policies/rgp/")
_UNDERTAKEN = ("generate-root/attempt", "rekey/init", "rekey-recovery-key/init")
_DEFENCES = ("seal", "rekey", "step-down", "raw")
_LOGS = ("audit/", "config/auditing")  # switched on by a write
_LOOKUPS = ("leases/lookup", "tools/", "audit-hash/")


@lru_cache(8_192)
def action_of(operation: str, path: str, mount: str) -> Action:
    """The action that an operation on a path of a mount of some type is."""
    access: Access = _ACCESS.get(operation, "unknown")
    deed = _deed(path, access, mount)
    access, effect = deed if deed is not None else (access, "")
    plane: Plane = "retrieval" if access in {"read", "list", "secret_read"} else "action"
    return Action(SERVICE, _operation(operation, path), access, plane, effect)


def is_login(path: str) -> bool:
    """Whether somebody comes in by this path."""
    return path.startswith("auth/") and (path.endswith(_LOGINS) or "/login/" in path)


def _operation(operation: str, path: str) -> str:
    """The operation with the part of its path that names no secret."""
    head = path.split("/")
    if head[0] in {"sys", "auth", "identity"}:
        return f"{operation} {'/'.join(head[:2])}"
    return f"{operation} {head[0]}".strip()


def _deed(path: str, access: Access, mount: str) -> Deed | None:
    """What a path makes of an access to it, where that is more than the operation says."""
    head, _, rest = path.partition("/")
    if head == "sys":
        return _system(rest, access)
    if head == "auth":
        return _auth(path, access)
    if head == "identity":
        return _identity(rest, access)
    if mount in _STORES or (not mount and (head in _STORE_NAMES or rest.startswith("data/"))):
        return _store(path, access)
    if mount == "transit" or (not mount and head == "transit"):
        return _transit(rest, access)
    return _engine(path, access, mount)


def _store(path: str, access: Access) -> Deed | None:
    """A key-value store: what is read there is a secret, but for its metadata."""
    if "/destroy/" in path or ("/metadata/" in path and access == "delete"):
        return "delete", "destroy"
    return ("secret_read", "") if access == "read" and "/metadata/" not in path else None


def _transit(path: str, access: Access) -> Deed | None:
    """Keys that never leave, unless exported: using them changes nothing."""
    if path.startswith(("export/", "backup/")):
        return "secret_read", ""
    if path.startswith(("keys/", "restore")):
        gone: Deed | None = ("delete", "destroy") if access == "delete" else None
        return ("admin", "") if access == "write" else gone
    return ("read", "") if access == "write" else None


def _engine(path: str, access: Access, mount: str) -> Deed | None:
    """An engine that makes credentials when asked, by roles that somebody configured."""
    if "/config/" in path or "/roles/" in path or path.endswith("/config"):
        return ("admin", "persist") if access == "write" else None
    if access in {"read", "write"} and (any(name in path for name in _DYNAMIC) or _hands_out(path)):
        return "credential_issue", ""
    if mount == "pki" and path.endswith("/revoke"):
        return "delete", ""
    if mount == "pki" and access == "write" and any(name in path for name in _AUTHORITIES):
        return "credential_issue", "persist"
    if access == "write" and any(name in path for name in _SIGNED):
        return "credential_issue", ""
    return ("secret_read", "") if access == "read" and mount not in {"pki", "ssh"} else None


def _hands_out(path: str) -> bool:
    of_account = path.endswith(("/token", "/key")) and any(name in path for name in _ACCOUNTS)
    return of_account or path.endswith(_HANDED)


def _identity(path: str, access: Access) -> Deed | None:
    if path.startswith("oidc/token/"):
        return "credential_issue", ""
    if path.startswith("lookup/"):
        return "read", ""
    if path.startswith("mfa/"):
        return _factors(path, access) if access in _CHANGES else None
    return ("admin", "grant") if access == "write" else None


def _factors(path: str, access: Access) -> Deed:
    """Second factors that logins must show, and the rules that demand them."""
    off = access == "delete" or path.endswith("/admin-destroy")
    return "admin", "impair_defence" if off else ""


def _system(path: str, access: Access) -> Deed | None:
    if path.startswith("wrapping/"):
        return ("secret_read" if path.startswith("wrapping/unwrap") else "read"), ""
    if path.startswith("raw/") and access == "read":
        return "secret_read", ""
    if path.startswith(("capabilities", "internal/ui/")):
        return "read", "identity_probe" if path.startswith("capabilities") else ""
    if access not in _CHANGES:
        return None
    if path.startswith(_LOOKUPS):
        return "read", ""
    if path == "mfa/validate":  # the second half of a login
        return "credential_issue", ""
    return _administered(path, access)


def _administered(path: str, access: Access) -> Deed:
    """What a change of the system does."""
    if access == "delete" and path.startswith(_UNDERTAKEN):  # taken back before it is done
        return "admin", ""
    if path.startswith(_DEFENCES) or (path.startswith(_LOGS) and access == "delete"):
        return "admin", "impair_defence"
    if path.startswith("generate-root"):
        return "admin", "mint_credential"
    if path.endswith("/secondary-token"):
        return "credential_issue", "mint_credential"
    if path.startswith("mfa/"):
        return _factors(path, access)
    if path.startswith(_GOVERNING) and access == "delete":
        return "delete", "impair_defence"
    if path.startswith("plugins/catalog/"):
        return "admin", "persist" if access == "write" else ""
    if path.startswith(("policies/", "policy/")):
        rights = access == "write" and not path.startswith("policies/password/")
        return "admin", "grant" if rights else ""
    if path.startswith("namespaces/"):
        return "admin", "destroy" if access == "delete" else ""
    if path.startswith(("auth/", "mounts/")):
        tuned = path.endswith("/tune")
        return "admin", "" if tuned else "destroy" if access == "delete" else "persist"
    if path.startswith("leases/renew"):
        return "write", ""
    return ("delete", "") if path.startswith(("leases/revoke", "revoke")) else ("admin", "")


def _auth(path: str, access: Access) -> Deed | None:
    if is_login(path):
        return "credential_issue", ""
    if "/tidy/" in path:
        return None
    if path.startswith("auth/token/create") or path.endswith(_SECRET_IDS):
        making = access == "write"
        return ("credential_issue", "mint_credential") if making else None
    if path.startswith("auth/token/lookup"):
        return "read", "identity_probe"
    if path.startswith("auth/token/revoke") or path.endswith("/destroy"):
        return "delete", ""
    if path.endswith("/lookup"):
        return "read", ""
    doors = any(door in f"{path}/" for door in _DOORS)
    return ("admin", "persist") if access == "write" and doors else None
