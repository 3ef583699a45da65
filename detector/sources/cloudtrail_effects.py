"""The intrinsic consequence of an operation, from its verb and noun: what makes one event matter.

Rules are families of verbs times families of nouns, so that a service that is new, or an operation
that nobody listed, still gets its effect; a short table holds what the names do not tell. A
reversal (StartLogging, RevokeSecurityGroupIngress, DetachUserPolicy) has no effect. What depends on
the request (an open port, an outside account) is settled by `cloudtrail_requests`.

An `AssumeRole` has no effect here: it is everybody's daily start and is followed as kind `issue`.
What mints a credential that outlives or escapes its session does.

References:
    MITRE ATT&CK (Enterprise, cloud): Defense Impairment, Persistence, Exfiltration, Impact.

Examples:
    >>> effect_of("cloudtrail", "StopLogging"), effect_of("cloudtrail", "StartLogging")
    ('impair_defence', '')
    >>> effect_of("rds", "ModifyDBSnapshotAttribute"), effect_of("guardduty", "DeleteDetector")
    ('share_out', 'impair_defence')
    >>> effect_of("sts", "GetCallerIdentity"), effect_of("ses", "GetSendQuota")
    ('identity_probe', 'identity_probe')
"""

from functools import lru_cache

from detector.sources.cloudtrail_words import Name, take_apart
from schemas.event import Effect

_CACHED = 16_384
_WEAKEN = frozenset({
    "Stop", "Delete", "Disable", "Disassociate", "Leave", "Deactivate", "Remove", "Suspend",
    "Deregister", "Cancel", "Archive",
})  # fmt: skip
_CHANGE = frozenset({"Put", "Update", "Modify", "Set"})
# What sees, records or warns. Weakening it blinds somebody.
_WATCH = (
    "Trail", "Logging", "EventSelectors", "InsightSelectors", "FlowLogs", "Detector",
    "ConfigurationRecorder", "DeliveryChannel", "LogGroup", "LogStream", "Alarms", "AlarmActions",
    "MetricFilter", "SubscriptionFilter", "WebACL", "WebAcl", "EventDataStore", "QueryLogConfig",
    "QueryLoggingConfig", "ActivityStream", "LoggingConfiguration", "SecurityHub", "StandardsSubscription",
    "Standards", "ConfigRule", "ConformancePack", "Analyzer", "AccessLogging", "Logs",
    "LogDeliveryConfiguration", "AuditLog", "LogDestination", "MonitoringSubscription", "Macie",
    "OrganizationAdminAccount", "MFADevice", "AccountPasswordPolicy", "ProtectionGroup",
    "FirewallPolicy", "FirewallRuleGroup", "Guardrail", "SecurityLake", "InsightRules",
    "FindingAggregator", "ControlPanel", "DetectorMode", "ImportFindingsForProduct", "MalwareProtectionPlan",
    "ThreatEntitySet", "ThreatIntelSet", "ActionTarget", "AnomalyDetector", "AnomalyMonitor", "Budget",
)  # fmt: skip
# Their settings: changing these can blind too.
_WATCH_SETTINGS = (
    "Trail", "EventSelectors", "InsightSelectors", "Detector", "RetentionPolicy", "MacieSession",
    "EventDataStore", "Guardrail", "AccountPasswordPolicy", "OrganizationConfiguration",
    "ConfigurationRecorder", "DeliveryChannel", "SecurityHubConfiguration", "LoggingOptions",
)  # fmt: skip
_WATCHERS = frozenset({"guardduty", "securityhub", "macie2", "macie", "inspector2", "detective",
                       "access-analyzer", "cloudtrail", "config", "securitylake"})  # fmt: skip
