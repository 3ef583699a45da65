"""Credentials of IAM users that are neither access keys nor sessions: those are `detector.respond.aws`.

References:
    AWS IAM API reference: `UpdateSSHPublicKey`, `UpdateServiceSpecificCredential`. EC2 user guide,
    "Delete your key pair".

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

ROWS: dict[str, Row | Unreachable] = {
    "ssh_public_key_id": Row("aws", "disable", f"{_SSH}Inactive", f"{_SSH}Active"),
    "service_specific_credential_id": Row(
        "aws", "disable", f"{_SPECIFIC}Inactive", f"{_SPECIFIC}Active"
    ),
    "key_pair_id": Unreachable(
        "EC2 takes back no key pair: instances that were launched with it hold the public key. By "
        "hand: remove it from authorized_keys there, and then ec2:DeleteKeyPair KeyPairId={id}."
    ),
}
