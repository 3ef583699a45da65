"""Requests to Microsoft Graph are told apart by what they ask for, not by whom or what of."""

import pytest

from detector.sources.microsoft.graph_activity import action_of, template
from schemas.event import Access, Effect

ID = "5ec2e701-0000-4000-8000-00000000cafe"


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("https://graph.microsoft.com/v1.0/me/messages?$search=%22password%22", "me/messages"),
        (f"https://graph.microsoft.com/beta/users/{ID}/drive/root/children", "users/{id}/drive/root/children"),
        ("https://graph.microsoft.com/v1.0/users/ada@example.com", "users/{id}"),
        (f"https://graph.microsoft.com/v1.0/users('{ID}')/memberOf", "users/{id}/memberof"),
        ("https://graph.microsoft.com/v1.0/users/delta()", "users/delta"),
        ("https://graph.microsoft.com/v1.0/oauth2PermissionGrants", "oauth2permissiongrants"),
        ("https://graph.microsoft.com/v1.0/$batch", "$batch"),
        (f"https://graph.windows.net/{ID}/users?api-version=1.6", "users"),
        ("https://graph.microsoft.com/v1.0/drives/b!Abc-dEf/items", "drives/{id}/items"),
        ("", ""),
    ],
)  # fmt: skip
def test_ids_are_left_out_of_an_operation(uri: str, path: str) -> None:
    """Versions, queries, ids and addresses of people are no part of what is done."""
    assert path == template(uri)


@pytest.mark.parametrize(
    ("method", "path", "access", "effect"),
    [
        ("GET", "users", "list", ""),
        ("GET", "users/{id}", "read", ""),
        ("POST", "$batch", "list", ""),
        ("POST", "users/{id}/getmembergroups", "list", ""),
        ("POST", "me/sendmail", "write", ""),
        ("DELETE", "groups/{id}", "delete", ""),
        ("POST", "serviceprincipals/{id}/addkey", "credential_issue", "mint_credential"),
        ("POST", "serviceprincipals/{id}/approleassignments", "admin", "grant"),
        ("POST", "rolemanagement/directory/roleassignments", "admin", "grant"),
        ("POST", "applications/{id}/owners/$ref", "admin", "persist"),
        ("PATCH", "identity/conditionalaccess/policies/{id}", "admin", "impair_defence"),
        ("GET", "devicelocalcredentials/{id}", "secret_read", ""),
        ("GET", "informationprotection/bitlocker/recoverykeys", "list", ""),
    ],
)
def test_a_request_has_the_effect_of_what_it_asks_for(
    method: str, path: str, access: Access, effect: Effect
) -> None:
    """The method says how, the path what."""
    action = action_of(method, path)

    assert (access, effect) == (action.access, action.effect)
