"""Rows of Log Analytics and Microsoft Sentinel: a log of Microsoft's again, as a table's columns.

Sign-ins, audits and activities are exported from a workspace, or queried there, as rows whose columns
have other names than the log's own fields and whose objects may be texts of JSON. A row becomes what
the diagnostic export would have held, which the log's source reads. `TenantId` of a row names the
workspace, not the directory, so it is left out.

References:
    Azure Monitor reference, tables "SigninLogs", "AADNonInteractiveUserSignInLogs",
    "AADServicePrincipalSignInLogs", "AADManagedIdentitySignInLogs", "AuditLogs", "AzureActivity",
    "MicrosoftGraphActivityLogs".

Examples:
    >>> from detector.sources.base import Context
    >>> from detector.sources.fingerprint import Fingerprints
    >>> context = Context(Fingerprints("a key of sixteen characters"))
    >>> row = {"Type": "AuditLogs", "TimeGenerated": "2026-01-05T09:30:00Z", "TenantId": "w1",
    ...     "OperationName": "Add user", "InitiatedBy": '{"user": {"id": "u1"}}'}
    >>> found = exported(Record(row, "example", context, 1, b""))
    >>> found.text("category"), found.text("operationName"), found.text("tenantId")
    ('AuditLogs', 'Add user', '')
    >>> found.text("properties", "initiatedBy", "user", "id")
    'u1'
"""

from typing import Any

import msgspec
from msgspec.structs import replace

from detector.sources.record import Record

Fields = dict[str, Any]

# The category of the diagnostic export that each table of sign-ins holds.
_SIGN_INS = {
    "SigninLogs": "SignInLogs",
    "AADNonInteractiveUserSignInLogs": "NonInteractiveUserSignInLogs",
    "AADServicePrincipalSignInLogs": "ServicePrincipalSignInLogs",
    "AADManagedIdentitySignInLogs": "ManagedIdentitySignInLogs",
    "ADFSSignInLogs": "ADFSSignInLogs",
}
SIGN_IN_ROWS = tuple((f"Type={table}", "TimeGenerated") for table in _SIGN_INS)
AUDIT_ROW = ("Type=AuditLogs", "TimeGenerated")
# Requests to Graph, by the category that each table holds.
_REQUESTS = {
    "MicrosoftGraphActivityLogs": "MicrosoftGraphActivityLogs",
    "AADGraphActivityLogs": "AzureADGraphActivityLogs",
}
ACTIVITY_ROWS = tuple((f"Type={table}", "TimeGenerated") for table in ("AzureActivity", *_REQUESTS))
_CATEGORIES = {**_SIGN_INS, **_REQUESTS, "AuditLogs": "AuditLogs"}
# A row's time stands where the export has it, so that of a time in two forms the log's own is read.
_ABOVE = {
    "TimeGenerated": "time", "OperationName": "operationName", "ResultType": "resultType",
    "ResultSignature": "resultSignature", "Identity": "identity", "CorrelationId": "correlationId",
    "AADTenantId": "tenantId", "ResourceId": "resourceId",
}  # fmt: skip
_ACTIVITY = {
    "TimeGenerated": "time", "OperationNameValue": "operationName", "CategoryValue": "category",
    "_ResourceId": "resourceId", "ActivityStatusValue": "resultType",
    "ActivitySubstatusValue": "resultSignature", "CallerIpAddress": "callerIpAddress",
    "Caller": "caller", "CorrelationId": "correlationId", "EventDataId": "eventDataId",
}  # fmt: skip
_WORKSPACE = "TenantId"
_LOOKED_INTO = 1 << 18


def exported(record: Record) -> Record:
    """A row as the diagnostic export has its log; any other record as it is."""
    row = record.fields
    if "TimeGenerated" not in row:
        return record
    table = row.get("Type")
    if table == "AzureActivity":
        return replace(record, fields=_activity(row))
    category = _CATEGORIES.get(table) if isinstance(table, str) else None
    if category is None:
        return record
    told = {_camel(name): _object(value) for name, value in row.items() if name != _WORKSPACE}
    told["resourceId"] = told.pop("resourceIdentity", None)  # a row's own is the directory's
    if isinstance(told.get("locationDetails"), dict):
        told["location"] = told["locationDetails"]
    made = {name: row[column] for column, name in _ABOVE.items() if row.get(column)}
    return replace(record, fields={**made, "category": category, "properties": told})


def _activity(row: Fields) -> Fields:
    made = {name: row[column] for column, name in _ACTIVITY.items() if row.get(column)}
    made.setdefault("resourceId", row.get("ResourceId"))
    made.setdefault("operationName", row.get("OperationName"))
    identity = {
        "claims": _either(row, "Claims_d", "Claims"),
        "authorization": _either(row, "Authorization_d", "Authorization"),
    }
    return {**made, "identity": identity, "properties": _either(row, "Properties_d", "Properties")}


def _either(row: Fields, *columns: str) -> Any:
    return next((found for name in columns if (found := _object(row.get(name)))), None)


def _camel(name: str) -> str:
    """A column's name as Graph writes it: `IPAddress` is `ipAddress`, `Id` is `id`."""
    head = len(name) - len(name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    small = head if head in {0, 1, len(name)} else head - 1
    return name[:small].lower() + name[small:]


def _object(value: Any) -> Any:
    """What a column holds: a query answers with objects as texts."""
    if not isinstance(value, str) or not value.startswith(("{", "[")):
        return value
    if len(value) > _LOOKED_INTO:
        return value
    try:
        return msgspec.json.decode(value)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return value
