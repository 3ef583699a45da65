"""Families of verbs, nouns and operations that share a consequence; `cloudtrail_effects` reads them.

A noun stands here once, without the service that has it: the same word means the same everywhere.

References:
    AWS Service Authorization Reference; MITRE ATT&CK (Enterprise, cloud).

Examples:
    >>> EXCEPTIONS[("organizations", "LeaveOrganization")]
    'impair_defence'
"""

from schemas.event import Effect

WEAKEN = frozenset({
    "Stop", "Delete", "Disable", "Disassociate", "Leave", "Deactivate", "Remove", "Suspend",
    "Deregister", "Cancel", "Archive",
})  # fmt: skip
CHANGE = frozenset({"Put", "Update", "Modify", "Set"})
# What sees, records or warns. Weakening it blinds somebody.
WATCH = (
    "Trail", "Logging", "EventSelectors", "InsightSelectors", "FlowLogs", "Detector",
    "ConfigurationRecorder", "DeliveryChannel", "LogGroup", "LogStream", "Alarms", "AlarmActions",
    "MetricFilter", "SubscriptionFilter", "WebACL", "WebAcl", "EventDataStore", "QueryLogConfig",
    "QueryLoggingConfig", "ActivityStream", "LoggingConfiguration", "SecurityHub", "StandardsSubscription",
    "Standards", "ConfigRule", "ConformancePack", "Analyzer", "AccessLogging", "Logs",
    "LogDeliveryConfiguration", "AuditLog", "LogDestination", "MonitoringSubscription", "Macie",
    "OrganizationAdminAccount", "MFADevice", "AccountPasswordPolicy", "ProtectionGroup",
    "FirewallPolicy", "RuleGroup", "Guardrail", "EnforcedGuardrailConfiguration", "InsightRules",
    "FindingAggregator", "ControlPanel", "DetectorMode", "ImportFindingsForProduct", "MalwareProtectionPlan",
    "ThreatEntitySet", "ThreatIntelSet", "ActionTarget", "AnomalyDetector", "AnomalyMonitor", "Budget",
    "EventDataStoreIngestion", "OrganizationDelegatedAdmin", "PublishingDestination", "DeliverySource",
    "DataProtectionPolicy", "AuditConfiguration", "CodeSigningConfig", "Crl", "MfaDeviceForUser",
    "ConfigurationAggregator", "AutomatedReasoningPolicy", "BackupVaultNotifications", "ReportPlan",
    "DataLake", "LogSource",
)  # fmt: skip
# Their settings: changing these can blind too.
WATCH_SETTINGS = (
    "Trail", "EventSelectors", "InsightSelectors", "Detector", "RetentionPolicy", "MacieSession",
    "EventDataStore", "Guardrail", "AccountPasswordPolicy", "OrganizationConfiguration",
    "ConfigurationRecorder", "DeliveryChannel", "SecurityHubConfiguration", "LoggingOptions",
    "MemberDetectors",
)  # fmt: skip
WATCHERS = frozenset({"guardduty", "securityhub", "macie2", "macie", "inspector2", "detective",
                       "access-analyzer", "cloudtrail", "config", "securitylake"})  # fmt: skip
WATCHING_SERVICES = ("Macie", "SecurityHub", "Inspector")
WATCHER_WORDS = (
    "Members",
    "Member",
    "Account",
    "FromAdministratorAccount",
    "FromMasterAccount",
    "Hub",
)
STORES = (
    "Bucket", "Table", "Database", "Snapshot", "Snapshots", "Volume",
    "FileSystem", "Secret", "BackupVault", "Backup", "AutomatedBackup", "RecoveryPoint", "Vault",
    "Archive", "Repository", "KnowledgeBase", "Stream", "DeliveryStream", "Instances", "Image", "Images", "Key",
    "KeyMaterial", "Domain", "ElasticsearchDomain", "Collection", "HostedZone", "Graph", "Keyspace",
    "CacheCluster", "ReplicationGroup", "ServerlessCache", "DataCatalog", "Datastore", "Ledger",
    "KeyDeletion", "CustomKeyStore", "StorageVirtualMachine",
)  # fmt: skip
DATABASES = frozenset({"rds", "redshift", "docdb", "neptune", "memorydb", "redshift-serverless",
                        "dsql", "dax", "eks", "ecs", "elasticmapreduce", "kafka"})  # fmt: skip
