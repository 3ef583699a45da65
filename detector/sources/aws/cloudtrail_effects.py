"""The intrinsic consequence of an operation, from its verb and noun: what makes one event matter.

Rules are families of verbs times families of nouns, so that a service that is new, or an operation
that nobody listed, still gets its effect; a short table holds what the names do not tell. A
reversal (StartLogging, RevokeSecurityGroupIngress, DetachUserPolicy) has no effect. What depends on
the request (an open port, an outside account) is settled by `cloudtrail_requests`.

An `AssumeRole` has no effect here: it is everybody's daily start and is followed as kind `issue`.
What mints a credential that outlives or escapes its session does.

References:
    MITRE ATT&CK (Enterprise, cloud): Defense Impairment, Persistence, Exfiltration, Impact.

Examples:
    >>> effect_of("cloudtrail", "StopLogging"), effect_of("cloudtrail", "StartLogging")
    ('impair_defence', '')
    >>> effect_of("rds", "ModifyDBSnapshotAttribute"), effect_of("guardduty", "DeleteDetector")
    ('share_out', 'impair_defence')
    >>> effect_of("sts", "GetCallerIdentity"), effect_of("ses", "GetSendQuota")
    ('identity_probe', 'identity_probe')
"""

from functools import lru_cache

from detector.sources.aws import cloudtrail_families as words
from detector.sources.aws.cloudtrail_words import Name, take_apart
from schemas.event import Effect

_CACHED = 16_384


@lru_cache(_CACHED)
def effect_of(service: str, operation: str) -> Effect:
    """The effect of an operation (version removed), before its request has been looked at."""
    known = words.EXCEPTIONS.get((service, operation))
    if known is not None:
        return known
    name = take_apart(operation)
    if _impairs(service, name):
        return "impair_defence"
    if _opens(operation, name):
        return "open_network"
    if operation in words.MINT:
        return "mint_credential"
    if _persists(service, operation, name):
        return "persist"
    if _grants(operation, name):
        return "grant"
    if operation in words.SHARE or (
        name.verb in {"Put", "Set"} and name.noun.endswith(words.RESOURCE_POLICIES)
    ):
        return "share_out"
    if operation in words.EXECUTE:
        return "execute"
    if _destroys(service, name):
        return "destroy"
    return "identity_probe" if _probes(service, operation, name) else ""


def _impairs(service: str, name: Name) -> bool:
    noun = name.noun
    if name.verb in words.WEAKEN:
        if noun.endswith(words.WATCH) or noun.startswith(words.WATCHING_SERVICES):
            return True
        # `inspector2:Disable` and `guardduty:DeleteMembers` mean the watcher itself.
        return service in words.WATCHERS and (not noun or noun.endswith(words.WATCHER_WORDS))
    return name.verb in words.CHANGE and noun.endswith(words.WATCH_SETTINGS)


def _opens(operation: str, name: Name) -> bool:
    if operation in words.OPEN:
        return True
    return name.verb == "Delete" and name.noun.endswith("PublicAccessBlock")


def _persists(service: str, operation: str, name: Name) -> bool:
    if operation in words.PERSIST:
        return True
    if name.verb in {"Create", "Update"} and name.noun.endswith(words.PERSIST_NOUNS):
        return True
    return name.verb == "Create" and (
        (service in words.IDENTITY_SERVICES and name.noun in {"User", "Role"})
        or (service == "rolesanywhere" and name.noun == "Profile")
    )


def _grants(operation: str, name: Name) -> bool:
    if operation in words.GRANT:
        return True
    return name.verb in {"Attach", "Put"} and name.noun in words.GRANTED


def _destroys(service: str, name: Name) -> bool:
    if name.verb not in {"Delete", "Terminate", "Schedule", "Purge", "Destroy", "Deregister"}:
        return False
    if service in words.NO_STORE or name.noun.endswith(words.FOLLOWERS):
        return False
    if service in words.DATABASES and name.noun.endswith(words.DATABASE_PARTS):
        return True
    return any(_is_noun(name.noun, store) for store in words.STORES)


def _is_noun(noun: str, store: str) -> bool:
    """`DBSnapshot` and `Snapshot` are snapshots; `AccessKey` and `SubnetGroup` are no stores."""
    if noun == store:
        return True
    head = noun.removesuffix(store)
    return head != noun and head in {"DB", "DBCluster", "Cluster", "DBInstance", "Table", "Model",
                                     "Backup", "Global", "Imported", "Bucket"}  # fmt: skip


def _probes(service: str, operation: str, name: Name) -> bool:
    if operation in words.PROBE:
        return True
    if name.verb not in {"Get", "Describe"} or service in {"organizations", "signin"}:
        return False
    return name.noun.startswith(words.ACCOUNT_NOUNS) and not name.noun.endswith(
        ("PublicAccessBlock", "Assignment", "Health")
    )
