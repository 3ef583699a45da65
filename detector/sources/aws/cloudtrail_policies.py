"""Who a policy document or an attribute change lets in: outside accounts, `*`, or nobody.

Requests carry policies as JSON text or as an object; both are read, and only the grantees leave
here. A statement that names an organisation, a source account or a VPC in its condition lets in
nobody from outside it. Services of AWS are not outsiders.

Examples:
    >>> policy = '{"Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:*"}}'
    >>> outsiders(policy, "123456789012")
    ('*',)
    >>> outsiders({"Statement": []}, "123456789012") == ()
    True
    >>> outsiders("not a policy", "123456789012") is None
    True
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from detector.sources.text import kept

_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
_LONGEST = 65_536
# Conditions that keep strangers out whatever the principal says.
_FENCES = frozenset({
    "aws:principalorgid", "aws:principalorgpaths", "aws:sourceaccount", "aws:sourcearn",
    "aws:principalaccount", "aws:sourceowner", "aws:sourceorgid", "aws:sourcevpc", "aws:sourcevpce",
    "aws:sourceip", "aws:principalarn", "kms:calleraccount", "s3:dataaccesspointaccount",
    "lambda:functionurlauthtype", "sts:externalid",
})  # fmt: skip
_SUBJECT = ":sub"


def outsiders(policy: Any, account: str) -> tuple[str, ...] | None:
    """The outside grantees of a policy, sorted, `*` for everybody. None if it cannot be read."""
    if isinstance(policy, str):
        return _outsiders_in(policy, account) if len(policy) <= _LONGEST else None
    return _grantees(policy, account) if isinstance(policy, dict) else None


def _outsiders_in(text: str, account: str) -> tuple[str, ...] | None:
    try:
        policy = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None
    return _grantees(policy, account) if isinstance(policy, dict) else None


def _grantees(policy: dict[str, Any], account: str) -> tuple[str, ...] | None:
    statements = policy.get("Statement", policy.get("statement"))
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list):
        return None
    found: set[str] = set()
    for statement in statements:
        if isinstance(statement, dict) and statement.get("Effect", "Allow") == "Allow":
            found.update(_of_statement(statement, account))
    return tuple(sorted(found))


def _of_statement(statement: dict[str, Any], account: str) -> Iterator[str]:
    principal = statement.get("Principal")
    keys = _condition_keys(statement.get("Condition"))
    if isinstance(principal, str):
        principal = {"AWS": principal}
    if not isinstance(principal, dict):
        return
    if not _FENCES.intersection(keys):
        for grantee in _texts(principal.get("AWS")):
            outside = outsider(grantee, account)
            if outside:
                yield outside
    for provider in _texts(principal.get("Federated")):
        if _is_loose(statement.get("Condition"), keys, provider):
            yield kept(f"federated:{provider.rpartition('/')[2] or provider}")


def outsider(grantee: str, account: str) -> str:
    """The account id in a grantee if it is not `account`; `*` for everybody; else nothing.

    Examples:
        >>> outsider("arn:aws:iam::210987654321:root", "123456789012"), outsider("all", "1")
        ('210987654321', '*')
        >>> outsider("arn:aws:iam::123456789012:role/x", "123456789012")
        ''
    """
    if grantee.strip().lower() in {"*", "all"} or grantee.startswith("arn:aws:iam::*"):
        return "*"
    found = _ACCOUNT.search(grantee)
    return found.group() if found is not None and found.group() != account else ""


def _is_loose(condition: Any, keys: set[str], provider: str) -> bool:
    """Whether an OIDC trust does not pin the subject: no `sub` condition, or a bare wildcard."""
    if "oidc-provider/" not in provider:
        return False
    if not any(key.endswith((_SUBJECT, ":aud_sub")) for key in keys):
        return True
    return any(value.strip() in {"*", "repo:*"} for value in _subjects(condition))


def _subjects(condition: Any) -> Iterator[str]:
    for operands in condition.values() if isinstance(condition, dict) else ():
        for key, value in operands.items() if isinstance(operands, dict) else ():
            if isinstance(key, str) and key.lower().endswith(_SUBJECT):
                yield from _texts(value)


def _condition_keys(condition: Any) -> set[str]:
    return {
        key.lower()
        for operands in (condition.values() if isinstance(condition, dict) else ())
        for key in (operands if isinstance(operands, dict) else ())
        if isinstance(key, str)
    }


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (one for one in value if isinstance(one, str))