_WATCHER_WORDS = (
    "Members",
    "Member",
    "Account",
    "FromAdministratorAccount",
    "FromMasterAccount",
    "Hub",
)
_STORES = (
    "Bucket", "Object", "Objects", "Table", "Database", "Snapshot", "Snapshots", "Volume",
    "FileSystem", "Secret", "BackupVault", "Backup", "AutomatedBackup", "RecoveryPoint", "Vault",
    "Archive", "Repository", "Stream", "DeliveryStream", "Instances", "Image", "Images", "Key",
    "KeyMaterial", "Domain", "ElasticsearchDomain", "Collection", "HostedZone", "Graph", "Keyspace",
    "CacheCluster", "ReplicationGroup", "ServerlessCache", "DataCatalog", "Datastore", "Ledger",
    "KeyDeletion", "CustomKeyStore", "StorageVirtualMachine",
)  # fmt: skip
_DATABASES = frozenset({"rds", "redshift", "docdb", "neptune", "memorydb", "redshift-serverless",
                        "dsql", "dax", "eks", "ecs", "elasticmapreduce", "kafka"})  # fmt: skip
_DATABASE_PARTS = ("Cluster", "Instance", "Workgroup", "Namespace", "DBCluster", "DBInstance")
_NO_STORE = frozenset({"signer", "apigateway", "geo", "location", "ses", "swf", "codeartifact"})
_FOLLOWERS = ("Tags", "Tag", "Policy", "Lifecycle", "Cors", "Website", "Encryption", "Replication")
_ACCOUNT_NOUNS = ("Account", "SendQuota", "SendStatistics", "CallerIdentity", "AccountAliases")
_MINT = frozenset({
    "CreateAccessKey", "CreateLoginProfile", "UpdateLoginProfile", "GetFederationToken",
    "CreateServiceSpecificCredential", "ResetServiceSpecificCredential", "UploadSSHPublicKey",
    "GetSessionToken", "GetSigninToken", "AssumeRoot", "CreateKeyPair", "ImportKeyPair",
    "CreateApiKey", "CreateActivation", "UploadSigningCertificate", "CreateServiceApiKey",
    "CreateOAuth2Token", "GetWebIdentityToken", "GetDelegatedAccessToken",
})  # fmt: skip
_PERSIST = frozenset({
    "UpdateAssumeRolePolicy", "CreateFunctionUrlConfig", "UpdateFunctionUrlConfig", "CreateTrustAnchor",
    "CreateEventSourceMapping", "CreateSchedule", "PutTargets", "EnableMFADevice",
    "CreateVirtualMFADevice", "UpdateTrustAnchor", "CreateAccount", "CreateGovCloudAccount",
    "AcceptHandoff", "InviteAccountToOrganization", "CreatePolicyGenerationJob",
    "CreateInstanceConnectEndpoint", "CreateClientVpnEndpoint", "CreateTrustedTokenIssuer",
    "AddClientIDToOpenIDConnectProvider", "UpdateOpenIDConnectProviderThumbprint",
    "CreateDevEndpoint", "CreateAssociation",
})  # fmt: skip
_PERSIST_NOUNS = ("SAMLProvider", "OpenIDConnectProvider", "IdentityProvider", "OIDCProvider",
                  "ExternalIdentityProvider", "TrustedTokenIssuer")  # fmt: skip
