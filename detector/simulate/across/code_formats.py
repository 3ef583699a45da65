"""Deeds as code hosts and those who look for secrets there log them.

Examples:
    >>> from detector.simulate.across.deed import Actor
    >>> deed = Deed(0, Actor("ada", "human", "github_webhook", "", ""), "push", "acme/site")
    >>> github_webhook(deed)["pusher"]["name"]
    'ada'
"""

from hashlib import sha256

from detector.simulate.across.deed import Deed, Record
from detector.simulate.clock import SECOND, stamp

_RUNS = frozenset({"workflow_run", "workflow_job"})


def _number(text: str) -> int:
    """A number that a text always has."""
    return int(sha256(text.encode()).hexdigest()[:8], 16)


def _repository(name: str, at: int) -> Record:
    return {
        "id": _number(name), "full_name": name, "name": name.partition("/")[2], "private": True,
        "owner": {"login": "acme"}, "pushed_at": stamp(at),
    }  # fmt: skip


def github_webhook(deed: Deed) -> Record:
    """GitHub's deliveries: pushes, and what happens to one object of a repository."""
    shared: Record = {
        "repository": _repository(deed.target, deed.at), "organization": {"login": "acme"},
        "sender": {"login": deed.actor.name, "type": "User"},
    }  # fmt: skip
    if deed.operation == "push":
        commit = sha256(deed.uid.encode()).hexdigest()[:40]
        return {
            "ref": "refs/heads/main", "before": "0" * 40, "after": commit, "created": False,
            "pusher": {"name": deed.actor.name, "email": f"{deed.actor.name}@example.com"},
            "commits": [{"id": commit, "timestamp": stamp(deed.at), "message": "change"}],
            "head_commit": {"id": commit, "timestamp": stamp(deed.at)}, **shared,
        }  # fmt: skip
    name, _, action = deed.operation.partition(".")
    if name == "repository":
        shared["repository"] |= {"updated_at": stamp(deed.at), "private": False}
        return {"action": action, **shared}
    body: Record = {
        "id": _number(deed.uid), "created_at": stamp(deed.at), "updated_at": stamp(deed.at),
        **deed.more,
    }  # fmt: skip
    if name in _RUNS:
        body |= {"status": action, "conclusion": "failure" if deed.denied else "success"}
    return {"action": action, name: body, **shared}


def gitlab_requests(deed: Deed) -> Record:
    """GitLab: calls of its interface, with the id of the token."""
    method, _, path = deed.operation.partition(" ")
    token, robot = _number(deed.actor.uid), deed.actor.kind != "human"
    name = f"service_account_{deed.actor.name}" if robot else deed.actor.name
    return {
        "time": stamp(deed.at), "severity": "INFO", "duration_s": 0.02, "db_duration_s": 0.004,
        "status": 403 if deed.denied else 200 if method == "GET" else 201, "method": method,
        "path": f"/api/v4/{path.replace(':id', str(_number(deed.target) % 1_000))}", "params": [],
        "host": "gitlab.example.com", "remote_ip": deed.address, "ua": deed.agent,
        "route": f"/api/:version/{path}", "user_id": _number(deed.actor.name) % 100_000,
        "username": name, "token_type": "PersonalAccessToken", "token_id": token,
        "correlation_id": deed.uid, "meta.project": deed.target, "meta.root_namespace": "acme",
        "meta.user": name, "pid": 7,
    }  # fmt: skip


def github_secret_scanning(deed: Deed) -> Record:
    """GitHub's secret scanning: an alert of the REST API, with the secret."""
    resolved = deed.operation == "resolved"
    return {
        "number": _number(deed.uid) % 100_000, "created_at": stamp(deed.at),
        "updated_at": stamp(deed.at), "html_url": f"https://git.example.com/{deed.target}",
        "secret_type": deed.more.get("type", "acme_token"), "secret": deed.more["secret"],
        "state": "resolved" if resolved else "open", "resolution": "revoked" if resolved else None,
        "resolved_at": stamp(deed.at) if resolved else None, "validity": "unknown",
        "publicly_leaked": False, "repository": _repository(deed.target, deed.at),
    }  # fmt: skip


def trufflehog(deed: Deed) -> Record:
    """TruffleHog: a secret in a file of a repository."""
    place = {
        "repository": "https://git.example.com/acme/site", "file": deed.target, "line": 4,
        "commit": sha256(deed.uid.encode()).hexdigest()[:40], "email": "ada@example.com",
        "timestamp": f"{stamp(deed.at)[:-1].replace('T', ' ')} +0000",
    }  # fmt: skip
    return {
        "SourceMetadata": {"Data": {"Git": place}}, "SourceID": 1, "SourceType": 16,
        "SourceName": "trufflehog - git", "DetectorType": 17, "DetectorName": "Generic",
        "DecoderName": "PLAIN", "Verified": False, "Raw": deed.more["secret"], "RawV2": "",
        "Redacted": "", "ExtraData": None, "StructuredData": None,
    }  # fmt: skip


def tracebit(deed: Deed) -> Record:
    """Tracebit: a decoy bucket was touched."""
    account = "123456789012"
    return {
        "alert_id": f"a-{deed.uid}", "id": deed.uid, "timestamp": stamp(deed.at),
        "severity": "High", "provider": "aws", "message": "Canary resource activity",
        "tracebit_portal_url": "https://decoys.example.com/a",
        "canary": {
            "type": "AWS::S3::Bucket", "name": deed.target, "provider_id": f"arn:aws:s3:::{deed.target}",
            "provider_account_id": account, "tracebit_id": f"decoy-{deed.target}",
            "aws": {"account_id": account},
        },
        "event": {
            "id": f"{deed.at // SECOND:x}", "operation": deed.operation,
            "request": {"ip": deed.address, "user_agent": {"raw": deed.agent}},
            "resources": [{"id": deed.target, "type": "AWS::S3::Bucket"}],
        },
        "principal": {
            "id": deed.actor.name,
            "aws": {"account_id": account, "type": "IAMUser",
                    "arn": f"arn:aws:iam::{account}:user/{deed.actor.name}"},
        },
    }  # fmt: skip
