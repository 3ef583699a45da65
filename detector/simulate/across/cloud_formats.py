"""Deeds as clouds and platforms log them.

Examples:
    >>> from detector.simulate.across.deed import Actor
    >>> deed = Deed(0, Actor("web", "service", "vault_audit", "192.0.2.1", "vault-agent"), "read", "kv/x")
    >>> vault_audit(deed)["request"]["path"]
    'kv/x'
"""

from detector.simulate.across.deed import Deed, Record
from detector.simulate.clock import stamp

_PROJECT, _ACCOUNT, _DIRECTORY = "shop-prod", "123456789012", "0d1e2c3b-0000-4000-8000-00000000d1d1"


def gcp_audit(deed: Deed) -> Record:
    """Google Cloud: people by mail, service accounts with their key."""
    person = deed.actor.kind == "human"
    mail = f"{deed.actor.name}@{'example.com' if person else f'{_PROJECT}.iam.gserviceaccount.com'}"
    who: Record = {"principalEmail": mail}
    if deed.actor.uid:
        who["serviceAccountKeyName"] = (
            f"//iam.googleapis.com/projects/{_PROJECT}/serviceAccounts/{mail}/keys/{deed.actor.uid}"
        )
    service, _, method = deed.operation.partition(":")
    payload: Record = {
        "serviceName": f"{service}.googleapis.com",
        "methodName": method,
        "resourceName": deed.target,
        "authenticationInfo": who,
        "requestMetadata": {"callerIp": deed.address, "callerSuppliedUserAgent": deed.agent},
        **deed.more,
    }
    if deed.denied:
        payload["status"] = {"code": 7, "message": "PERMISSION_DENIED"}
    return {
        "insertId": deed.uid,
        "logName": f"projects/{_PROJECT}/logs/cloudaudit.googleapis.com%2Factivity",
        "timestamp": stamp(deed.at),
        "resource": {"type": "project", "labels": {"project_id": _PROJECT}},
        "protoPayload": payload,
    }


def cloudtrail(deed: Deed) -> Record:
    """AWS: users with a long-lived key."""
    service, _, name = deed.operation.partition(":")
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser", "userName": deed.actor.name, "accountId": _ACCOUNT,
            "arn": f"arn:aws:iam::{_ACCOUNT}:user/{deed.actor.name}", "accessKeyId": deed.actor.uid,
        },
        "eventTime": stamp(deed.at), "eventSource": f"{service}.amazonaws.com", "eventName": name,
        "awsRegion": "eu-central-1", "sourceIPAddress": deed.address, "userAgent": deed.agent,
        "requestParameters": deed.more or None, "eventID": deed.uid, "eventType": "AwsApiCall",
        "recipientAccountId": _ACCOUNT,
        **({"errorCode": "AccessDenied"} if deed.denied else {}),
    }  # fmt: skip


def azure_activity(deed: Deed) -> Record:
    """Azure: people and applications by their claims."""
    person = deed.actor.kind == "human"
    mail = f"{deed.actor.name}@example.com"
    claims = {"upn": mail, "oid": mail} if person else {"appid": deed.actor.name, "idtyp": "app"}
    return {
        "time": stamp(deed.at),
        "resourceId": f"/subscriptions/s-1/resourceGroups/rg/providers/{deed.target}",
        "operationName": deed.operation,
        "category": "Administrative",
        "resultType": "Failure" if deed.denied else "Success",
        "resultSignature": "Forbidden" if deed.denied else "Succeeded.",
        "callerIpAddress": deed.address,
        "correlationId": deed.uid,
        "identity": {"claims": {**claims, "tid": _DIRECTORY, "uti": deed.actor.uid}},
        "properties": {"eventDataId": deed.uid},
    }


