"""What kind of access an operation is, from how AWS names operations.

Rules first: the verb decides between reading, listing, writing and deleting; the noun and the
service lift writes to administration and reads to secrets or credentials. Exceptions stand in
short tables. A verb that no rule knows is decided by the record's own `readOnly`.

References:
    AWS Service Authorization Reference (access levels of actions); AWS API naming conventions.

Examples:
    >>> access_of("s3", "GetBucketPolicy"), access_of("ec2", "DescribeInstances")
    ('read', 'list')
    >>> access_of("iam", "AttachUserPolicy"), access_of("sts", "AssumeRole")
    ('admin', 'credential_issue')
    >>> plane_of("bedrock", "InvokeModel", "write"), plane_of("s3", "GetObject", "read")
    ('inference', 'retrieval')
"""

from functools import lru_cache

from detector.sources.aws.cloudtrail_effects import effect_of
from detector.sources.aws.cloudtrail_words import Name, take_apart
from detector.sources.verbs import DELETE, LIST, READ, WRITE
from schemas.event import Access, Plane

_CACHED = 16_384
# Writing here is administration whatever the noun: identities, trust, organisations, sign-on.
_ADMINISTRATION = frozenset({
    "iam", "organizations", "sso", "sso-directory", "identitystore", "rolesanywhere", "account",
    "controltower", "ram", "access-analyzer", "signin",
})  # fmt: skip
# `ses:VerifyEmailIdentity` claims an address; `kms:VerifyMac` reads.
_CLAIMS = ("Identity", "Dkim", "Address")
_ADMIN_WORDS = frozenset({"Policy", "Policies", "Permission", "Permissions", "Acl", "Grant"})
_ADMIN_EFFECTS = frozenset({"impair_defence", "persist", "grant", "share_out", "open_network"})
_AMBIENT = frozenset({"sts", "signin", "sso", "sso-oauth", "cognito-identity"})

# What hands out a credential, by operation; the services that have it agree on its meaning.
_ISSUES = frozenset({
    "AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot",
    "AssumeRoleForPodIdentity", "GetSessionToken", "GetFederationToken", "GetWebIdentityToken",
    "GetDelegatedAccessToken", "CreateAccessKey", "CreateLoginProfile", "UpdateLoginProfile",
    "CreateServiceSpecificCredential", "ResetServiceSpecificCredential", "UploadSSHPublicKey",
    "GetRoleCredentials", "GetCredentialsForIdentity", "GetOpenIdToken", "GetSigninToken",
    "GetOpenIdTokenForDeveloperIdentity", "CreateKeyPair", "ImportKeyPair", "CreateApiKey",
    "CreateTokenWithIAM", "GetClusterCredentials", "GetClusterCredentialsWithIAM",
    "GetServiceBearerToken", "GetDataAccess", "GetTemporaryGlueTableCredentials",
    "GetTemporaryGluePartitionCredentials", "CreateActivation", "CreateServiceApiKey",
    "UploadSigningCertificate", "CreateBearerToken", "CreateBucketAccessKey", "ImportSshPublicKey",
    "CreateKeysAndCertificate", "CreatePersonalAccessToken", "AssumeImpersonationRole",
    "GetWorkloadAccessToken", "GetWorkloadAccessTokenForJWT", "GetWorkloadAccessTokenForUserId",
    "GetResourceOauth2Token", "GetConnectionToken",
})  # fmt: skip
_ISSUES_IN = frozenset({
    ("sso", "CreateToken"), ("sso-oauth", "CreateToken"), ("rolesanywhere", "CreateSession"),
    ("lightsail", "GetInstanceAccessDetails"), ("signin", "CreateOAuth2Token"),
    ("ssm", "GetAccessToken"), ("signin", "PasswordUpdated"), ("signin", "PasswordRecoveryCompleted"),
})  # fmt: skip
_SECRETS_IN = frozenset({
    ("ecr", "GetAuthorizationToken"), ("ecr-public", "GetAuthorizationToken"),
    ("codeartifact", "GetAuthorizationToken"), ("ec2", "GetPasswordData"),
    ("lambda", "GetFunction"), ("lightsail", "DownloadDefaultKeyPair"),
    ("lightsail", "GetRelationalDatabaseMasterUserPassword"), ("acm", "ExportCertificate"),
    ("bedrock-agentcore", "GetResourceApiKey"), ("route53domains", "RetrieveDomainAuthCode"),
})  # fmt: skip
# Signing in, step by step, and out again: reading who one is.
_SIGNING_IN = frozenset({
    ("signin", "UserAuthentication"), ("signin", "CredentialChallenge"),
    ("signin", "CredentialVerification"), ("signin", "ExternalIdPDirectoryLogin"),
    ("signin", "RenewRole"), ("sso", "Federate"), ("sso", "Logout"),
})  # fmt: skip
# Ways to call a model. `Invoke...` elsewhere (a Lambda function) is an action.
_INFERENCE_SERVICES = frozenset({"bedrock", "bedrock-runtime", "bedrock-agent-runtime", "sagemaker",
                                 "bedrock-agentcore", "runtime.sagemaker"})  # fmt: skip
_INFERENCE_VERBS = frozenset({"Invoke", "Converse", "Retrieve", "Rerank", "Count", "Optimize"})


@lru_cache(_CACHED)
def access_of(service: str, operation: str, read_only: bool | None = None) -> Access:
    """The access of an operation (version removed), before its request has been looked at."""
    name = take_apart(operation)
    if operation in _ISSUES or (service, operation) in _ISSUES_IN:
        return "credential_issue"
    if name.noun.startswith("SecretValue") and name.verb == "Get":
        return "secret_read"
    if (service, operation) in _SECRETS_IN:
        return "secret_read"
    if (service, operation) in _SIGNING_IN or _asks_a_model(service, operation, name.verb):
        return "read"
    if effect_of(service, operation) == "execute":
        return "write"
    return _by_verb(service, operation, name, read_only)


def _asks_a_model(service: str, operation: str, verb: str) -> bool:
    """Whether a call asks a model or an agent. Code and commands for its sandbox do not."""
    asks = service in _INFERENCE_SERVICES and verb in _INFERENCE_VERBS
    return asks and effect_of(service, operation) != "execute"


def _by_verb(service: str, operation: str, name: Name, read_only: bool | None) -> Access:
    verb = name.verb.lower()
    if verb == "verify" and name.noun.endswith(_CLAIMS):
        return "write"
    if verb in LIST or (verb == "describe" and _is_plural(name.noun)):
        return "list"
    if (verb in READ and verb != "open") or (read_only and verb not in WRITE | DELETE):
        return "read"
    if verb in DELETE:
        return "delete"
    if service in _ADMINISTRATION or _ADMIN_WORDS.intersection(name.words):
        return "admin"
    return "admin" if effect_of(service, operation) in _ADMIN_EFFECTS else "write"


def _is_plural(noun: str) -> bool:
    return noun.endswith("s") and not noun.endswith(("ss", "us", "is", "Status", "Settings"))


@lru_cache(_CACHED)
def plane_of(service: str, operation: str, access: Access) -> Plane:
    """The plane an operation acts in. Signing in and obtaining a session is in none: every task
    does it, whatever it was granted."""
    verb = take_apart(operation).verb
    if _asks_a_model(service, operation, verb):
        return "retrieval" if verb == "Retrieve" else "inference"
    if service in _AMBIENT:
        return ""
    return "retrieval" if access in {"read", "list", "secret_read"} else "action"
