"""Verbs of operation names, in any spelling, and the access they stand for.

Shared by all sources: CamelCase (`GetObject`), dotted (`files.read`), snake (`send_email`), paths
(`tools/call`) and HTTP methods (`POST /v1/x`).

Examples:
    >>> access_by_verb("GetObject"), access_by_verb("files.delete"), access_by_verb("search_docs")
    ('read', 'delete', 'list')
    >>> access_by_verb("secrets.read"), access_by_verb("token/create"), access_by_verb("frobnicate")
    ('secret_read', 'credential_issue', 'unknown')
"""

import re
from functools import lru_cache

from schemas.event import Access, Plane

READ = frozenset({
    "get", "describe", "head", "view", "lookup", "check", "validate", "test", "simulate", "preview",
    "estimate", "download", "detect", "query", "scan", "select", "read", "filter", "retrieve",
    "poll", "receive", "verify", "evaluate", "count", "compare", "is", "has", "peek", "fetch",
    "decode", "decrypt", "encrypt", "re", "resolve", "discover", "analyze", "classify", "recognize",
    "translate", "synthesize", "extract", "predict", "explain", "calculate", "sign",
    "watch", "wait", "authenticate", "console", "exit", "switch", "prepare", "locate",
    "infer", "rerank", "generate", "summarize", "inspect", "show", "open", "load", "render",
})  # fmt: skip
LIST = frozenset({"list", "search", "enumerate", "find", "browse"})
DELETE = frozenset({
    "delete", "terminate", "remove", "purge", "deregister", "destroy", "release", "abort", "expire",
    "empty", "forget", "drop", "truncate", "wipe",
})  # fmt: skip
WRITE = frozenset({
    "create", "put", "update", "modify", "set", "add", "tag", "untag", "upload", "import", "copy",
    "run", "start", "stop", "reboot", "restore", "attach", "detach", "associate", "disassociate",
    "register", "enable", "disable", "send", "publish", "invoke", "execute", "write", "change",
    "replace", "request", "accept", "reject", "cancel", "apply", "assign", "unassign", "allocate",
    "initiate", "complete", "commit", "configure", "deploy", "export", "grant", "revoke", "move",
    "merge", "post", "promote", "provision", "rotate", "reset", "resume", "suspend", "submit",
    "share", "unshare", "schedule", "archive", "activate", "deactivate", "leave", "invite", "join",
    "link", "unlink", "confirm", "signal", "failover", "flush", "upgrade", "rebuild", "rename",
    "authorize", "subscribe", "unsubscribe", "patch", "push", "insert", "edit", "append", "call", "pay", "transfer", "approve", "click",
    "recover", "undelete", "extend", "restart", "resize", "pause", "dismiss", "unlock", "unsuspend",
    "reactivate", "enroll",
})  # fmt: skip
BY_METHOD: dict[str, Access] = {
    "GET": "read", "HEAD": "read", "OPTIONS": "read", "POST": "write", "PUT": "write",
    "PATCH": "write", "DELETE": "delete",
}  # fmt: skip
_VERBS = READ | LIST | DELETE | WRITE
_CREATING = frozenset({"create", "issue", "mint", "exchange", "assume", "login", "lease", "renew"})
_SECRETS = frozenset({"secret", "secrets", "password", "passwords", "credential", "credentials",
                      "apikey", "privatekey"})  # fmt: skip
_TOKENS = _SECRETS | {"token", "tokens", "session", "lease", "role"}
_MODELS = frozenset({"chat", "completion", "completions", "converse", "inference", "embedding",
                     "embeddings", "infer", "generatecontent", "messages", "responses"})  # fmt: skip
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_CACHED = 16_384


@lru_cache(_CACHED)
def words_of(operation: str) -> tuple[str, ...]:
    """The words of an operation, lower-cased.

    Examples:
        >>> words_of("tools/call:sendEmail")
        ('tools', 'call', 'send', 'email')
    """
    return tuple(word.lower() for word in _WORD.findall(operation[:256]))


@lru_cache(_CACHED)
def access_by_verb(operation: str, service: str = "") -> Access:
    """The access that an operation's first verb stands for; `unknown` where it has none."""
    words = tuple(_plain(word) for word in words_of(operation))
    around = {*words, *words_of(service)}
    if _CREATING.intersection(words) and _TOKENS.intersection(words):
        return "credential_issue"
    for word in words:
        if word in LIST:
            return "list"
        if word in READ:
            return "secret_read" if _SECRETS & around else "read"
        if word in DELETE:
            return "delete"
        if word in WRITE:
            return "write"
    return "unknown"


def _plain(word: str) -> str:
    """A verb in the past, as many logs name what has happened, in its plain form."""
    if word.endswith("ed"):
        return next((one for one in (word[:-1], word[:-2]) if one in _VERBS), word)
    return word


@lru_cache(_CACHED)
def plane_by_words(operation: str, access: Access) -> Plane:
    """The plane an operation acts in: calling a model is inference, reading is retrieval.

    Examples:
        >>> plane_by_words("chat.completions.create", "write")
        'inference'
    """
    if _MODELS.intersection((*words_of(operation), operation.lower())):
        return "inference"
    if access in {"unknown", "credential_issue"}:
        return ""
    return "retrieval" if access in {"read", "list", "secret_read"} else "action"
