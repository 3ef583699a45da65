"""A successful call as far as its children need it, and the credentials it can speak of.

Examples:
    >>> text_of({"a": 1}.get("a")), part_of({"a": {"b": 2}}, "a")
    ('', {'b': 2})
"""

from typing import Any

from msgspec import Struct

from detector.sources.aws.cloudtrail_record import Record
from detector.sources.base import Context
from detector.sources.text import kept
from schemas.event import Credential, Lifetime, Principal

ACCESS_KEY = "access_key_id"
PASSWORD = "console_password"  # noqa: S105 - a kind of credential, not one
SSH_KEY = "ssh_public_key_id"
KEY_PAIR = "key_pair_id"
SIGNING = "signing_certificate_id"
IOT = "iot_certificate_id"
SPECIFIC = "service_specific_credential_id"


class Call(Struct, frozen=True):
    """A successful call, as far as its children need it."""

    record: Record
    context: Context
    tenant: str
    time: int
    principal: Principal
    credential: Credential | None
    request: dict[str, Any]
    response: dict[str, Any]

    def user(self) -> Principal:
        """The IAM user that the call is about: named in the request, or the caller."""
        name = text_of(self.request.get("userName"))
        account = self.principal.account
        if not name or name == self.principal.name:
            return self.principal
        return Principal(
            uid=f"aws:{account}:user/{name}", name=name, account=account, type="service",
            known_by=f"arn:aws:iam::{account}:user/{name}",
        )  # fmt: skip

    def made(
        self, kind: str, uid: str, type_: str, lifetime: Lifetime, expires: int | None = None
    ) -> Credential:
        """A new credential known by a public identifier, the caller's credential its parent."""
        return Credential(
            fingerprint=self.context.fingerprints.of_public(self.tenant, kind, uid),
            uid=uid, uid_kind=kind, type=type_, lifetime=lifetime, issued=self.time,
            # A capture whose times were moved keeps old expiries: those would end it before birth.
            expires=expires if expires is not None and expires > self.time else None,
            parent=self.credential.fingerprint if self.credential is not None else "",
        )  # fmt: skip

    def known(self, kind: str, uid: str, type_: str) -> Credential:
        """A long-lived credential that was there before."""
        mark = self.context.fingerprints.of_public(self.tenant, kind, uid)
        return Credential(mark, uid, kind, type_, "static")


def text_of(value: Any) -> str:
    """A text that may be kept, or nothing."""
    return kept(value) if isinstance(value, str) else ""


def part_of(value: Any, name: str) -> dict[str, Any]:
    """An object inside an object, or an empty one."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}
