"""LLM platforms and gateways: OpenAI, Anthropic, LiteLLM, MCP gateways.

References:
    OpenAI API reference, Administration: project API keys, admin API keys, certificates. Anthropic
    Admin API: "Update API key". LiteLLM proxy, key management (`/key/block` takes a key or its hash).

Examples:
    >>> ROWS["litellm_key_hash"].undo
    'POST /key/unblock key={id}'
"""

from detector.respond.row import Row
from detector.respond.ways import Unreachable

_PROJECT_KEYS = "/v1/organization/projects/{account}/api_keys"
_CERTIFICATES = "/v1/organization/certificates"
_CONSOLE = "By hand: an administrator deletes it in the Claude Console, where it was made."

ROWS: dict[str, Row | Unreachable] = {
    "openai_api_key_id": Row("openai", "delete", f"DELETE {_PROJECT_KEYS}/{{id}}"),
    "openai_admin_api_key_id": Row(
        "openai", "delete", "DELETE /v1/organization/admin_api_keys/{id}",
        catch="Project keys that were made with it live on.",
    ),
    "openai_certificate_id": Row(
        "openai", "disable",
        f"POST {_CERTIFICATES}/deactivate certificate_ids=[{{id}}]",
        f"POST {_CERTIFICATES}/activate certificate_ids=[{{id}}]",
        "A project that has activated it by itself goes on: POST "
        "/v1/organization/projects/<project>/certificates/deactivate.",
    ),
    "openai_access_token_id": Unreachable(
        "OpenAI documents no call that takes back such a token by its id. By hand: an administrator "
        "revokes it in the workspace's settings, where it was made."
    ),
    "anthropic_api_key_id": Row(
        "anthropic", "disable",
        "POST /v1/organizations/api_keys/{id} status=inactive",
        "POST /v1/organizations/api_keys/{id} status=active",
    ),
    "anthropic_admin_api_key_id": Unreachable(
        f"Anthropic's Admin API does not manage the keys that it is called with. {_CONSOLE}"
    ),
    "anthropic_service_key_id": Unreachable(
        f"Anthropic documents no call that takes back a service key. {_CONSOLE}"
    ),
    "litellm_key_hash": Row(
        "litellm", "disable", "POST /key/block key={id}", "POST /key/unblock key={id}",
        "The provider's key behind the proxy is untouched.",
    ),
    "token_sha256": Unreachable(
        "The log has a hash of the token, by which its issuer takes none back. By hand: end the "
        "sessions of whoever it was issued to, or have the gateway refuse the hash {id}."
    ),
}  # fmt: skip
