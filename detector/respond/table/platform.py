"""Vault, Kubernetes, Snowflake.

References:
    Vault and OpenBao HTTP API: `auth/token`, `sys/leases`, `sys/audit-hash`, `auth/approle`.
    Kubernetes: "Managing Service Accounts" (bound tokens), "Authenticating with Bootstrap Tokens",
    "Certificates and Certificate Signing Requests". Snowflake SQL reference: ALTER USER, ALTER USER
    MODIFY PROGRAMMATIC ACCESS TOKEN, view ACCOUNT_USAGE.CREDENTIALS.

Examples:
    >>> ROWS["vault_lease_id"].step
    'POST /v1/sys/leases/revoke lease_id={id}'
"""

from detector.respond.row import Row
from detector.respond.ways import Unreachable

VAULT_TOKEN = Row(
    "vault",
    "revoke",
    "POST /v1/auth/token/revoke-accessor accessor={id}",
    breaks="The token's children and leases end with it: whatever else works with them is refused.",
)
VAULT_LEASE = Row(
    "vault",
    "revoke",
    "POST /v1/sys/leases/revoke lease_id={id}",
    catch="Vault ends it in the background, at the system that it is for; sync=true waits for that.",
)
HASHED_ACCESSOR = Unreachable(
    "The audit log has the accessor only as an HMAC, which Vault does not take. By hand: LIST "
    "/v1/auth/token/accessors, hash each by POST /v1/sys/audit-hash/<device>, revoke the one that "
    "gives {id}; and let the audit device write accessors as they are (hmac_accessor=false)."
)
HASHED_LEASE = Unreachable(
    "The audit log has the lease only as an HMAC, which Vault does not take. By hand: LIST "
    "/v1/sys/leases/lookup/<prefix>, hash each by POST /v1/sys/audit-hash/<device>, revoke the one "
    "that gives {id}."
)
_SECRET_ID = Row(
    "vault",
    "revoke",
    "POST /v1/auth/approle/role/<role>/secret-id-accessor/destroy secret_id_accessor={id}",
    catch="Tokens that were obtained with the secret id live on until they expire.",
)
_MINUTE = "It takes about a minute to apply."
_OPEN = (
    'Sessions that are open live on: SELECT SYSTEM$ABORT_SESSION(<session>), or ALTER USER "{head}" '
    "ABORT ALL QUERIES."
)
_SUSPENDED = Row(
    "snowflake",
    "suspend",
    'ALTER USER "{who}" SET DISABLED = TRUE',
    'ALTER USER "{who}" SET DISABLED = FALSE',
    "Which of the user's credentials it is stands in SNOWFLAKE.ACCOUNT_USAGE.CREDENTIALS; to end "
    "that one alone is enough where it can be told.",
    "principal",
)

ROWS: dict[str, Row | Unreachable] = {
    "vault_accessor": VAULT_TOKEN,
    "vault_accessor/hmac": HASHED_ACCESSOR,
    "vault_token_hmac": Unreachable(
        "The audit log has the token only as an HMAC. By hand: find the token's accessor, which "
        "stands beside it in the log, and revoke that: POST /v1/auth/token/revoke-accessor."
    ),
    "vault_lease_id": VAULT_LEASE,
    "vault_lease_id/hmac": HASHED_LEASE,
    "vault_lease_id_hmac": HASHED_LEASE,
    "vault_secret_id_accessor": _SECRET_ID,
    "vault_secret_id_accessor/hmac": Unreachable(
        "The audit log has the accessor of the secret id only as an HMAC, which Vault does not take. "
        "By hand: LIST /v1/auth/approle/role/<role>/secret-id, hash each by POST "
        "/v1/sys/audit-hash/<device>, destroy the one that gives {id}."
    ),
    "k8s_jti": Unreachable(
        "Kubernetes takes back no token by its id. By hand: delete the object that it is bound to; of "
        "a token that is bound to none, delete the service account, which ends all its tokens."
    ),
    "k8s_jti/bound": Row(
        "kubernetes",
        "delete",
        "kubectl delete pod {pod} --namespace {space}",
        catch=f"{_MINUTE} What made the pod may make another, with a token of its own.",
        scope="principal",
        breaks="The pod ends, with all that runs in it.",
    ),
    "k8s_secret": Row(
        "kubernetes",
        "delete",
        "kubectl delete secret {tail} --namespace {head}",
        catch=_MINUTE,
    ),
    "k8s_bootstrap_token": Row(
        "kubernetes",
        "delete",
        "kubectl delete secret bootstrap-token-{id} --namespace kube-system",
        catch="Nodes that have joined by it keep their own certificates.",
    ),
    "k8s_x509_sha256": Unreachable(
        "Kubernetes takes back no client certificate: it is good until it expires. By hand: delete the "
        "role bindings of its user and groups; or change the cluster's client CA, which ends all."
    ),
    "k8s_credential_id": Unreachable(
        "The id was made by the cluster's own authenticator, which alone can take the credential back. "
        "By hand: revoke it there, or delete the role bindings of its user."
    ),
    "snowflake_credential_id": _SUSPENDED,
    "snowflake_credential_id/programmatic_access_token": Row(
        "snowflake",
        "disable",
        'ALTER USER "{who}" MODIFY PROGRAMMATIC ACCESS TOKEN <name> SET DISABLED = TRUE, where <name> '
        "is that of CREDENTIAL_ID {id} in SNOWFLAKE.ACCOUNT_USAGE.CREDENTIALS",
        'ALTER USER "{who}" MODIFY PROGRAMMATIC ACCESS TOKEN <name> SET DISABLED = FALSE',
        "Sessions that are open live on: SELECT SYSTEM$ABORT_SESSION(<session>).",
    ),
    "snowflake_authentication": _SUSPENDED,
    "snowflake_authentication/programmatic_access_token": Row(
        "snowflake",
        "disable",
        'ALTER USER "{head}" MODIFY PROGRAMMATIC ACCESS TOKEN <name> SET DISABLED = TRUE, for each of '
        'SHOW USER PROGRAMMATIC ACCESS TOKENS FOR USER "{head}"',
        'ALTER USER "{head}" MODIFY PROGRAMMATIC ACCESS TOKEN <name> SET DISABLED = FALSE',
        f"{_OPEN} Which of the user's tokens it was the log does not say.",
        "principal",
    ),
    "snowflake_authentication/rsa_keypair": Row(
        "snowflake",
        "delete",
        'ALTER USER "{head}" UNSET RSA_PUBLIC_KEY (of the second key: RSA_PUBLIC_KEY_2)',
        catch=_OPEN,
    ),
    "snowflake_authentication/password": Row(
        "snowflake", "delete", 'ALTER USER "{head}" UNSET PASSWORD', catch=_OPEN
    ),
}
