"""Parameters of a Google Workspace event, which stand there as a list of named values.

Some stores flatten the list to an object of names. Nested messages (the content of mails, rules) are
left alone.

References:
    Google Workspace Admin SDK, Reports API v1, "REST Resource: activities".

Examples:
    >>> parameters({"parameters": [{"name": "doc_id", "value": "1x"},
    ...     {"name": "scope", "multiValue": ["openid"]}, {"name": "billable", "boolValue": True}]})
    {'doc_id': '1x', 'scope': ['openid'], 'billable': True}
    >>> parameters({"parameters": {"doc_id": "1x"}})
    {'doc_id': '1x'}
"""

from typing import Any

from detector.sources.record import Fields

_MOST = 200
_VALUES = ("value", "multiValue", "boolValue", "intValue")


def parameters(event: Fields) -> Fields:
    """The parameters by name, raw: nothing of them may be kept that a record has not read."""
    listed = event.get("parameters")
    if isinstance(listed, dict):
        return listed
    found: Fields = {}
    for one in listed[:_MOST] if isinstance(listed, list) else ():
        name = one.get("name") if isinstance(one, dict) else None
        if isinstance(name, str):
            value = _value(one)
            if value is not None:
                found[name] = value
    return found


def _value(one: Fields) -> Any:
    for name in _VALUES:
        value = one.get(name)
        if value is not None:
            return value
    return None
