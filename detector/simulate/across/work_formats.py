"""Deeds as identity providers, code hosts, agents' gateways and scanners log them.

Examples:
    >>> from detector.simulate.across.deed import Actor
    >>> deed = Deed(0, Actor("ada", "human", "okta", "192.0.2.1", "Mozilla/5.0"), "user.session.start")
    >>> okta(deed)["actor"]["alternateId"]
    'ada@example.com'
"""

from base64 import b64encode
from hashlib import sha256

from detector.simulate.across.deed import Deed, Record
from detector.simulate.clock import DAY, stamp


def okta(deed: Deed) -> Record:
    """Okta: people by mail, robots with an API token."""
    person = deed.actor.kind == "human"
    return {
        "uuid": deed.uid, "published": stamp(deed.at), "eventType": deed.operation, "version": "0",
        "legacyEventType": "", "displayMessage": deed.operation, "severity": "INFO",
        "securityContext": {}, "debugContext": {"debugData": {}},
        "authenticationContext": {"externalSessionId": _session(deed)},
        "actor": {
            "id": f"00u{deed.actor.name}", "type": "User" if person else "PublicClientApp",
            "alternateId": f"{deed.actor.name}@example.com", "displayName": deed.actor.name,
        },
        "client": {"ipAddress": deed.address, "userAgent": {"rawUserAgent": deed.agent}},
        "transaction": {"type": "WEB", "id": deed.uid,
                        "detail": {"requestApiTokenId": deed.actor.uid} if deed.actor.uid else {}},
        "outcome": {"result": "FAILURE", "reason": "INVALID_CREDENTIALS"} if deed.denied
        else {"result": "SUCCESS"},
        "target": deed.more.get("target") or [{"id": deed.target, "type": "AppInstance"}],
    }  # fmt: skip


def _session(deed: Deed) -> str:
    """People sign in afresh each day."""
    return f"s-{deed.actor.name}-{deed.more.get('session') or deed.at // DAY}"


def auth0(deed: Deed) -> Record:
    """Auth0: sign-ins of customers' staff."""
    return {
        "log_id": deed.uid,
        "data": {
            "log_id": deed.uid, "date": stamp(deed.at), "type": "fp" if deed.denied else deed.operation,
            "user_id": f"auth0|{deed.actor.name}", "user_name": f"{deed.actor.name}@example.com",
            "ip": deed.address, "user_agent": deed.agent, "client_id": deed.target,
        },
    }  # fmt: skip


def google_workspace(deed: Deed) -> Record:
    """Google Workspace: what people do in its applications."""
    application, _, name = deed.operation.partition(":")
    return {
        "kind": "admin#reports#activity",
        "id": {"time": stamp(deed.at), "uniqueQualifier": deed.uid, "applicationName": application,
               "customerId": "C0example"},
        "actor": {"callerType": "USER", "email": f"{deed.actor.name}@example.com"},
        "ipAddress": deed.address,
        "events": [{"type": application, "name": name,
                    "parameters": _parameters(deed)}],
    }  # fmt: skip


def _parameters(deed: Deed) -> list[Record]:
    """As Google lists them; one of several values has another key."""
    said = deed.more or {"doc_id": deed.target}
    return [
        {"name": name, "multiValue" if isinstance(value, list) else "value": value}
        for name, value in said.items()
    ]


def duo(deed: Deed) -> Record:
    """Duo: pushes that people answer."""
    return {
        "txid": deed.uid, "isotimestamp": stamp(deed.at), "timestamp": deed.at // 1_000,
        "event_type": "authentication", "factor": "duo_push", "user": {"name": deed.actor.name},
        "result": "denied" if deed.denied else "success", "reason": "no_response" if deed.denied else "user_approved",
        "application": {"key": deed.target, "name": deed.target},
        "access_device": {"ip": deed.address, "browser": deed.agent}, "auth_device": {"ip": ""},
    }  # fmt: skip


def onepassword(deed: Deed) -> Record:
    """1Password: items that people and robots use."""
    mail = f"{deed.actor.name}@example.com"
    return {
        "uuid": deed.uid, "timestamp": stamp(deed.at), "used_version": 1, "vault_uuid": "shared",
        "item_uuid": deed.target, "action": deed.operation,
        "user": {"uuid": deed.actor.name, "name": deed.actor.name, "email": mail},
        "client": {"app_name": deed.agent, "ip_address": deed.address},
    }  # fmt: skip


