"""Credentials in AWS that are neither access keys nor sessions: those are `detector.respond.aws`.

References:
    AWS IAM API reference: `UpdateSSHPublicKey`, `UpdateServiceSpecificCredential`,
    `UpdateSigningCertificate`. AWS IoT API reference: `UpdateCertificate`. EC2 user guide, "Delete your
    key pair".

Examples:
    >>> ROWS["ssh_public_key_id"].undo
    'iam:UpdateSSHPublicKey UserName={who} SSHPublicKeyId={id} Status=Active'
"""

from detector.respond.row import Row
from detector.respond.ways import Unreachable

_SSH = "iam:UpdateSSHPublicKey UserName={who} SSHPublicKeyId={id} Status="
_SPECIFIC = (
    "iam:UpdateServiceSpecificCredential UserName={who} ServiceSpecificCredentialId={id} Status="
)
_SIGNING = "iam:UpdateSigningCertificate UserName={who} CertificateId={id} Status="
_IOT = "iot:UpdateCertificate certificateId={id} newStatus="

ROWS: dict[str, Row | Unreachable] = {
    "ssh_public_key_id": Row("aws", "disable", f"{_SSH}Inactive", f"{_SSH}Active"),
    "service_specific_credential_id": Row(
        "aws", "disable", f"{_SPECIFIC}Inactive", f"{_SPECIFIC}Active"
    ),
    "signing_certificate_id": Row("aws", "disable", f"{_SIGNING}Inactive", f"{_SIGNING}Active"),
    "iot_certificate_id": Row(
        "aws",
        "disable",
        f"{_IOT}INACTIVE",
        f"{_IOT}ACTIVE",
        "A device that is connected stays so until it connects anew.",
    ),
    "key_pair_id": Unreachable(
        "EC2 takes back no key pair: instances that were launched with it hold the public key. By "
        "hand: remove it from authorized_keys there, and then ec2:DeleteKeyPair KeyPairId={id}."
    ),
}
