"""Who acts in Google Cloud, and who stands behind: people, service accounts, federated identities.

Where no principal is named, the log does not say who it was: Google leaves names out of denials and
of what others may read, too. That it was Google itself is only said by the kind of log or the place.

References:
    Google Cloud documentation, "AuthenticationInfo", "RequestMetadata" (`callerIp`), "Caller
    identities in audit logs"; "Example logs for Workload Identity Federation".

Examples:
    >>> principal("web@shop.iam.gserviceaccount.com", "", "shop").uid
    'gcp:serviceaccount/web@shop.iam.gserviceaccount.com'
    >>> principal("ci@example.com", "serviceAccount:ci@example.com", "shop").type
    'service'
"""

import re
from functools import lru_cache

from detector.sources.platform.kubernetes_audit import principal_of as cluster_principal
from detector.sources.record import Record
from schemas.event import Principal, PrincipalType

# Where a call came from, when it was one of Google's services that called another.
WITHIN_GOOGLE = "private"
_SYSTEM_LOG = "system_event"
_ROBOT = "serviceAccount:"
_GOOGLE = (
    "@cloudservices.gserviceaccount.com", "@system.gserviceaccount.com", "@prod.google.com",
    "@cloudbuild.gserviceaccount.com", "@google.com",
)  # fmt: skip
# Service agents are named after the number of whatever they work for. Anybody may call an account
# of their own `service-...`.
_AGENT = re.compile(r"service-(?:[a-z]+-)?\d{6,}@")


def actors(
    record: Record, entry: Record, account: str, address: str
) -> tuple[Principal, tuple[str, ...]]:
    """Who acted, and the uids of those who stand behind an impersonated account."""
    info = entry.part("authenticationInfo")
    mail = info.text("principalEmail")
    # Whoever changes a token is told as their own provider knows them, and beside it as Google does
    # from then on.
    known = entry.part("metadata").first("mapped_principal", "mappedPrincipal")
    subject = known or info.text("principalSubject")
    if not mail and not subject:
        return _unnamed(record, entry, account, address), ()
    behind = (
        (one.text("firstPartyPrincipal", "principalEmail"), one.text("principalSubject"))
        for one in info.parts("serviceAccountDelegationInfo")
    )
    chain = tuple(principal(*names, "").uid for names in behind if any(names))
    return principal(mail, subject, account), chain


def _unnamed(record: Record, entry: Record, account: str, address: str) -> Principal:
    if not entry.text("serviceName") and not entry.get("authorizationInfo"):
        record.need("", "protoPayload.authenticationInfo", "who acted")
    log = record.first("logName", "logname")
    if log.endswith(_SYSTEM_LOG) or address == WITHIN_GOOGLE:
        return Principal("gcp:system", account=account, type="provider")
    return Principal("gcp:unidentified", account=account)


@lru_cache(8_192)
def principal(mail: str, subject: str, account: str) -> Principal:
    """Who a mail address, or without one a subject, stands for."""
    if mail.startswith("system:"):
        return cluster_principal(mail)
    if mail.endswith("gserviceaccount.com") or (mail and subject.startswith(_ROBOT)):
        google = mail.endswith(_GOOGLE) or _AGENT.match(mail) is not None
        kind: PrincipalType = "provider" if google else "service"
        home = mail.partition("@")[2].removesuffix(".iam.gserviceaccount.com")
        return Principal(
            f"gcp:serviceaccount/{mail}", mail.partition("@")[0], account, kind,
            owner="" if google else home, known_by=mail,
        )  # fmt: skip
    if mail:
        return Principal(f"gcp:user/{mail}", mail, account, "human", known_by=mail)
    # principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/s
    pool, _, own = subject.partition("/subject/")
    if not own:
        kind_, colon, own = subject.partition(":")
        if not colon:
            return Principal(f"gcp:subject/{subject}", subject, account, known_by=subject)
        known: PrincipalType = "human" if kind_ == "user" else "service"
        return Principal(
            f"gcp:{kind_.lower()}/{own or subject}", own, account, known, known_by=subject
        )
    name = pool.rpartition("/")[2]
    person = "workforcePools" in pool
    return Principal(
        f"gcp:federated/{name}/{own}", own, account, "human" if person else "workload",
        owner=name, known_by=subject,
    )  # fmt: skip