def github_audit(deed: Deed) -> Record:
    """GitHub: people and robots by the hash of their token."""
    digest = b64encode(sha256(deed.actor.secret.encode()).digest()).decode()
    return {
        "@timestamp": deed.at, "_document_id": deed.uid, "action": deed.operation,
        "actor": deed.actor.name, "actor_is_bot": deed.actor.kind != "human", "org": "acme",
        "repo": deed.target, "actor_ip": deed.address, "user_agent": deed.agent,
        "hashed_token": digest, "programmatic_access_type": "Personal access token (classic)",
        "created_at": deed.at, **deed.more,
    }  # fmt: skip


def gitlab_audit(deed: Deed) -> Record:
    """GitLab: what people do in projects."""
    return {
        "id": deed.uid, "author_id": deed.actor.name, "entity_id": 9, "entity_type": "Project",
        "event_name": deed.operation, "created_at": stamp(deed.at),
        "details": {"author_name": deed.actor.name, "ip_address": deed.address,
                    "entity_path": deed.target, "author_class": "User"},
    }  # fmt: skip


def litellm(deed: Deed) -> Record:
    """LiteLLM: calls with a virtual key, known by its hash."""
    return {
        "id": deed.uid, "call_type": deed.operation, "model": deed.target, "model_group": deed.target,
        "status": "failure" if deed.denied else "success", "startTime": deed.at / 1_000,
        "requester_ip_address": deed.address,
        "metadata": {
            "user_api_key_hash": sha256(deed.actor.secret.encode()).hexdigest(),
            "user_api_key_alias": deed.actor.name, "requester_ip_address": deed.address,
        },
    }  # fmt: skip


def mcp(deed: Deed) -> Record:
    """MCP: an agent's tool calls, as a gateway logs them."""
    server, _, tool = deed.operation.partition("/")
    return {
        "time": stamp(deed.at), "event_id": deed.uid, "server": server, "client_ip": deed.address,
        "user_agent": deed.agent, "session_id": f"ms-{deed.actor.name}",
        "principal": {"id": f"agent/{deed.actor.name}", "type": "agent", "name": deed.actor.name},
        "token_hash": sha256(deed.actor.secret.encode()).hexdigest(),
        "jsonrpc": "2.0", "id": deed.number, "method": "tools/call",
        "params": {"name": tool, "arguments": {"what": deed.target}},
        "response": {"result": {"isError": deed.denied}},
    }  # fmt: skip


def gitleaks(deed: Deed) -> Record:
    """A secret that a scanner found."""
    return {
        "RuleID": "generic-api-key", "Secret": deed.more["secret"], "File": "ci.log",
        "Commit": f"{deed.at:x}", "Date": stamp(deed.at), "Fingerprint": deed.uid,
    }  # fmt: skip


def canary(deed: Deed) -> Record:
    """A canary that was touched."""
    return {
        "manage_url": "https://canary.example.com/m", "memo": deed.target, "channel": "AWS API Key Token",
        "time": stamp(deed.at), "token": deed.actor.name, "src_ip": deed.address, "id": deed.uid,
        "additional_data": {"aws_access_key_id": deed.actor.uid, "useragent": deed.agent},
    }  # fmt: skip


def anthropic_audit(deed: Deed) -> Record:
    """Anthropic: what people do in the organisation."""
    return {
        "id": deed.uid, "created_at": stamp(deed.at), "organization_id": "org_1",
        "type": deed.operation, **(deed.more or {"claude_chat_id": deed.target}),
        "actor": {"type": "user_actor", "email_address": f"{deed.actor.name}@example.com",
                  "user_id": deed.actor.name, "ip_address": deed.address, "user_agent": deed.agent},
    }  # fmt: skip


def openai_audit(deed: Deed) -> Record:
    """OpenAI: what people do in the organisation."""
    return {
        "object": "organization.audit_log", "id": deed.uid, "type": deed.operation,
        "effective_at": deed.at // 1_000,
        "actor": {"type": "session", "session": {
            "user": {"id": deed.actor.name, "email": f"{deed.actor.name}@example.com"},
            "ip_address": deed.address, "user_agent": deed.agent}},
        deed.operation: {"id": deed.target, **deed.more},
    }  # fmt: skip
