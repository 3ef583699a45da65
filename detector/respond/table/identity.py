"""Okta, Auth0, Entra, Google, Duo, 1Password.

References:
    Okta API reference: API Tokens, User Sessions, Application Client Auth Credentials, Application
    Lifecycle; Okta support, "Invalidate Individual Sessions in Okta Identity Engine via API". Auth0
    Management API v2: sessions, refresh-tokens, device-credentials, grants, clients, users
    (`revoke-access`). Microsoft Graph v1.0: `revokeSignInSessions`, `removePassword`,
    `federatedIdentityCredentials`, service principals; Azure CLI, `az storage account`. Google Cloud
    IAM API: `serviceAccounts.keys.disable`; API Keys API v2: `keys.delete`, `keys.undelete`; Cloud Storage
    JSON API: `projects.hmacKeys.update`; Admin SDK Directory API: `tokens.delete`. Duo Admin API:
    users, bypass codes. 1Password CLI: `op user suspend`.

Examples:
    >>> ROWS["gcp_key_name"].undo
    'POST https://iam.googleapis.com/v1/projects/-/{id}:enable'
"""

from detector.respond.row import Row
from detector.respond.ways import Unreachable

_JWT = "Services that check an access token by themselves accept it until it expires."
_GRAPH = "https://graph.microsoft.com/v1.0"
_DIRECTORY = "https://admin.googleapis.com/admin/directory/v1"
_KEYS = "https://iam.googleapis.com/v1/projects/-/{id}"
_HMAC = "PUT https://storage.googleapis.com/storage/v1/projects/{account}/hmacKeys/{id} state="
_ENTRA_TOKENS = "Access tokens that the app has live on until they expire, for about an hour."
_LET_IN = "Whoever has been let in stays signed in at the application."
_OKTA_SESSIONS = Row(
    "okta",
    "revoke_sessions",
    "DELETE /api/v1/users/{who}/sessions?oauthTokens=true",
    catch=f"Sessions that applications keep by themselves live on. {_JWT}",
    scope="session",
)
_GRANT = Row(
    "google",
    "revoke",
    f"DELETE {_DIRECTORY}/users/{{head}}/tokens/{{tail}}",
    catch=(
        "Who has the user's session can grant it again, unless the app is blocked in the Admin "
        "console (API controls)."
    ),
)

