"""What an operation of Azure does, by its name and by what was asked for in the request.

Azure writes the same name in three cases (`listKeys/action`, `listkeys/action`, `LISTKEYS/ACTION`), so
it is judged in lower case. Of a request only who is let in is looked at: a container made public, a
rule of a network.

References:
    Azure documentation, "Azure permissions" (resource provider operations); "Storage log schema".

Examples:
    >>> action_of("MICROSOFT.KEYVAULT/VAULTS/SECRETS/GETSECRET/ACTION", "").access
    'secret_read'
    >>> action_of("putblob", "storage").access, action_of("PutBlob", "storage").access
    ('write', 'write')
    >>> type_of("/subscriptions/s/providers/microsoft.web/sites/shop/functions/f")
    'web/sites/functions'
"""

import re
from functools import lru_cache

from msgspec.structs import replace

from detector.sources.record import Record
from detector.sources.verbs import access_by_verb, plane_by_words
from schemas.event import Access, Action, Effect

_CACHED = 8_192
# How operations end, from their provider on, and in what; the longest that fits decides.
_GRAVE: dict[str, tuple[Access, Effect]] = {
    "authorization/roleassignments/write": ("admin", "grant"),
    "authorization/roledefinitions/write": ("admin", "grant"),
    "authorization/elevateaccess/action": ("admin", "grant"),
    "authorization/roleassignmentschedulerequests/write": ("admin", "grant"),
    "authorization/roleeligibilityschedulerequests/write": ("admin", "grant"),
    "authorization/classicadministrators/write": ("admin", "grant"),
    "documentdb/databaseaccounts/sqlroleassignments/write": ("admin", "grant"),
    "containerservice/managedclusters/trustedaccessrolebindings/write": ("admin", "grant"),
    "managedservices/registrationassignments/write": ("admin", "grant"),
    "sql/servers/administrators/write": ("admin", "grant"),
    "authorization/rolemanagementpolicies/write": ("admin", "impair_defence"),
    "authorization/policyexemptions/write": ("admin", "impair_defence"),
    "authorization/policydefinitions/delete": ("delete", "impair_defence"),
    "authorization/denyassignments/delete": ("delete", "impair_defence"),
    "authorization/policyassignments/delete": ("delete", "impair_defence"),
    "authorization/locks/delete": ("delete", "impair_defence"),
    "insights/diagnosticsettings/delete": ("delete", "impair_defence"),
    "insights/diagnosticsettings/write": ("admin", ""),
    "insights/activitylogalerts/delete": ("delete", "impair_defence"),
    "aadiam/diagnosticsettings/delete": ("delete", "impair_defence"),
    "insights/logprofiles/delete": ("delete", "impair_defence"),
    "insights/actiongroups/delete": ("delete", "impair_defence"),
    "insights/alertrules/delete": ("delete", "impair_defence"),
    "insights/metricalerts/delete": ("delete", "impair_defence"),
    "insights/scheduledqueryrules/delete": ("delete", "impair_defence"),
    "insights/datacollectionrules/delete": ("delete", "impair_defence"),
    "insights/datacollectionruleassociations/delete": ("delete", "impair_defence"),
    "security/alertssuppressionrules/write": ("admin", "impair_defence"),
    "security/automations/delete": ("delete", "impair_defence"),
    "security/securitycontacts/delete": ("delete", "impair_defence"),
    "securityinsights/alertrules/delete": ("delete", "impair_defence"),
    "securityinsights/dataconnectors/delete": ("delete", "impair_defence"),
    "securityinsights/onboardingstates/delete": ("delete", "impair_defence"),
    "securityinsights/settings/delete": ("delete", "impair_defence"),
    "operationalinsights/workspaces/dataexports/delete": ("delete", "impair_defence"),
    "operationalinsights/workspaces/tables/delete": ("delete", "impair_defence"),
    "operationalinsights/workspaces/purge/action": ("delete", "impair_defence"),
    "cognitiveservices/accounts/raipolicies/delete": ("delete", "impair_defence"),
    "operationalinsights/workspaces/delete": ("delete", "impair_defence"),
    "security/pricings/write": ("admin", "impair_defence"),
    "security/pricings/delete": ("delete", "impair_defence"),
    "network/networksecuritygroups/securityrules/write": ("admin", "open_network"),
    "network/networksecuritygroups/write": ("admin", "open_network"),
    "network/azurefirewalls/delete": ("delete", "impair_defence"),
    "network/networkwatchers/delete": ("delete", "impair_defence"),
    "network/networkwatchers/flowlogs/delete": ("delete", "impair_defence"),
    "network/firewallpolicies/delete": ("delete", "impair_defence"),
    "network/firewallpolicies/rulecollectiongroups/delete": ("delete", "impair_defence"),
    "network/applicationgatewaywebapplicationfirewallpolicies/delete": ("delete", "impair_defence"),
    "network/frontdoorwebapplicationfirewallpolicies/delete": ("delete", "impair_defence"),
    "network/ddosprotectionplans/delete": ("delete", "impair_defence"),
    "packetcaptures/write": ("admin", "share_out"),
    "startpacketcapture/action": ("admin", "share_out"),
    "eventhub/namespaces/delete": ("delete", "impair_defence"),
    "eventhub/namespaces/eventhubs/delete": ("delete", "impair_defence"),
    "events.k8s.io/events/delete": ("delete", "impair_defence"),
    "adhybridhealthservice/services/servicemembers/action": ("admin", "impair_defence"),
    "adhybridhealthservice/services/delete": ("delete", "impair_defence"),
    "network/networksecurityperimeters/delete": ("delete", "impair_defence"),
    "network/bastionhosts/createshareablelinks/action": ("admin", "open_network"),
    "cdn/profiles/securitypolicies/delete": ("delete", "impair_defence"),
    "sql/servers/azureadonlyauthentications/delete": ("delete", "impair_defence"),
    "storage/storageaccounts/blobservices/containers/immutabilitypolicies/delete": (
        "delete", "impair_defence"),
    "recoveryservices/vaults/backupresourceguardproxies/delete": ("delete", "impair_defence"),
    "recoveryservices/vaults/backupfabrics/protectioncontainers/protecteditems/delete": (
        "delete", "destroy"),
    "compute/virtualmachines/runcommand/action": ("write", "execute"),
    "compute/virtualmachinescalesets/virtualmachines/runcommand/action": ("write", "execute"),
    "compute/virtualmachines/runcommands/write": ("write", "execute"),
    "compute/virtualmachines/extensions/write": ("write", "execute"),
    "compute/virtualmachinescalesets/extensions/write": ("write", "execute"),
    "hybridcompute/machines/runcommands/write": ("write", "execute"),
    "hybridcompute/machines/extensions/write": ("write", "execute"),
    "app/containerapps/exec/action": ("write", "execute"),
    "containerinstance/containergroups/containers/exec/action": ("write", "execute"),
    "containerservice/managedclusters/runcommand/action": ("write", "execute"),
    "serialconsole/serialports/connect/action": ("write", "execute"),
    "web/sites/hostruntime/host/action": ("write", "execute"),
    "web/sites/hostruntime/host/_master/read": ("secret_read", ""),
    "automation/automationaccounts/runbooks/write": ("write", "execute"),
    "automation/automationaccounts/runbooks/publish/action": ("write", "execute"),
    "automation/automationaccounts/jobs/write": ("write", "execute"),
    "automation/automationaccounts/webhooks/write": ("admin", "persist"),
    "automation/automationaccounts/webhooks/action": ("admin", "persist"),
    "managedidentity/userassignedidentities/federatedidentitycredentials/write": ("admin", "persist"),
    "keyvault/vaults/accesspolicies/write": ("admin", "grant"),
    "keyvault/vaults/delete": ("delete", "destroy"),
    "keyvault/vaults/purge/action": ("delete", "destroy"),
    "keyvault/locations/deletedvaults/purge/action": ("delete", "destroy"),
    "keyvault/vaults/keys/purge/action": ("delete", "destroy"),
    "keyvault/managedhsms/delete": ("delete", "destroy"),
    "keypurge": ("delete", "destroy"),
    "secretpurge": ("delete", "destroy"),
    "storage/storageaccounts/delete": ("delete", "destroy"),
    "compute/disks/delete": ("delete", "destroy"),
    "sql/servers/delete": ("delete", "destroy"),
    "resources/subscriptions/resourcegroups/delete": ("delete", "destroy"),
    "recoveryservices/vaults/delete": ("delete", "destroy"),
    "storage/storageaccounts/listaccountsas/action": ("credential_issue", "mint_credential"),
    "storage/storageaccounts/listservicesas/action": ("credential_issue", "mint_credential"),
    "storage/storageaccounts/blobservices/generateuserdelegationkey/action": (
        "credential_issue", ""),
    "storage/storageaccounts/localusers/write": ("admin", "persist"),
    "search/searchservices/createquerykey/action": ("credential_issue", "mint_credential"),
    "containerregistry/registries/generatecredentials/action": (
        "credential_issue", "mint_credential"),
    "containerregistry/registries/tokens/write": ("admin", "persist"),
    "compute/sshpublickeys/generatekeypair/action": ("credential_issue", "mint_credential"),
    "web/sites/host/functionkeys/write": ("credential_issue", "mint_credential"),
    "web/sites/functions/keys/write": ("credential_issue", "mint_credential"),
    "web/sites/newpassword/action": ("credential_issue", "mint_credential"),
    "apimanagement/service/users/token/action": ("credential_issue", "mint_credential"),
    "eventhub/namespaces/authorizationrules/write": ("admin", "persist"),
    "servicebus/namespaces/authorizationrules/write": ("admin", "persist"),
    "compute/snapshots/delete": ("delete", "destroy"),
    "compute/restorepointcollections/delete": ("delete", "destroy"),
    "compute/restorepointcollections/restorepoints/delete": ("delete", "destroy"),
    "compute/disks/begingetaccess/action": ("read", "share_out"),
    "compute/snapshots/begingetaccess/action": ("read", "share_out"),
    "rbac.authorization.k8s.io/clusterrolebindings/write": ("admin", "grant"),
    "rbac.authorization.k8s.io/rolebindings/write": ("admin", "grant"),
    "rbac.authorization.k8s.io/clusterroles/write": ("admin", ""),
    "rbac.authorization.k8s.io/roles/write": ("admin", ""),
}  # fmt: skip
_SECRETS = ("listkeys/action", "secrets/getsecret/action", "secretget", "listsecrets/action",
            "keyget", "secretlistversions", "listadminkeys/action", "sharedkeys/action",
            "listconnectionstrings/action", "readonlykeys/action", "listcredentials/action",
            "listcredential/action", "listclusteradmincredential/action",
            "listclusterusercredential/action", "publishxml/action", "config/list/action",
            "publishingcredentials/list/action", "listcallbackurl/action", "secretbackup",
            "keybackup", "keyexport")  # fmt: skip
