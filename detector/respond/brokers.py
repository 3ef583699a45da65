"""Who can take a credential away, by which identifier: one row per kind of identifier.

A row is chosen by the credential's `uid_kind`; AWS, where the answer depends on the principal too,
has its own module. What only a raw token could revoke is unreachable from logs, which hold its
fingerprint alone, and says so.

References:
    Vault and OpenBao HTTP API (`auth/token/revoke-accessor`, `sys/leases/revoke`); GitHub REST
    API; Okta Global Token Revocation; Microsoft Graph; Google IAM; Kubernetes service account
    tokens; SPIRE; RFC 7009.

Examples:
    >>> lease = Credential(fingerprint="9f", uid="aws/creds/ci/1", uid_kind="lease_id")
    >>> way_to_end(lease, None).step
    'sys/leases/revoke lease_id=aws/creds/ci/1'
"""

from msgspec import Struct
from msgspec.structs import replace

from detector.respond import aws
from detector.respond.ways import Unreachable, Way
from schemas.command import Descendant, Scope, Verb
from schemas.event import Credential, Principal


class Row(Struct, frozen=True):
    """One line of the table: `{id}` in `step` and `undo` stands for the identifier."""

    system: str
    action: Verb
    step: str
    undo: str = ""
    catch: str = ""
    scope: Scope = "credential"


_VAULT_TOKEN = Row("vault", "revoke", "auth/token/revoke-accessor accessor={id}")
_LEASE = Row("vault", "revoke", "sys/leases/revoke lease_id={id}")
_LOCAL = "Services that check the token by themselves accept it until it expires."

TABLE: dict[str, Row] = {
    "accessor": _VAULT_TOKEN,
    "token_accessor": _VAULT_TOKEN,
    "lease": _LEASE,
    "lease_id": _LEASE,
    "lease_prefix": Row("vault", "revoke", "sys/leases/revoke-prefix {id}", scope="principal"),
    "jti": Row("issuer", "revoke", "the issuer's revocation list: jti={id}", catch=_LOCAL),
    "key_alias": Row("gateway", "disable", "block key {id}", undo="unblock key {id}"),
    "virtual_key": Row("gateway", "disable", "block key {id}", undo="unblock key {id}"),
    "pat_id": Row("github", "revoke", "personal-access-tokens/{id} action=revoke"),
    "credential_id": Row("github", "revoke", "DELETE credential-authorizations/{id}"),
    "okta_user": Row(
        "okta", "revoke_sessions", "global-token-revocation sub_id={id}", "", _LOCAL, "session"
    ),
    "api_token_id": Row("okta", "revoke", "DELETE /api-tokens/{id}"),
    "entra_key_id": Row("entra", "delete", "removePassword keyId={id}", catch=_LOCAL),
    "service_account_key": Row(
        "gcp", "disable", "{id}:disable", "{id}:enable", "Short-lived tokens from the key live on."
    ),
    "k8s_secret": Row(
        "kubernetes", "delete", "delete secret {id}", catch="It takes about a minute to apply."
    ),
    "k8s_pod": Row(
        "kubernetes", "delete", "delete pod {id}", catch="It takes about a minute to apply."
    ),
    "spire_entry": Row(
        "spire", "delete", "entry delete -entryID {id}", catch="Issued SVIDs live out their TTL."
    ),
    "x509_serial": Row("teleport", "revoke", "add serial {id} to the revocation list"),
}


def way_to_end(credential: Credential | None, principal: Principal | None) -> Way | Unreachable:
    """The smallest step that stops `credential` in the hands of `principal`, or why none can."""
    row = _row_of(credential) if credential is not None and credential.uid else None
    if row is not None and credential is not None:
        return _from_row(row, credential)
    if aws.is_aws(credential, principal):
        return aws.way_to_end(credential, principal)
    if credential is None:
        return Unreachable("The evidence names no credential that could be revoked.")
    if not credential.uid:
        return Unreachable(
            "The log holds only a fingerprint of the credential; its owner cannot find it by that. "
            "By hand: find the token by its owner and time of use, and revoke it there."
        )
    kind = credential.uid_kind or "credential"
    return _from_row(
        Row("issuer", "revoke", f"revoke {kind} {{id}} where it was issued"), credential
    )


def _row_of(credential: Credential) -> Row | None:
    return TABLE.get(_table_name(credential.uid_kind))


def _table_name(kind: str) -> str:
    return kind.casefold().replace("-", "_")


def _from_row(row: Row, credential: Credential) -> Way:
    held_by = f", bound to {credential.bound_to}," if credential.bound_to else ""
    return Way(
        system=row.system,
        action=row.action,
        scope=row.scope,
        step=row.step.replace("{id}", credential.uid),
        undo=row.undo.replace("{id}", credential.uid),
        breaks=f"Whatever else works with {credential.uid}{held_by} is refused.",
        catch=row.catch,
    )


def ending(child: Descendant) -> Descendant:
    """The child with the step that ends it, filled in when the finding left it open."""
    return child if child.step else replace(child, step=_ending_step(child))


def _ending_step(child: Descendant) -> str:
    if child.uid.startswith(aws.LONG_LIVED):
        return f"iam:UpdateAccessKey AccessKeyId={child.uid} Status=Inactive"
    if child.uid.startswith(aws.TEMPORARY):
        whose = child.principal or "the role or user behind it"
        return f"deny tokens issued up to now on {whose} (AWSRevokeOlderSessions)"
    if "password" in child.kind or "login" in child.kind:
        return f"iam:DeleteLoginProfile for {child.principal or child.uid}"
    row = TABLE.get(_table_name(child.uid_kind or child.kind))
    if row is not None:
        return row.step.replace("{id}", child.uid)
    return f"revoke {child.kind or 'credential'} {child.uid} where it was issued"
