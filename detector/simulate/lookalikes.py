"""The benign look-alikes that the population shows, by the name that marks their events.

The first part are the rows of the operating experience that this product is built on; the second
are further habits of real organisations that look like abuse.

Examples:
    >>> by_nature({"errorCode": "Client.DryRunOperation", "eventName": "RunInstances"})
    'dry_run'
    >>> by_nature({"eventName": "ListFunctions20150331"})
    'versioned_names'
"""

from detector.simulate.records import Record

LOOKALIKES = {
    "on_behalf": "a service calls with the caller's permissions (invokedBy, CloudFormation)",
    "service_linked_roles": "service-linked roles, configuration recorder, advisors",
    "scan_and_backup_sharing": "malware scan and backup share snapshots with the expected account",
    "single_sign_on": "one person switches accounts behind single sign-on",
    "console_page_load": "one page of the console is a burst of calls",
    "instance_metadata": "an instance's keys rotate; the instance stays",
    "pod_churn": "pods come and go under one service account",
    "build_churn": "every build has a fresh runner, address and session",
    "function_concurrency": "one function runs in many containers, from the provider's range",
    "vpc_endpoints": "private addresses behind endpoints, colliding between accounts",
    "nat_and_endpoint": "one workload has several ways out",
    "cross_account_call": "one call across accounts is two records",
    "duplicate_trails": "a second trail delivers the same events again",
    "retries_and_throttling": "throttled calls are repeated",
    "not_found_refresh": "Terraform refreshes everything and is told NotFound",
    "pagination": "one list is read page by page",
    "posture_readers": "posture scanners and inventories read everything everywhere",
    "autoscaling": "scaling groups and Karpenter launch instances",
    "key_rotation": "rotators create, hand over, disable and delete",
    "recovery_exercise": "a declared disaster-recovery exercise",
    "first_day": "a new employee and a new pipeline on their first days",
    "versioned_names": "event names with an API version at their end",
    "roaming": "people work from cafés, hotels, phones and at night",
    "nightly_batch": "a nightly job that is loud for a minute",
    "shared_key": "one key in two workloads, untidy and legitimate",
    "rare_change": "somebody whose job it is makes a grave change",
    "release": "a new version calls something new",
    "broken_permission": "an application loses a permission and keeps trying",
    "moved_server": "a server moves to another network with its key",
    "new_gateway": "an account gets another way out",
    "investigation": "an analyst reads everything for an hour",
    "controllers": "cluster controllers that never sleep",
    "twin_habit": "a twin's host on all the other days",
    "dry_run": "a permission is tried with a dry run",
    "agent_tasks": "agents work through their tasks at machine speed",
    "token_gateways": "leases, assistants, code-host and cluster tokens in daily use",
}


def by_nature(record: Record) -> str:
    """The look-alike that a record shows by itself, whoever made it."""
    if record.get("errorCode") == "Client.DryRunOperation":
        return "dry_run"
    if record["eventName"][-1:].isdigit() or record["eventName"].endswith("v2"):
        return "versioned_names"
    params = record.get("requestParameters")
    if params and "nextToken" in params:
        return "pagination"
    if "sharedEventID" in record and record["userIdentity"]["type"] == "AWSAccount":
        return "cross_account_call"
    return "vpc_endpoints" if "vpcEndpointId" in record else ""