ROWS: dict[str, Row | Unreachable] = {
    "okta_token_id": Row("okta", "revoke", "DELETE /api/v1/api-tokens/{id}"),
    # Okta takes no session by the id that its log has: only all of a user's.
    "okta_session_id": _OKTA_SESSIONS,
    "okta_oauth_token/human": _OKTA_SESSIONS,
    "okta_oauth_token": Unreachable(
        "Okta's log has a hash of the token, which Okta takes back by the token itself alone. By hand: "
        "POST /api/v1/apps/<app>/lifecycle/deactivate ends all tokens of the app that holds it."
    ),
    "okta_client_credential": Row(
        "okta",
        "disable",
        "POST /api/v1/apps/{who}/credentials/secrets/{id}/lifecycle/deactivate (of a key: "
        "credentials/jwks/{id})",
        "POST /api/v1/apps/{who}/credentials/secrets/{id}/lifecycle/activate (of a key: "
        "credentials/jwks/{id})",
        f"Tokens that the app has obtained with it live on. {_JWT}",
    ),
    "auth0_token_jti": Unreachable(
        "Auth0 takes back no access token: it is good until it expires. By hand: refuse jti {id} where "
        "it is shown, and POST /api/v2/clients/<client>/rotate-secret so that no new one is obtained."
    ),
    "auth0_token_jti/human": Row(
        "auth0",
        "revoke_sessions",
        "POST /api/v2/users/{who}/revoke-access",
        catch=f"The user's sessions and refresh tokens end; the token does not. {_JWT}",
        scope="session",
    ),
    "auth0_client_id": Row(
        "auth0",
        "revoke",
        "POST /api/v2/clients/{id}/rotate-secret",
        catch=f"Tokens that the application has live on. {_JWT}",
        breaks="The application cannot obtain tokens until it has the new secret.",
    ),
    "auth0_client_credential_id": Row(
        "auth0",
        "delete",
        "DELETE /api/v2/clients/{who}/credentials/{id}",
        catch=f"Tokens that the application has live on. {_JWT}",
        breaks="The application cannot sign itself in with this key.",
    ),
    "auth0_refresh_token_id": Row(
        "auth0", "revoke", "DELETE /api/v2/refresh-tokens/{id}", catch=_JWT
    ),
    "auth0_session_id": Row("auth0", "revoke", "POST /api/v2/sessions/{id}/revoke", catch=_JWT),
    "auth0_device_credential_id": Row(
        "auth0", "revoke", "DELETE /api/v2/device-credentials/{id}", catch=_JWT
    ),
    "auth0_grant_id": Row(
        "auth0",
        "revoke",
        "DELETE /api/v2/grants/{id}",
        catch=f"The user may grant it again. {_JWT}",
    ),
    "x509_sha256": Unreachable(
        "A certificate is taken back by its issuer, which does not know it by its hash. By hand: find "
        "the client that registered it (Auth0: GET /api/v2/clients/<client>/credentials), remove it "
        "there, and have its issuer revoke it."
    ),
    "entra_key_id": Row(
        "entra",
        "delete",
        f"POST {_GRAPH}/applications(appId='{{who}}')/removePassword keyId={{id}} (of a certificate: "
        "PATCH the application, with keyCredentials without it)",
        catch=_ENTRA_TOKENS,
    ),
    "entra_federated_credential_id": Row(
        "entra",
        "delete",
        f"DELETE {_GRAPH}/applications(appId='{{who}}')/federatedIdentityCredentials/{{id}}",
        catch=_ENTRA_TOKENS,
        scope="principal",
        breaks="Every workload that the credential trusts is refused.",
    ),
    "x509_thumbprint": Row(
        "entra",
        "delete",
        f"PATCH {_GRAPH}/applications(appId='{{who}}') with keyCredentials without that of "
        "thumbprint {id}",
        catch=_ENTRA_TOKENS,
    ),
    "entra_token_id/human": Row(
        "entra",
        "revoke_sessions",
        f"POST {_GRAPH}/users/{{who}}/revokeSignInSessions",
        catch=(
            "It takes some minutes. Services without continuous access evaluation accept the access "
            "token until it expires, for about an hour."
        ),
        scope="session",
    ),
    "entra_token_id": Row(
        "entra",
        "suspend",
        f"PATCH {_GRAPH}/servicePrincipals(appId='{{who}}') accountEnabled=false",
        f"PATCH {_GRAPH}/servicePrincipals(appId='{{who}}') accountEnabled=true",
        "Entra takes back no token by its id: the app gets no new one, and "
        "those that it has live on until they expire, for about an hour.",
        "principal",
    ),
    "azure_token_hash": Unreachable(
        "Azure Storage knows no token by its hash. By hand: renew the account key that it is or was "
        "signed with, az storage account keys renew; or of a user delegation, az storage account "
        "revoke-delegation-keys; or delete the stored access policy that it names."
    ),
    "gcp_key_name": Row(
        "gcp",
        "disable",
        f"POST {_KEYS}:disable",
        f"POST {_KEYS}:enable",
        "Short-lived tokens from the key live on, for about an hour.",
    ),
    "gcp_api_key_name": Row(
        "gcp",
        "delete",
        "DELETE https://apikeys.googleapis.com/v2/{id}",
        catch="For 30 days the key can be had back with keys.undelete.",
    ),
    "gcp_hmac_access_id": Row("gcp", "disable", f"{_HMAC}INACTIVE", f"{_HMAC}ACTIVE"),
    "google_oauth_grant": _GRANT,
    "duo_bypass_code_id": Row("duo", "delete", "DELETE /admin/v1/bypass_codes/{id}", catch=_LET_IN),
    # Without the factor, whoever has the password could enrol another: so the user is stopped.
    "duo_device_key": Row(
        "duo",
        "suspend",
        "POST /admin/v1/users/<user_id> status=disabled (<user_id>: GET "
        "/admin/v1/users?username={who})",
        "POST /admin/v1/users/<user_id> status=active",
        _LET_IN,
        "principal",
    ),
    "onepassword_session_uuid": Unreachable(
        "1Password ends no session by its id. By hand: of a service account, revoke its token in the "
        "account's developer settings; of a user, op user suspend."
    ),
    "onepassword_session_uuid/human": Row(
        "onepassword",
        "suspend",
        "op user suspend {who}",
        "op user reactivate {who}",
        "Items that the user has read are known: change what they hold.",
        "principal",
        "{who} is signed out of all devices.",
    ),
    "onepassword_token_uuid": Unreachable(
        "1Password has no call that takes back the token of a service account. By hand: revoke it, or "
        "delete the service account, in the account's developer settings; and change what it could read."
    ),
}