_IDENTITY_SERVICES = frozenset({"iam", "identitystore", "sso-directory", "transfer", "workmail"})
_GRANT = frozenset({
    "AddUserToGroup", "AddRoleToInstanceProfile", "CreatePolicyVersion", "SetDefaultPolicyVersion",
    "CreateAccountAssignment", "AttachManagedPolicyToPermissionSet", "CreateGroupMembership",
    "AttachCustomerManagedPolicyReferenceToPermissionSet", "PutInlinePolicyToPermissionSet",
    "CreateGrant", "GrantPermissions", "BatchGrantPermissions", "AssociateAccessPolicy",
    "CreateAccessEntry", "UpdateAccessEntry", "AssociateIamInstanceProfile",
    "ReplaceIamInstanceProfileAssociation", "RegisterDelegatedAdministrator",
    "AddRoleToDBInstance", "AddRoleToDBCluster", "CreatePodIdentityAssociation", "PutKeyPolicy",
    "DeleteRolePermissionsBoundary", "DeleteUserPermissionsBoundary", "AddMemberToGroup",
    "AttachPolicy",
})  # fmt: skip
_GRANT_HOLDERS = ("User", "Role", "Group")
_SHARE = frozenset({
    "ModifySnapshotAttribute", "ModifyImageAttribute", "ModifyDBSnapshotAttribute",
    "ModifyDBClusterSnapshotAttribute", "ModifyFpgaImageAttribute", "ModifyDocumentPermission",
    "PutBucketPolicy", "PutBucketAcl", "PutObjectAcl", "CreateResourceShare", "PutBucketReplication",
    "AssociateResourceShare", "SetRepositoryPolicy", "AddPermission", "AddLayerVersionPermission",
    "UpdateProjectVisibility", "SetVaultAccessPolicy", "PutBackupVaultAccessPolicy",
    "ModifyVpcEndpointServicePermissions", "AuthorizeSnapshotAccess", "AuthorizeDataShare",
    "CreateTrafficMirrorSession", "PutAccessPointPolicy", "SetQueueAttributes", "PutPublicAccessBlock",
    "SetTopicAttributes", "PutRegistryPolicy", "PutDestinationPolicy", "PutRepositoryPermissionsPolicy",
    "UpdateSnapshotAccess", "ShareDirectory", "PutFileSystemPolicy", "PutSubscriptionFilter",
    "CreateAccessGrant", "ModifyAuthenticationProfile",
})  # fmt: skip
_OPEN = frozenset({
    "AuthorizeSecurityGroupIngress", "AuthorizeDBSecurityGroupIngress", "CreateNetworkAclEntry",
    "AuthorizeClusterSecurityGroupIngress", "AuthorizeCacheSecurityGroupIngress",
    "ReplaceNetworkAclEntry", "DisableSnapshotBlockPublicAccess", "DisableImageBlockPublicAccess",
    "PutBucketPublicAccessBlock", "PutPublicAccessBlock", "PutAccountPublicAccessBlock",
})  # fmt: skip
_EXECUTE = frozenset({
    "SendCommand", "StartSession", "ResumeSession", "StartAutomationExecution", "RunInstances",
    "RequestSpotInstances", "RequestSpotFleet", "CreateFleet", "UpdateFunctionCode", "CreateFunction",
    "ExecuteCommand", "RunTask", "SendSSHPublicKey", "SendSerialConsoleSSHPublicKey", "RunJobFlow",
    "CreatePresignedNotebookInstanceUrl", "CreateNotebookInstance", "UpdateDevEndpoint",
    "AddJobFlowSteps", "PublishLayerVersion", "CreatePresignedDomainUrl",
    "UpdateNotebookInstanceLifecycleConfig", "StartRemoteAccessSession", "CreateCloudFormationStack",
})  # fmt: skip
_PROBE = frozenset({
    "SimulatePrincipalPolicy", "SimulateCustomPolicy", "ListServiceQuotas", "GetServiceQuota",
    "ListAWSDefaultServiceQuotas", "RequestServiceQuotaIncrease", "DescribeOrganization",
    "ListFoundationModels", "GetFoundationModelAvailability", "GetUseCaseForModelAccess",
    "GetModelInvocationLoggingConfiguration", "ListAccountAliases", "GetRegionOptStatus",
    "GetContextKeysForPrincipalPolicy", "ListFoundationModelAgreementOffers",
})  # fmt: skip
# What no rule would guess from the name.
_EXCEPTIONS: dict[tuple[str, str], Effect] = {
    ("organizations", "LeaveOrganization"): "impair_defence",
    ("ec2", "DisableEbsEncryptionByDefault"): "impair_defence",
    ("guardduty", "CreateFilter"): "impair_defence",
    ("guardduty", "UpdateFilter"): "impair_defence",
    ("guardduty", "CreateIPSet"): "impair_defence",
    ("guardduty", "UpdateIPSet"): "impair_defence",
    ("guardduty", "StopMonitoringMembers"): "impair_defence",
    ("securityhub", "BatchDisableStandards"): "impair_defence",
    ("events", "DisableRule"): "impair_defence",
    ("events", "DeleteRule"): "impair_defence",
    ("events", "RemoveTargets"): "impair_defence",
    ("s3", "PutBucketLogging"): "impair_defence",
    ("ses", "UpdateAccountSendingEnabled"): "open_network",
    ("ses", "PutAccountSendingAttributes"): "",
    ("kms", "DisableKey"): "destroy",
    ("kms", "ScheduleKeyDeletion"): "destroy",
    ("events", "PutRule"): "",
    ("sso", "CreateAccount"): "",
    ("cloudformation", "CreateAccount"): "",
    ("apigateway", "DeleteApiKey"): "",
    ("lambda", "AddPermission"): "persist",
    ("glue", "CreateDevEndpoint"): "execute",
    ("ecr", "DeleteRepositoryPolicy"): "",
    ("cloudtrail", "PutResourcePolicy"): "share_out",
    ("logs", "DeleteLogStream"): "impair_defence",
}


