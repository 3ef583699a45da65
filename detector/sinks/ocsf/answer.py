"""A broker's answer to a revoke command, as an OCSF Remediation Activity.

Examples:
    >>> from schemas.command import SubjectId
    >>> order = RevokeCommand(
    ...     command_uid="c1", action="disable", scope="credential", mode="enforce", tenant="acme",
    ...     issued_at=0, expires_at=9, finding_uid="f1", sub_id=SubjectId(format="opaque", id="k"),
    ... )
    >>> receipt(order, status="success", reason="The key is inactive.", time=5).message
    'Revocation c1: success. The key is inactive.'
"""

from typing import Literal

from detector.sinks.ocsf.envelope import envelope
from detector.sinks.ocsf.plain import sentence
from schemas.command import RevokeCommand, Verb
from schemas.ocsf import Named
from schemas.receipt import Countermeasure, ReceiptDetail, RevokeResult, StatusId

Ending = Literal[
    "unknown", "success", "failure", "does not exist", "partial", "unsupported", "error"
]

RECEIPT_SCHEMA = 1
_NUMBER: dict[Ending, StatusId] = {
    "unknown": 0,
    "success": 1,
    "failure": 2,
    "does not exist": 3,
    "partial": 4,
    "unsupported": 5,
    "error": 6,
}


def _countermeasure(uid: str, name: str) -> Countermeasure:
    return Countermeasure(
        d3f_technique=Named(
            uid=uid,
            name=name,
            src_url=f"https://d3fend.mitre.org/technique/d3f:{name.replace(' ', '')}",
        ),
        d3f_tactic=Named(uid="d3f:Evict", name="Evict"),
    )


_REVOKED = _countermeasure("D3-CR", "Credential Revocation")
COUNTERMEASURES: dict[Verb, Countermeasure] = {
    "disable": _REVOKED,
    "delete": _REVOKED,
    "revoke": _REVOKED,
    "revoke_sessions": _countermeasure("D3-ANCI", "Authentication Cache Invalidation"),
    "suspend": _countermeasure("D3-AL", "Account Locking"),
}
"""What each verb of a command is called in MITRE D3FEND."""


def receipt(
    command: RevokeCommand, *, status: Ending, reason: str, time: int, code: str = ""
) -> RevokeResult:
    """The answer to `command` at `time` (epoch ms). `reason` is plain words, `code` the error code
    of the system that owns the credential."""
    return RevokeResult(
        activity_id=2,
        activity_name="Evict",
        category_uid=7,
        type_uid=700_102,
        severity_id=1,
        severity="Informational",
        time=time,
        metadata=envelope(
            uid=f"{command.command_uid}.{status.replace(' ', '_')}",
            correlation=command.txn,
            tenant=command.tenant,
        ),
        message=f"Revocation {command.command_uid}: {status}. {sentence(reason)}".strip(),
        command_uid=command.command_uid,
        status_id=_NUMBER[status],
        status=status.title(),
        status_code=code,
        status_detail=reason,
        countermeasures=(COUNTERMEASURES[command.action],),
        unmapped=ReceiptDetail(
            schema=RECEIPT_SCHEMA,
            finding_uid=command.finding_uid,
            mode=command.mode,
            undo=command.undo,
        ),
    )
