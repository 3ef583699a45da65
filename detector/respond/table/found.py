"""What is known by a finding alone, is a decoy, or comes under a name that many systems share.

References:
    Documentation of Gitleaks, TruffleHog and GitHub secret scanning (findings without the secret);
    Canarytokens; Tracebit. OCSF 1.x, objects `authentication_token` and `programmatic_credential`.
    RFC 7009 and RFC 7519 (`jti`). Vault HTTP API for what a broker sends by `token_use`.

Examples:
    >>> ROWS["jti"].system
    'issuer'
"""

from detector.respond.row import Row
from detector.respond.table.platform import (
    HASHED_ACCESSOR,
    HASHED_LEASE,
    VAULT_LEASE,
    VAULT_TOKEN,
)
from detector.respond.ways import Unreachable

_LOCAL = "Services that check the token by themselves accept it until it expires."
_FOUND = Unreachable(
    "The scanner does not tell the secret, and {id} names its finding only. By hand: open the finding, "
    "revoke the secret where it was issued, then remove it from where it lies."
)
_DECOY = Unreachable(
    "It is a decoy: to end it would stop nothing and warn whoever used it. By hand: find out who could "
    "read the place where it lay, and set another."
)

ROWS: dict[str, Row | Unreachable] = {
    "accessor": VAULT_TOKEN,
    "accessor/hmac": HASHED_ACCESSOR,
    "lease_id": VAULT_LEASE,
    "lease_id/hmac": HASHED_LEASE,
    "jti": Row("issuer", "revoke", "the issuer's revocation list: jti={id}", catch=_LOCAL),
    "ocsf_token_uid": Row(
        "issuer", "revoke", "revoke token {id} in the system whose events these are", catch=_LOCAL
    ),
    "ocsf_credential_uid": Row(
        "issuer", "revoke", "revoke credential {id} in the system whose events these are"
    ),
    "gitleaks_fingerprint": _FOUND,
    "trufflehog_finding": _FOUND,
    "github_secret_alert": _FOUND,
    "canary_token": _DECOY,
    "tracebit_id": _DECOY,
}