DATABASE_PARTS = ("Cluster", "Instance", "Workgroup", "Namespace", "DBCluster", "DBInstance")
NO_STORE = frozenset({"signer", "apigateway", "geo", "location", "ses", "swf", "codeartifact"})
FOLLOWERS = ("Tags", "Tag", "Policy", "Lifecycle", "Cors", "Website", "Encryption", "Replication")
ACCOUNT_NOUNS = ("Account", "SendQuota", "SendStatistics", "CallerIdentity", "AccountAliases")
MINT = frozenset({
    "CreateAccessKey", "CreateLoginProfile", "UpdateLoginProfile", "GetFederationToken",
    "CreateServiceSpecificCredential", "ResetServiceSpecificCredential", "UploadSSHPublicKey",
    "GetSessionToken", "GetSigninToken", "AssumeRoot", "CreateKeyPair", "ImportKeyPair",
    "CreateApiKey", "CreateActivation", "UploadSigningCertificate", "CreateServiceApiKey",
    "CreateOAuth2Token", "GetWebIdentityToken", "GetDelegatedAccessToken", "CreateBearerToken",
    "CreateBucketAccessKey", "CreateKeysAndCertificate", "ImportSshPublicKey",
    "CreatePersonalAccessToken", "AdminSetUserPassword",
})  # fmt: skip
PERSIST = frozenset({
    "UpdateAssumeRolePolicy", "CreateFunctionUrlConfig", "UpdateFunctionUrlConfig", "CreateTrustAnchor",
    "CreateEventSourceMapping", "CreateSchedule", "PutTargets", "EnableMFADevice",
    "CreateVirtualMFADevice", "UpdateTrustAnchor", "CreateAccount", "CreateGovCloudAccount",
    "AcceptHandshake", "InviteAccountToOrganization", "CreatePolicyGenerationJob",
    "CreateInstanceConnectEndpoint", "CreateClientVpnEndpoint", "CreateTrustedTokenIssuer",
    "AddClientIDToOpenIDConnectProvider", "UpdateOpenIDConnectProviderThumbprint",
    "CreateDevEndpoint", "CreateAssociation", "UpdateSchedule", "AcceptPrimaryEmailUpdate",
    "CreateExternalIdPConfigurationForDirectory", "EnableExternalIdPConfigurationForDirectory",
    "CompleteVirtualMfaDeviceRegistration", "CompleteWebAuthnDeviceRegistration",
    "ImportExternalIdPCertificate", "UpdateExternalIdPConfigurationForDirectory", "EnableTrustAnchor",
    "EnableSerialConsoleAccess",
})  # fmt: skip
PERSIST_NOUNS = ("SAMLProvider", "OpenIDConnectProvider", "IdentityProvider", "OIDCProvider",
                  "ExternalIdentityProvider", "TrustedTokenIssuer")  # fmt: skip