# Every provider has its own keys to be made anew: `regenerateKey`, `regeneratePrimaryKey`.
_NEW_KEY = re.compile(r"/regenerate\w*(?:key|keys|credential|password)/action")
_BY_END: dict[str, Access] = {"write": "write", "delete": "delete", "read": "read"}
# A lease of storage is a lock: nobody gets a credential by it.
_LEASES = re.compile(
    r"(?:get|set|acquire|renew|change|break|release)?(?:blob|file|container)?lease"
)
# Where a name is in one case, its verb and its object are one word.
_JOINED = re.compile(
    r"(get|put|undelete|delete|list|copy|set(?!tings|up)|query|create|append|rename|flush|"
    r"read|write|start|stop|restart|update|reset|remove|download)(?=[a-z]{3})"
)
_PUBLIC_CONTAINER = "storageaccounts/blobservices/containers/write"
_PLAN = "security/pricings/write"  # of Defender for Cloud, which the free one switches off
_NETWORK_RULE = "networksecuritygroups/securityrules/write"
_NETWORK_RULES = "networksecuritygroups/write"
_EVERYWHERE = frozenset({"*", "any", "internet", "0.0.0.0/0", "::/0"})
_WEB = frozenset({"80", "443"})


@lru_cache(_CACHED)
def action_of(operation: str, kind: str) -> Action:
    """The action of an operation on a resource of some type."""
    name = operation.lower().removeprefix("microsoft.")
    service = (name if "/" in name else kind).partition("/")[0] or "azure"
    access, effect = _grave(name) or (_access(name, operation), "")
    return Action(service, name, access, plane_by_words(name, access), effect)