def entra_signin(deed: Deed) -> Record:
    """Entra: sign-ins of people, and of applications with the key that they used."""
    record: Record = {
        "id": deed.uid, "createdDateTime": stamp(deed.at), "ipAddress": deed.address,
        "userAgent": deed.agent, "appDisplayName": deed.target, "resourceDisplayName": deed.target,
        "resourceId": deed.target, "homeTenantId": _DIRECTORY,
        "status": {"errorCode": 50126 if deed.denied else 0},
    }  # fmt: skip
    if deed.actor.kind == "human":
        mail = f"{deed.actor.name}@example.com"
        return record | {
            "userId": mail, "userPrincipalName": mail, "appId": "portal", "isInteractive": True,
            "authenticationRequirement": "multiFactorAuthentication",
            "signInEventTypes": ["interactiveUser"], "uniqueTokenIdentifier": f"token-{deed.uid}",
        }  # fmt: skip
    return record | {
        "servicePrincipalId": deed.actor.name, "servicePrincipalName": deed.actor.name,
        "appId": deed.actor.name, "servicePrincipalCredentialKeyId": deed.actor.uid,
        "clientCredentialType": "clientSecret", "signInEventTypes": ["servicePrincipal"],
    }  # fmt: skip


def kubernetes_audit(deed: Deed) -> Record:
    """Kubernetes: service accounts with their token's id and pod, people by name."""
    verb, _, resource = deed.operation.partition(" ")
    kind, _, sub = resource.partition("/")
    user: Record = {"username": f"{deed.actor.name}@example.com"}
    if deed.actor.kind != "human":
        extra = "authentication.kubernetes.io/"
        user = {
            "username": f"system:serviceaccount:shop:{deed.actor.name}",
            "extra": {
                f"{extra}credential-id": [f"JTI={deed.actor.uid}"],
                f"{extra}pod-name": [f"{deed.actor.name}-0"],
            },
        }
    return {
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "auditID": deed.uid,
        "stage": "ResponseComplete", "verb": verb, "user": user, "sourceIPs": [deed.address],
        "userAgent": deed.agent, "requestReceivedTimestamp": stamp(deed.at),
        "objectRef": {"resource": kind, "subresource": sub, "namespace": "shop", "name": deed.target},
        "responseStatus": {"code": 403 if deed.denied else 200},
    }  # fmt: skip


def vault_audit(deed: Deed) -> Record:
    """Vault: entities with the accessor of their token."""
    record: Record = {
        "time": stamp(deed.at),
        "type": "response",
        "auth": {
            "accessor": f"hmac-sha256:{deed.actor.uid}", "display_name": f"approle-{deed.actor.name}",
            "entity_id": deed.actor.name, "policies": ["default", deed.actor.name],
            "token_type": "service",
        },
        "request": {
            "id": deed.uid, "operation": deed.operation, "path": deed.target, "mount_type": "kv",
            "remote_address": deed.address, "headers": {"user-agent": [deed.agent]},
        },
        "response": {},
    }  # fmt: skip
    return record | ({"error": "permission denied"} if deed.denied else {})


def snowflake(deed: Deed) -> Record:
    """Snowflake: queries, and sign-ins with a key."""
    if deed.operation == "LOGIN":
        return {
            "EVENT_ID": deed.uid, "EVENT_TIMESTAMP": stamp(deed.at), "EVENT_TYPE": "LOGIN",
            "USER_NAME": deed.actor.name.upper(), "CLIENT_IP": deed.address,
            "REPORTED_CLIENT_TYPE": deed.agent, "FIRST_AUTHENTICATION_FACTOR": "RSA_KEYPAIR",
            "IS_SUCCESS": "NO" if deed.denied else "YES",
        }  # fmt: skip
    return {
        "QUERY_ID": deed.uid, "START_TIME": stamp(deed.at), "QUERY_TYPE": deed.operation,
        "USER_NAME": deed.actor.name.upper(), "ROLE_NAME": "ETL", "DATABASE_NAME": deed.target,
        "EXECUTION_STATUS": "FAIL" if deed.denied else "SUCCESS", "QUERY_TEXT": deed.more.get("text", ""),
    }  # fmt: skip


def bedrock_invocation(deed: Deed) -> Record:
    """Bedrock: who asked a model."""
    return {
        "schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "timestamp": stamp(deed.at),
        "accountId": _ACCOUNT, "region": "eu-central-1", "requestId": deed.uid,
        "identity": {"arn": f"arn:aws:iam::{_ACCOUNT}:user/{deed.actor.name}"},
        "operation": deed.operation, "modelId": deed.target,
        "input": {"inputContentType": "application/json"},
    }  # fmt: skip