IDENTITY_SERVICES = frozenset({"iam", "identitystore", "sso-directory", "transfer", "workmail"})
GRANT = frozenset({
    "AddUserToGroup", "AddRoleToInstanceProfile", "CreatePolicyVersion", "SetDefaultPolicyVersion",
    "CreateAccountAssignment", "AttachManagedPolicyToPermissionSet", "CreateGroupMembership",
    "AttachCustomerManagedPolicyReferenceToPermissionSet", "PutInlinePolicyToPermissionSet",
    "CreateGrant", "GrantPermissions", "BatchGrantPermissions", "AssociateAccessPolicy",
    "CreateAccessEntry", "UpdateAccessEntry", "AssociateIamInstanceProfile",
    "ReplaceIamInstanceProfileAssociation", "RegisterDelegatedAdministrator",
    "AddRoleToDBInstance", "AddRoleToDBCluster", "CreatePodIdentityAssociation", "PutKeyPolicy",
    "DeleteRolePermissionsBoundary", "DeleteUserPermissionsBoundary", "AddMemberToGroup",
    "AttachPolicy", "CreateFoundationModelAgreement", "PutFoundationModelEntitlement",
    "PutUseCaseForModelAccess", "DeletePermissionsBoundaryFromPermissionSet", "SetIdentityPoolRoles",
})  # fmt: skip
GRANTED = frozenset({"UserPolicy", "RolePolicy", "GroupPolicy"})
RESOURCE_POLICIES = ("ResourcePolicy", "AccessPolicy", "PermissionsPolicy")
SHARE = frozenset({
    "ModifySnapshotAttribute", "ModifyImageAttribute", "ModifyDBSnapshotAttribute",
    "ModifyDBClusterSnapshotAttribute", "ModifyFpgaImageAttribute", "ModifyDocumentPermission",
    "PutBucketPolicy", "PutBucketAcl", "PutObjectAcl", "CreateResourceShare", "PutBucketReplication",
    "AssociateResourceShare", "SetRepositoryPolicy", "AddPermission", "AddLayerVersionPermission",
    "UpdateProjectVisibility", "SetVaultAccessPolicy", "PutBackupVaultAccessPolicy",
    "ModifyVpcEndpointServicePermissions", "AuthorizeSnapshotAccess", "AuthorizeDataShare",
    "CreateTrafficMirrorSession", "PutAccessPointPolicy", "SetQueueAttributes", "PutPublicAccessBlock",
    "SetTopicAttributes", "PutRegistryPolicy", "PutDestinationPolicy", "PutRepositoryPermissionsPolicy",
    "UpdateSnapshotAccess", "ShareDirectory", "PutFileSystemPolicy", "PutSubscriptionFilter",
    "CreateAccessGrant", "ModifyAuthenticationProfile", "PutIdentityPolicy", "PutImagePolicy",
    "PutComponentPolicy", "PutContainerPolicy", "PutAuthPolicy", "TransferDomainToAnotherAwsAccount",
})  # fmt: skip
OPEN = frozenset({
    "AuthorizeSecurityGroupIngress", "AuthorizeDBSecurityGroupIngress", "CreateNetworkAclEntry",
    "AuthorizeClusterSecurityGroupIngress", "AuthorizeCacheSecurityGroupIngress",
    "ReplaceNetworkAclEntry", "DisableSnapshotBlockPublicAccess", "DisableImageBlockPublicAccess",
    "PutBucketPublicAccessBlock", "PutPublicAccessBlock", "PutAccountPublicAccessBlock",
    "ModifySecurityGroupRules", "OpenInstancePublicPorts",
})  # fmt: skip
EXECUTE = frozenset({
    "SendCommand", "StartSession", "ResumeSession", "StartAutomationExecution", "RunInstances",
    "RequestSpotInstances", "RequestSpotFleet", "CreateFleet", "UpdateFunctionCode", "CreateFunction",
    "ExecuteCommand", "RunTask", "SendSSHPublicKey", "SendSerialConsoleSSHPublicKey", "RunJobFlow",
    "CreatePresignedNotebookInstanceUrl", "CreateNotebookInstance", "UpdateDevEndpoint",
    "AddJobFlowSteps", "PublishLayerVersion", "CreatePresignedDomainUrl",
    "UpdateNotebookInstanceLifecycleConfig", "StartRemoteAccessSession", "CreateCloudFormationStack",
    "InvokeCodeInterpreter", "InvokeAgentRuntimeCommand", "ConnectBrowserAutomationStream",
})  # fmt: skip
PROBE = frozenset({
    "SimulatePrincipalPolicy", "SimulateCustomPolicy", "ListServiceQuotas", "GetServiceQuota",
    "ListAWSDefaultServiceQuotas", "RequestServiceQuotaIncrease", "DescribeOrganization",
    "ListFoundationModels", "GetFoundationModelAvailability", "GetUseCaseForModelAccess",
    "GetModelInvocationLoggingConfiguration", "ListAccountAliases", "GetRegionOptStatus",
    "GetContextKeysForPrincipalPolicy", "GetAccessKeyInfo", "GetAccessKeyLastUsed", "ListFoundationModelAgreementOffers",
})  # fmt: skip
# What no rule would guess from the name.
EXCEPTIONS: dict[tuple[str, str], Effect] = {
    ("organizations", "LeaveOrganization"): "impair_defence",
    ("organizations", "RemoveAccountFromOrganization"): "impair_defence",
    ("organizations", "DeleteOrganization"): "impair_defence",
    ("organizations", "CloseAccount"): "destroy",
    ("account", "CloseAccount"): "destroy",
    ("organizations", "AttachPolicy"): "",  # a guard rail, not a right
    ("organizations", "DetachPolicy"): "impair_defence",
    ("organizations", "DeletePolicy"): "impair_defence",
    ("organizations", "UpdatePolicy"): "impair_defence",
    ("organizations", "DisablePolicyType"): "impair_defence",
    ("backup", "DeleteFramework"): "impair_defence",  # the audit of backups
    ("sso", "AssociateDirectory"): "persist",
    ("signin", "EmailUpdated"): "persist",
    ("signin", "PasswordUpdated"): "mint_credential",
    ("signin", "PasswordRecoveryCompleted"): "mint_credential",
    ("ds", "ResetUserPassword"): "mint_credential",
    ("workmail", "ResetPassword"): "mint_credential",
    ("sso-directory", "UpdatePassword"): "mint_credential",
    ("rolesanywhere", "UpdateProfile"): "persist",
    ("acm-pca", "PutPolicy"): "share_out",
    ("shield", "DeleteProtection"): "impair_defence",
    ("bedrock-agentcore", "DeletePolicy"): "impair_defence",  # what a gateway lets agents do
    ("bedrock-agentcore", "DeletePolicyEngine"): "impair_defence",
    ("network-firewall", "DeleteFirewall"): "impair_defence",
    ("fms", "DeletePolicy"): "impair_defence",
    ("fms", "DisassociateAdminAccount"): "impair_defence",
    ("logs", "DeleteDelivery"): "impair_defence",
    ("logs", "DeleteDestination"): "impair_defence",
    ("backup", "DeleteBackupVaultLockConfiguration"): "impair_defence",
    ("ec2", "UnlockSnapshot"): "impair_defence",
    ("ec2", "DisableAllowedImagesSettings"): "impair_defence",
    ("route53domains", "DisableDomainTransferLock"): "impair_defence",
    ("access-analyzer", "CreateArchiveRule"): "impair_defence",
    ("inspector2", "CreateFilter"): "impair_defence",
    ("macie2", "CreateFindingsFilter"): "impair_defence",
    ("guardduty", "CreateTrustedEntitySet"): "impair_defence",
    ("guardduty", "UpdateTrustedEntitySet"): "impair_defence",
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
    ("kms", "DisableKey"): "destroy",
    ("kms", "ScheduleKeyDeletion"): "destroy",
    ("events", "PutRule"): "",
    ("sso", "CreateAccount"): "",
    ("cloudformation", "CreateAccount"): "",
    ("apigateway", "DeleteApiKey"): "",
    ("lambda", "AddPermission"): "persist",
    ("glue", "CreateDevEndpoint"): "execute",
    ("ecs", "DeregisterContainerInstance"): "",  # the machine lives on
    ("ecr", "DeleteRepositoryPolicy"): "",
    ("cloudtrail", "PutResourcePolicy"): "share_out",
    ("logs", "DeleteLogStream"): "impair_defence",
}