def _grave(name: str) -> tuple[Access, Effect] | None:
    # Settings of one provider stand under the resources of others.
    words = name.replace("/providers/microsoft.", "/").split("/")
    ends = ("/".join(words[at:]) for at in range(max(len(words) - 1, 1)))
    known = next((_GRAVE[end] for end in ends if end in _GRAVE), None)
    if known is None and _NEW_KEY.search(name):
        return "credential_issue", "mint_credential"
    return known


def _access(name: str, operation: str) -> Access:
    if name.endswith(_SECRETS):
        return "secret_read"
    path, _, last = name.removesuffix("/action").rpartition("/")
    if path and last in _BY_END:
        return _BY_END[last]
    # Names without a path are in words of their own, such as GetBlob.
    if _LEASES.match(last):
        return "write"
    at = operation.lower().rindex(last)
    spelled = operation[at : at + len(last)]
    one_case = spelled in {spelled.lower(), spelled.upper()}
    return access_by_verb(_JOINED.sub(r"\1 ", last, count=1) if one_case else spelled)


def type_of(resource: str) -> str:
    """The type within a resource's id: what follows `providers`, every second word. The groups of
    Kubernetes, which have dots, are followed by another type.

    Examples:
        >>> type_of("/providers/microsoft.kubernetes/connectedclusters/c/rbac.authorization.k8s.io/roles/r")
        'kubernetes/connectedclusters/rbac.authorization.k8s.io/roles'
    """
    _, found, rest = resource.rpartition("/providers/")
    if not found:
        return ""
    provider, *words = rest.split("/")
    kinds = [provider.removeprefix("microsoft.")]
    at = 0
    while at < len(words):
        kinds.append(words[at])
        at += 1 if "." in words[at] else 2
    return "/".join(kinds)