@lru_cache(_CACHED)
def effect_of(service: str, operation: str) -> Effect:
    """The effect of an operation (version removed), before its request has been looked at."""
    known = _EXCEPTIONS.get((service, operation))
    if known is not None:
        return known
    name = take_apart(operation)
    if _impairs(service, name):
        return "impair_defence"
    if _opens(operation, name):
        return "open_network"
    if operation in _MINT:
        return "mint_credential"
    if _persists(service, operation, name):
        return "persist"
    if _grants(operation, name):
        return "grant"
    if operation in _SHARE or (
        name.verb in {"Put", "Set"} and name.noun.endswith("ResourcePolicy")
    ):
        return "share_out"
    if operation in _EXECUTE:
        return "execute"
    if _destroys(service, name):
        return "destroy"
    return "identity_probe" if _probes(service, operation, name) else ""


def _impairs(service: str, name: Name) -> bool:
    noun = name.noun
    if name.verb in _WEAKEN:
        if noun.endswith(_WATCH) or noun.startswith(("Macie", "SecurityHub", "Inspector")):
            return True
        return service in _WATCHERS and noun.endswith(_WATCHER_WORDS)
    if service in _WATCHERS and not noun:
        return name.verb in _WEAKEN
    return name.verb in _CHANGE and noun.endswith(_WATCH_SETTINGS)


def _opens(operation: str, name: Name) -> bool:
    if operation in _OPEN:
        return True
    return name.verb == "Delete" and name.noun.endswith("PublicAccessBlock")


def _persists(service: str, operation: str, name: Name) -> bool:
    if operation in _PERSIST:
        return True
    if name.verb in {"Create", "Update"} and name.noun.endswith(_PERSIST_NOUNS):
        return True
    return name.verb == "Create" and (
        (service in _IDENTITY_SERVICES and name.noun in {"User", "Role"})
        or (service == "rolesanywhere" and name.noun == "Profile")
    )


def _grants(operation: str, name: Name) -> bool:
    if operation in _GRANT:
        return True
    return name.verb in {"Attach", "Put"} and name.noun in {
        f"{holder}{what}" for holder in _GRANT_HOLDERS for what in ("Policy", "PermissionsBoundary")
    }


def _destroys(service: str, name: Name) -> bool:
    if name.verb not in {"Delete", "Terminate", "Schedule", "Purge", "Destroy", "Deregister"}:
        return False
    if service in _NO_STORE or name.noun.endswith(_FOLLOWERS):
        return False
    if service in _DATABASES and name.noun.endswith(_DATABASE_PARTS):
        return True
    return any(_is_noun(name.noun, store) for store in _STORES)


def _is_noun(noun: str, store: str) -> bool:
    """`DBSnapshot` and `Snapshot` are snapshots; `AccessKey` and `SubnetGroup` are no stores."""
    if noun == store:
        return True
    head = noun.removesuffix(store)
    return head != noun and head in {"DB", "DBCluster", "Cluster", "DBInstance", "Table", "Model",
                                     "Backup", "Global", "Imported", "Bucket"}  # fmt: skip


def _probes(service: str, operation: str, name: Name) -> bool:
    if operation in _PROBE:
        return True
    if name.verb not in {"Get", "Describe"} or service in {"organizations", "signin"}:
        return False
    return name.noun.startswith(_ACCOUNT_NOUNS) and not name.noun.endswith(
        ("PublicAccessBlock", "Assignment", "Health")
    )
