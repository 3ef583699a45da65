"""What everybody does on a usual day, by the part that they play in stories: operations and targets.

A part is named after the log that shows it, unless that log shows several.

Examples:
    >>> family_of("controller"), family_of("duo")
    ('kubernetes_audit', 'duo')
    >>> PARTS["mcp"].kind
    'agent'
"""

from msgspec import Struct

Work = tuple[tuple[str, str], ...]
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36"


class Part(Struct, frozen=True):
    """`kind` is human, service, agent or job; a job runs once a night. Who `roams` has another
    address each time, as hosted runners have."""

    kind: str
    tool: str
    work: Work
    roams: bool = False


# Parts whose log has another name.
_FAMILY = {
    "person": "okta", "okta_admin": "okta", "helpdesk": "okta", "entra_app": "entra_signin", "builder": "github_audit",
    "deployer": "vault_audit", "controller": "kubernetes_audit", "etl": "snowflake",
    "gcp_person": "gcp_audit", "releaser": "github_audit", "worker": "kubernetes_audit",
    "batch": "cloudtrail", "retriever": "mcp", "app_owner": "entra_audit",
    "azure_reader": "azure_activity", "operator": "azure_activity", "mailer": "mcp",
    "syncer": "gitlab_requests", "mirror": "github_audit", "rotator": "gcp_audit",
    "issuer": "kubernetes_audit", "app_developer": "entra_audit",
}  # fmt: skip
_PEOPLE: dict[str, Work] = {
    "person": (("user.session.start", "portal"), ("user.authentication.sso", "wiki"),
               ("user.authentication.sso", "mail")),
    "okta_admin": (("user.session.start", "portal"), ("system.api_token.revoke", "old"),
                   ("system.api_token.create", "new"), ("user.lifecycle.update", "staff")),
    "helpdesk": (("user.session.start", "portal"), ("user.mfa.factor.reset_all", "staff"),
                 ("user.account.reset_password", "staff")),
    "auth0": (("s", "shop"), ("ss", "shop")),
    "google_workspace": (("drive:view", "plan"), ("drive:edit", "notes"), ("login:login_success", "")),
    "duo": (("authentication", "vpn"), ("authentication", "portal")),
    "onepassword": (("reveal", "printer"), *(("fill", name) for name in (
        "wiki", "mail", "bank", "travel", "shop", "news", "video"))),
    "gitlab_audit": (("repository_git_operation", "acme/site"), ("merge_request_merged", "acme/site")),
    "entra_signin": (("sign-in", "Portal"), ("sign-in", "Mail")),
    "azure_activity": (("Microsoft.Compute/virtualMachines/read", "Microsoft.Compute/virtualMachines/web"),
                       ("Microsoft.Web/sites/write", "Microsoft.Web/sites/site")),
    "azure_reader": (("Microsoft.Storage/storageAccounts/read", "Microsoft.Storage/storageAccounts/logs"),
                     ("Microsoft.Web/sites/read", "Microsoft.Web/sites/site")),
    "operator": (("Microsoft.Compute/virtualMachines/runCommand/action",
                  "Microsoft.Compute/virtualMachines/web"),
                 ("Microsoft.Compute/virtualMachines/restart/action",
                  "Microsoft.Compute/virtualMachines/web")),
    "anthropic_audit": (("claude_chat_created", "chat"), ("claude_chat_viewed", "chat")),
    "openai_audit": (("login.succeeded", ""), ("project.updated", "proj")),
    "entra_audit": (("Update user", "staff"), ("Add member to group", "staff"),
                    ("Update application", "site")),
    "app_owner": (("Update application", "intranet"), ("Update service principal", "intranet"),
                  ("Add service principal credentials", "intranet")),
    "app_developer": (("Update application", "shop"), ("Update user", "self")),
    "github_webhook": (("push", "acme/site"), ("pull_request.opened", "acme/site"),
                       ("issue.opened", "acme/site"), ("workflow_run.completed", "acme/site")),
    "ecs": (("user-login", "portal"), ("report-viewed", "sales"), ("report-saved", "sales")),
    "gcp_person": (("compute:v1.compute.instances.get", "projects/shop-prod/zones/z/instances/web"),
                   ("storage:storage.objects.list", "projects/_/buckets/shop")),
    "ocsf": (("logon", "wiki"), ("GetPage", "wiki"), ("UpdatePage", "wiki")),
}  # fmt: skip
_SERVICES: dict[str, tuple[str, Work]] = {
    "okta": ("okta-sdk-python/2.9", (("user.lifecycle.create", "staff"), ("user.lifecycle.update", "staff"),
                                     ("group.user_membership.add", "staff"))),
    "github_audit": ("git/2.44", (("git.clone", "acme/shop"), ("git.fetch", "acme/shop"),
                                  ("git.push", "acme/shop"))),
    "cloudtrail": ("Boto3/1.35 Python/3.11", (("s3:GetObject", ""), ("s3:PutObject", ""),
                                              ("sqs:ReceiveMessage", ""))),
    "gcp_audit": ("google-api-python-client/2.0", (
        ("storage:storage.objects.get", "projects/_/buckets/shop"),
        ("storage:storage.objects.create", "projects/_/buckets/shop"))),
    "kubernetes_audit": ("web/v1 (linux/amd64)", (("get configmaps", "web"), ("list pods", ""),
                                                  ("watch endpoints", "web"))),
    "vault_audit": ("vault-agent/1.17", (("read", "secret/data/web/db"), ("read", "secret/data/web/mail"))),
    "snowflake": ("PYTHON_DRIVER", (("LOGIN", ""), ("SELECT", "SHOP"), ("MERGE", "SHOP"))),
    "litellm": ("openai-python/1.5", (("acompletion", "m-large"), ("aembedding", "m-embed"))),
    "bedrock_invocation": ("", (("Converse", "m-large"),)),
    "entra_app": ("python-msal/1.31", (("sign-in", "Graph"), ("sign-in", "Storage"))),
    "builder": ("git/2.45", tuple(("git.fetch", f"acme/{name}") for name in (
        "app", "lib-a", "lib-b", "lib-c", "docs"))),
    "deployer": ("vault/1.18", tuple(("read", f"secret/data/shop/{name}") for name in (
        "db", "mail", "pay", "search", "tls"))),
    "controller": ("controller/v1.15 (linux/amd64)", (
        ("list secrets", ""), ("watch secrets", ""), ("update secrets", "tls-1"),
        *(("get secrets", f"tls-{number}") for number in range(1, 11)))),
    "releaser": ("git/2.43", (("git.push", "acme/app"), ("git.fetch", "acme/app"),
                              ("release.published", "acme/app"),
                              ("workflows.created_workflow_run", "acme/app"))),
    "worker": ("worker/v2 (linux/amd64)", (("get configmaps", "worker"), ("list pods", ""))),
    "batch": ("Boto3/1.34 Python/3.11", (("s3:GetObject", ""), ("sqs:SendMessage", ""))),
    "syncer": ("config-sync/3.1", tuple(("GET projects/:id/variables", f"acme/part-{number}")
                                        for number in range(1, 9))),
    "issuer": ("issuer/v0.9 (linux/amd64)", (
        ("list secrets", ""), ("update secrets", "cert-1"),
        *(("get secrets", f"cert-{number}") for number in range(1, 5)))),
    "gitlab_requests": ("renovate/38", (("GET projects/:id/repository/tags", "acme/shop"),
                                        ("GET projects/:id/repository/files/:file_path", "acme/shop"),
                                        ("POST projects/:id/merge_requests", "acme/shop"))),
}  # fmt: skip
_AGENTS: dict[str, tuple[str, Work]] = {
    "mcp": ("mcp-gateway/1.2", (("files/read_file", "notes"), ("files/list_files", "notes"),
                                ("wiki/search_pages", "plan"))),
    "retriever": ("mcp-gateway/1.2", (("wiki/search_pages", "plan"), ("wiki/read_page", "plan"))),
    "mailer": ("mcp-gateway/1.2", (("vault/get_secret", "mail"), ("mail/send_message", "digest"),
                                   ("wiki/read_page", "plan"))),
    "agentcore": ("", (("InvokeAgentRuntime", ""), ("crm___find_customer", ""),
                       ("GetResourceOauth2Token", "calendar"))),
    "otel_genai": ("", (("chat", "m-large"), ("search_orders", "shop"), ("get_order", "shop"))),
    "token_use": ("broker/2.1", (("search.query", "handbook"), ("search.open", "handbook"))),
}  # fmt: skip
_JOBS: dict[str, tuple[str, Work]] = {
    "etl": ("JDBC", (("LOGIN", ""), ("UNLOAD", "SHOP"), ("COPY", "SHOP"), ("SELECT", "SHOP"))),
    "mirror": ("git/2.39", tuple(("git.clone", f"acme/private-{number}") for number in range(1, 13))),
    "rotator": ("google-api-go-client/0.5", (
        ("iam:google.iam.admin.v1.CreateServiceAccountKey", "projects/-/serviceAccounts/shop"),
        ("iam:google.iam.admin.v1.DeleteServiceAccountKey", "projects/-/serviceAccounts/shop/keys/old"))),
    "gitleaks": ("", (("found", "tests.env"),)),
    "trufflehog": ("", (("found", "tests.env"),)),
    "github_secret_scanning": ("", (("created", "acme/examples"),)),
}  # fmt: skip
_ROAMING = frozenset({"builder", "releaser"})
PARTS: dict[str, Part] = {
    **{name: Part("human", BROWSER, work) for name, work in _PEOPLE.items()},
    **{name: Part("service", *each, name in _ROAMING) for name, each in _SERVICES.items()},
    **{name: Part("agent", *each) for name, each in _AGENTS.items()},
    **{name: Part("job", *each) for name, each in _JOBS.items()},
}


def family_of(part: str) -> str:
    """The log that shows a part."""
    return _FAMILY.get(part, part)
