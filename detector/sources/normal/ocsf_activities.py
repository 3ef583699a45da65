"""What the activities of OCSF's identity classes do, by class and `activity_id`.

References:
    Open Cybersecurity Schema Framework 1.8.0 (and 1.9.0 for User and Role Management): classes 3001,
    3002, 3004 to 3008.

Examples:
    >>> activity_of(3001, 11, "").effect, activity_of(3008, 10, "").kind
    ('impair_defence', 'issue')
    >>> activity_of(3004, 99, "Quarantine").operation
    'quarantine'
"""

from msgspec import Struct

from schemas.event import Access, Effect, Kind

API, AUTHENTICATION, ACCOUNT, ENTITY = 6003, 3002, 3001, 3004
ACCESS, GROUP, USER, ROLE = 3005, 3006, 3007, 3008


class Activity(Struct, frozen=True):
    """One activity: its name, what kind of access it is, and its consequence."""

    operation: str
    access: Access = "unknown"
    effect: Effect = ""
    kind: Kind = "use"


_GRANT: tuple[Access, Effect] = ("admin", "grant")
_MADE = Activity("create user", "admin", "persist")
_GONE = Activity("delete user", "delete")
_ON, _OFF = Activity("enable user", "admin", "persist"), Activity("disable user", "admin")
_LOCK, _UNLOCK = Activity("lock user", "admin"), Activity("unlock user", "admin")
_CHANGED = Activity("change password", "write")
_RESET = Activity("reset password", "admin", "persist")
_ATTACH, _DETACH = Activity("attach policy", *_GRANT), Activity("detach policy", "admin")
_FACTOR = Activity("enable second factor", "admin")
_NO_FACTOR = Activity("disable second factor", "admin", "impair_defence")
_ASSIGN, _REVOKE = Activity("assign privileges", *_GRANT), Activity("revoke privileges", "admin")
_ROLE_ON, _ROLE_OFF = Activity("assign role", *_GRANT), Activity("remove role", "admin")

ACTIVITIES: dict[int, dict[int, Activity]] = {
    API: {},
    AUTHENTICATION: {
        1: Activity("logon", "read"), 2: Activity("logoff", "read"),
        3: Activity("authentication ticket", "read"), 4: Activity("service ticket request", "read"),
        5: Activity("service ticket renew", "read"), 6: Activity("preauth", "read"),
        7: Activity("account switch", "read"),
    },
    ACCOUNT: {
        1: _MADE, 2: _ON, 3: _CHANGED, 4: _RESET, 5: _OFF, 6: _GONE, 7: _ATTACH, 8: _DETACH, 9: _LOCK,
        10: _FACTOR, 11: _NO_FACTOR, 12: _UNLOCK,
    },
    ENTITY: {
        1: Activity("create", "write"), 2: Activity("read", "read"), 3: Activity("update", "write"),
        4: Activity("delete", "delete"), 5: Activity("move", "write"), 6: Activity("enroll", "admin"),
        7: Activity("unenroll", "admin"), 8: Activity("enable", "admin"),
        9: Activity("disable", "admin"), 10: Activity("activate", "admin"),
        11: Activity("deactivate", "admin"), 12: Activity("suspend", "admin"),
        13: Activity("resume", "admin"),
    },
    ACCESS: {1: _ASSIGN, 2: _REVOKE, 3: _ROLE_ON, 4: _ROLE_OFF},
    GROUP: {
        1: _ASSIGN, 2: _REVOKE, 3: Activity("add user to group", *_GRANT),
        4: Activity("remove user from group", "admin"), 5: Activity("delete group", "delete"),
        6: Activity("create group", "admin"),
    },
    USER: {
        1: _MADE, 2: Activity("update user", "admin"), 3: _GONE, 4: _ON, 5: _OFF, 6: _LOCK, 7: _UNLOCK,
        8: _CHANGED, 9: _RESET, 10: _ATTACH, 11: _DETACH, 12: _FACTOR, 13: _NO_FACTOR, 14: _ASSIGN,
        15: _REVOKE, 16: _ROLE_ON, 17: _ROLE_OFF,
    },
    ROLE: {
        1: Activity("create role", "admin", "persist"), 2: Activity("update role", "admin"),
        3: Activity("delete role", "delete"), 4: _ASSIGN, 5: _REVOKE,
        6: Activity("assign resources", *_GRANT), 7: Activity("remove resources", "admin"),
        8: _ATTACH, 9: _DETACH,
        10: Activity("add programmatic credentials", "credential_issue", "mint_credential", "issue"),
        11: Activity("remove programmatic credentials", "admin", "", "end"),
    },
}  # fmt: skip


def activity_of(class_: int, number: int, name: str) -> Activity:
    """The activity with a number; one that has none goes by its name, and what it does is unknown."""
    found = ACTIVITIES[class_].get(number)
    return found if found is not None else Activity(name.lower() or "activity")
