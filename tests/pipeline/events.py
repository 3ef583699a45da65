"""Events for the tests of what is known around a finding: who did what, with what, when."""

from msgspec import structs

from detector.config import DAY, HOUR
from schemas.event import Action, ActivityEvent, Child, Credential, Kind, Origin, Principal

NOON = 1_767_571_200_000 + 2 * DAY + 12 * HOUR
ADA = Principal(uid="aws:123456789012:user/ada", name="ada", account="123456789012", type="human")
ROOT = structs.replace(ADA, uid="aws:123456789012:user/root", name="root")


def key(number: int) -> Credential:
    """A long-lived key."""
    return Credential(fingerprint=f"f{number:03}", uid=f"AKIAIOSFODNN7EXAM{number:03}",
                      uid_kind="access_key_id", type="access_key", lifetime="static")  # fmt: skip


def session(number: int, expires: int) -> Credential:
    """A session that a key was exchanged for."""
    return Credential(fingerprint=f"e{number:03}", uid=f"ASIAIOSFODNN7EXAM{number:03}",
                      uid_kind="access_key_id", type="session", lifetime="ephemeral",
                      expires=expires)  # fmt: skip


def event(
    uid: str,
    time: int,
    operation: str,
    *,
    who: Principal = ADA,
    used: Credential | None = None,
    kind: Kind = "use",
    child: Child | None = None,
    **changes: object,
) -> ActivityEvent:
    """One event; `operation` is `service:operation:access`."""
    made = ActivityEvent(
        uid=uid,
        source="cloudtrail",
        tenant="acme",
        time=time,
        principal=who,
        kind=kind,
        credential=used,
        action=Action(*operation.split(":")),  # type: ignore[arg-type]
        origin=Origin("192.0.2.7", "192.0.2.0/24", "aws-cli"),
        child=child,
    )
    return structs.replace(made, **changes)


def issue(uid: str, time: int, made: Credential, *, used: Credential | None = None,
          who: Principal = ADA, holder: Principal = ADA) -> ActivityEvent:  # fmt: skip
    """`who` brings a credential into the world for `holder`."""
    return event(uid, time, "sts:AssumeRole:credential_issue", who=who, used=used, kind="issue",
                 child=Child(made, holder))  # fmt: skip


def end(uid: str, time: int, gone: Credential, *, who: Principal = ROOT) -> ActivityEvent:
    """`who` ends a credential."""
    return event(uid, time, "iam:DeleteAccessKey:delete", who=who, kind="end", child=Child(gone))
