"""The OCSF 1.8.0 objects that our messages share: who, with what, where from, what was done.

Only the attributes that we fill are here. Field names, numbers and required attributes follow the
Open Cybersecurity Schema Framework 1.8.0 (github.com/ocsf/ocsf-schema, tag v1.8.0). A field without
a default is always written, even when it is empty: OCSF requires it, alone or as one of a choice.

Examples:
    >>> import msgspec
    >>> msgspec.json.encode(Observable(name="evidences[0].uid", type_id=10, value="e1"))
    b'{"name":"evidences[0].uid","type_id":10,"value":"e1"}'
"""

from typing import Literal

from msgspec import Struct

OCSF_VERSION = "1.8.0"

UserTypeId = Literal[0, 1, 2, 3, 4, 99]
SeverityId = Literal[1, 2, 3, 4, 5]


class Product(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What wrote the message."""

    name: str
    vendor_name: str = ""
    version: str = ""


class Metadata(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`version` is OCSF's. `uid` names this message, `correlation_uid` the campaign it is part of,
    `tenant_uid` whose it is. `profiles` lists the OCSF profiles whose attributes are used."""

    product: Product
    version: str
    uid: str = ""
    correlation_uid: str = ""
    tenant_uid: str = ""
    profiles: tuple[str, ...] = ()


class Account(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The account, project or organisation that a principal belongs to."""

    uid: str
    name: str = ""
    type_id: int | None = None


class User(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A principal. `type_id`: 0 unknown, 1 user, 2 admin, 3 system, 4 service, 99 other (then
    `type` says what)."""

    uid: str
    name: str = ""
    type: str = ""
    type_id: UserTypeId | None = None
    account: Account | None = None


class Session(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The session in which a credential was used. Times are epoch ms."""

    uid: str = ""
    credential_uid: str = ""
    created_time: int | None = None
    expiration_time: int | None = None
    is_mfa: bool | None = None


class Actor(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Who acted, and in which session."""

    user: User
    session: Session | None = None


class Service(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The service that was called."""

    name: str


class Response(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How the call ended, when it did not succeed."""

    error: str = ""


class Api(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One operation of one service."""

    operation: str
    service: Service | None = None
    response: Response | None = None


class Endpoint(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Where a call came from. `ip` only where it is an address; `name` is what the log said."""

    name: str
    ip: str = ""


class Resource(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What was acted upon."""

    uid: str
    type: str = ""


class Named(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A row of a taxonomy: tactic, technique or countermeasure."""

    uid: str
    name: str
    src_url: str = ""


class Attack(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One technique of MITRE ATT&CK or ATLAS, with a tactic that it serves. `version` is the
    release of that taxonomy."""

    technique: Named
    sub_technique: Named | None = None
    tactic: Named | None = None
    version: str = ""


class Observable(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A value worth searching for. `name` is the path of the attribute that holds it; `type_id`:
    2 IP address, 10 resource uid, 19 credential uid, 30 fingerprint, 31 user uid, 35 account uid.
    """

    name: str
    type_id: int
    value: str = ""


class Remediation(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What to do about it; `references` are pages that help."""

    desc: str
    references: tuple[str, ...] = ()