def refined(action: Action, asked: Record) -> Action:
    """The action as the body of its request makes it. Where there is none, its name decides."""
    if not asked.fields:
        return action
    inner = asked.part("properties" if "properties" in asked.fields else "Properties")
    if action.operation.endswith(_PUBLIC_CONTAINER):
        public = inner.text("publicAccess").lower() in {"container", "blob"}
        return _let_in(action, "share_out") if public else action
    if action.operation.endswith(_PLAN):
        return replace(action, effect="") if inner.text("pricingTier") == "Standard" else action
    if action.operation.endswith(_NETWORK_RULE):
        rules = [inner]
    elif action.operation.endswith(_NETWORK_RULES):
        rules = [one.part("properties") for one in inner.parts("securityRules")]
    else:
        return action
    return (
        _let_in(action, "open_network") if any(map(_opens, rules)) else replace(action, effect="")
    )


def _let_in(action: Action, effect: Effect) -> Action:
    return replace(action, access="admin", effect=effect, foreign="*")


def _opens(rule: Record) -> bool:
    """Whether a rule lets in everybody, by other ports than those of the web."""
    inbound = rule.text("direction").lower() != "outbound"
    if not inbound or rule.text("access").lower() == "deny":
        return False
    sources = {*rule.texts("sourceAddressPrefix"), *rule.texts("sourceAddressPrefixes")}
    ports = {*rule.texts("destinationPortRange"), *rule.texts("destinationPortRanges")}
    everybody = any(one.lower() in _EVERYWHERE for one in sources)
    return everybody and not (ports and ports <= _WEB)
