"""GitHub, GitLab.

References:
    GitHub REST documentation: "Personal access tokens" of an organization (`token_id`, `pat_id`),
    "SAML SSO authorizations" (`credential-authorizations`), "Deploy keys", "Revocation" of
    credentials. GitLab REST documentation: personal access tokens, deploy tokens, tokens of
    agents, deploy keys, jobs, keys of users.

Examples:
    >>> ROWS["gitlab_token_id"].step
    'DELETE /api/v4/personal_access_tokens/{id}, as an administrator'
"""

from detector.respond.row import Row
from detector.respond.ways import Unreachable

_TOKEN = Row(
    "github",
    "revoke",
    "POST /orgs/{account}/personal-access-tokens/<pat_id> action=revoke (<pat_id>: the id, in GET "
    "/orgs/{account}/personal-access-tokens, of that with token_id {id})",
    catch=(
        "It ends the token's access to the organisation alone, and SSH keys made with it live on. A "
        "classic or OAuth token is not found so: DELETE "
        "/orgs/{account}/credential-authorizations/<credential_id>."
    ),
)

ROWS: dict[str, Row | Unreachable] = {
    "github_token_id": _TOKEN,
    "github_user_programmatic_access_id": _TOKEN,
    "github_hashed_token": Unreachable(
        "GitHub's log has a hash of the token, by which GitHub takes none back. By hand: of the "
        "tokens of the one who acted, withdraw that which matches in kind and time, GET "
        "/orgs/<org>/personal-access-tokens?owner=<login> or /orgs/<org>/credential-authorizations; "
        "whoever has the token itself can POST /credentials/revoke."
    ),
    "github_key": Unreachable(
        "GitHub's log has a key's fingerprint or a number, and not whose key it is. By hand: a deploy "
        "key, DELETE /repos/<owner>/<repo>/keys/<key_id>; a person's key, DELETE "
        "/orgs/<org>/credential-authorizations/<credential_id>."
    ),
    "gitlab_token_id": Row(
        "gitlab",
        "revoke",
        "DELETE /api/v4/personal_access_tokens/{id}, as an administrator",
        catch=(
            "Without an administrator: DELETE /api/v4/projects/<project>/access_tokens/{id}, or that "
            "of its group."
        ),
    ),
    "gitlab_deploy_token_id": Row(
        "gitlab",
        "revoke",
        "DELETE /api/v4/projects/<project>/deploy_tokens/{id} (of a group: "
        "/api/v4/groups/<group>/deploy_tokens/{id})",
    ),
    "gitlab_agent_token_id": Row(
        "gitlab",
        "revoke",
        "DELETE /api/v4/projects/<project>/cluster_agents/<agent>/tokens/{id} (<agent>: an id, in GET "
        "/api/v4/projects/<project>/cluster_agents)",
        breaks="The agent's cluster is cut off from GitLab, unless it has another token.",
    ),
    "gitlab_job_id": Row(
        "gitlab",
        "revoke",
        "POST /api/v4/projects/<project>/jobs/{id}/cancel",
        catch="Whoever may run the job's pipeline again gets another token.",
        breaks="The job ends.",
    ),
    "gitlab_key_id": Row(
        "gitlab",
        "delete",
        "DELETE /api/v4/users/<user>/keys/{id}, as an administrator (a deploy key: "
        "/api/v4/projects/<project>/deploy_keys/{id})",
    ),
    "gitlab_oauth_token_id": Unreachable(
        "GitLab takes back an OAuth token by the token itself alone. By hand: its user revokes the "
        "application under Preferences, Applications; an administrator can block the user, POST "
        "/api/v4/users/<user>/block."
    ),
    "gitlab_other_token_id": Unreachable(
        "GitLab's log does not say of which kind the token is, and its number alone names none. By "
        "hand: find it among the tokens of the one who acted, or block that user, POST "
        "/api/v4/users/<user>/block."
    ),
}
