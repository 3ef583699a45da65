"""The broker's answer to a revoke command: an OCSF 1.8.0 Remediation Activity (class 7001).

`command_uid` names the command that it answers, `status_id` says how it went, `status_detail` why,
in plain words, and `countermeasures` what was done in the words of MITRE D3FEND.

Examples:
    >>> import msgspec
    >>> from schemas.ocsf import Metadata, Product
    >>> result = RevokeResult(
    ...     activity_id=2, category_uid=7, type_uid=700102, severity_id=1, time=1_700_000_000_000,
    ...     metadata=Metadata(product=Product(name="broker"), version="1.8.0"),
    ...     command_uid="c1", status_id=3, status="Does Not Exist",
    ...     status_detail="The key was deleted by its owner a minute before.",
    ...     unmapped=ReceiptDetail(schema=1, finding_uid="f1"),
    ... )
    >>> msgspec.json.decode(msgspec.json.encode(result), type=RevokeResult).done
    False
"""

from typing import Literal

from msgspec import Struct

from schemas.ocsf import Metadata, Named, SeverityId

CLASS_UID = 7001

StatusId = Literal[0, 1, 2, 3, 4, 5, 6]


class Countermeasure(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A D3FEND technique with its tactic; `version` is the release of D3FEND."""

    d3f_technique: Named
    d3f_tactic: Named | None = None
    version: str = ""


class ReceiptDetail(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What OCSF has no attribute for: our contract's version, the finding behind the command,
    whether the command was a dry run, and the call that takes the step back ("" when nothing does).
    """

    schema: int
    finding_uid: str
    mode: Literal["", "dry_run", "enforce"] = ""
    undo: str = ""


class RevokeResult(
    Struct, frozen=True, omit_defaults=True, kw_only=True, tag_field="class_uid", tag=CLASS_UID
):
    """One answer to one command. `time` is when the broker acted, in epoch ms.

    `status_id`: 0 unknown, 1 success, 2 failure, 3 does not exist, 4 partial, 5 unsupported,
    6 error; `status` is its caption and `status_code` the owner's own error code.

    Raises:
        msgspec.ValidationError: on decoding, when a field has the wrong type or a required one is
            missing. Unknown fields are tolerated.
    """

    activity_id: Literal[1, 2, 3, 4]
    activity_name: str = ""
    category_uid: Literal[7]
    type_uid: Literal[700101, 700102, 700103, 700104]
    severity_id: SeverityId
    severity: str = ""
    time: int
    metadata: Metadata
    message: str = ""
    command_uid: str
    status_id: StatusId
    status: str = ""
    status_code: str = ""
    status_detail: str = ""
    countermeasures: tuple[Countermeasure, ...] = ()
    unmapped: ReceiptDetail

    @property
    def done(self) -> bool:
        """Whether the credential is dead by the broker's word."""
        return self.status_id == 1
