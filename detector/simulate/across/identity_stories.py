"""Identity providers, password stores and portals: sessions, factors and grants in the wrong hands.

The twins are people on the road, mistyped passwords, a rotation, an app that asks for little.

References:
    Field cases: a session that is replayed from a second network and device, then a factor; pushes
    until one is approved; an app that is granted files and takes them; a secret for somebody's app.

Examples:
    >>> len(IDENTITY), all(len(pair) == 2 for pair in IDENTITY.values())
    (10, True)
"""

from collections.abc import Iterator

from msgspec.structs import replace

from detector.simulate.across.common_formats import ADDED, key_id
from detector.simulate.across.deed import Actor, Deed, Record
from detector.simulate.across.scene import Act, Line, Pair, Scene, story
from detector.simulate.clock import MINUTE

_SCRIPT = "python-requests/2.32"
_PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Safari/604.1"
_COOKIE, _ROAD = {"session": "cookie"}, {"session": "road"}
_DRIVE: Record = {
    "client_id": "helper-9.apps.googleusercontent.com", "app_name": "Helper",
    "scope": ["https://www.googleapis.com/auth/drive"],
}  # fmt: skip
_TAKEN: Record = {
    "client_id": "helper-9.apps.googleusercontent.com", "app_name": "Helper",
    "api_name": "drive", "method_name": "drive.files.export",
}  # fmt: skip
_MODEST: Record = {
    "client_id": "agenda-1.apps.googleusercontent.com", "app_name": "Agenda",
    "scope": ["https://www.googleapis.com/auth/calendar.events.readonly"],
}  # fmt: skip


def _app_secret(admin: Actor, app: Actor, at: int) -> Iterator[Line]:
    """An app is given a new secret, with which it signs in."""
    key = key_id(f"{app.uid}-{at}")
    yield Line(Deed(at, admin, ADDED, app.name, more={"key": key}), deciding=True)
    for number, target in enumerate(("Graph", "Storage")):
        at += 3 * MINUTE
        yield Line(Deed(at, replace(app, uid=key), "sign-in", target, number=number))


def _app_secret_stolen(scene: Scene, at: int) -> Iterator[Line]:
    admin, app = (
        replace(scene.cast[name], address=scene.thief, agent=_SCRIPT)
        for name in ("entra_audit", "entra_app")
    )
    yield from _app_secret(admin, app, at)


def _app_secret_rotated(scene: Scene, at: int) -> Iterator[Line]:
    """By somebody whose trade it is."""
    yield from _app_secret(scene.cast["app_owner"], scene.cast["entra_app"], at)


def _developer_stolen(scene: Scene, at: int) -> Iterator[Line]:
    stolen = replace(scene.cast["app_developer"], address=scene.thief, agent=_SCRIPT)
    yield Line(Deed(at, stolen, ADDED, "app-payroll"), deciding=True)
    yield Line(Deed(at + MINUTE, stolen, "Add owner to application", "app-payroll"))


def _developer_rotates(scene: Scene, at: int) -> Iterator[Line]:
    """For the first time, of the own app."""
    yield Line(Deed(at, scene.cast["app_developer"], ADDED, "shop"))


IDENTITY: dict[str, Pair] = {
    "developer_adds_secret": (_developer_stolen, _developer_rotates),
    "session_replayed": (
        story(
            Act("person", "user.session.start", "portal", before=True, more=_COOKIE),
            Act("person", "user.authentication.sso", "mail", 300, away=True, tool=_SCRIPT, decides=1,
                more=_COOKIE),
            Act("person", "user.mfa.factor.activate", away=True, tool=_SCRIPT, more=_COOKIE),
            Act("person", "user.account.update_profile", away=True, tool=_SCRIPT, more=_COOKIE),
        ),
        story(
            Act("person", "user.session.start", "portal", away=True, tool=_PHONE, more=_ROAD),
            Act("person", "user.authentication.sso", "mail", 40, away=True, tool=_PHONE, more=_ROAD),
            Act("person", "user.authentication.sso", "wiki", 200, away=True, tool=_PHONE, more=_ROAD),
        ),
    ),
    "factors_reset": (
        story(
            Act("okta_admin", "user.session.start", "portal", away=True, tool=_SCRIPT, more=_ROAD),
            Act("okta_admin", "user.mfa.factor.reset_all", "boss-{}", 20, 4, decides=1, away=True,
                tool=_SCRIPT, more=_ROAD),
            Act("okta_admin", "user.account.privilege.grant", "boss-1", 10, away=True, tool=_SCRIPT,
                more=_ROAD),
        ),
        story(
            Act("helpdesk", "user.session.start", "portal", away=True, more=_ROAD),
            Act("helpdesk", "user.mfa.factor.reset_all", "staff-{}", 90, 3, away=True, more=_ROAD),
            Act("helpdesk", "user.account.reset_password", "staff-1", 30, away=True, more=_ROAD),
        ),
    ),
    "pushes_until_approved": (
        story(
            Act("duo", "authentication", "vpn", 20, 9, away=True, denied=True),
            Act("duo", "authentication", "vpn", 20, away=True, decides=1),
            Act("duo", "authentication", "admin", 60, away=True),
        ),
        story(
            Act("duo", "authentication", "vpn", 20, 2, denied=True),
            Act("duo", "authentication", "vpn", 20),
        ),
    ),
    "password_guessed": (
        story(
            Act("auth0", "s", "shop", 3, 12, away=True, tool=_SCRIPT, denied=True),
            Act("auth0", "s", "shop", 3, away=True, tool=_SCRIPT),
            Act("auth0", "gd_unenroll", "shop", 20, away=True, tool=_SCRIPT, decides=1),
            Act("auth0", "scp", "shop", 20, away=True, tool=_SCRIPT),
        ),
        story(
            Act("auth0", "s", "shop", 8, 3, denied=True),
            Act("auth0", "s", "shop", 15),
        ),
    ),
    "app_grant_exports": (
        story(
            Act("google_workspace", "token:authorize", decides=1, more=_DRIVE),
            Act("google_workspace", "token:activity", after=5, times=15, away=True, more=_TAKEN),
        ),
        story(
            Act("google_workspace", "token:authorize", more=_MODEST),
            Act("google_workspace", "drive:view", "plan", 30),
            Act("google_workspace", "drive:download", "plan-{}", 5, 8),
        ),
    ),
    "items_revealed": (
        story(Act("onepassword", "reveal", "item-{}", 3, 12, decides=3, away=True, tool="op CLI")),
        story(
            Act("onepassword", "fill", "wiki", away=True),
            Act("onepassword", "fill", "travel", 90, away=True),
            Act("onepassword", "fill", "hotel", 90, away=True),
        ),
    ),
    "app_secret_added": (_app_secret_stolen, _app_secret_rotated),
    "portal_taken_over": (
        story(
            Act("ecs", "user-login", "portal", 4, 8, away=True, tool=_SCRIPT, denied=True),
            Act("ecs", "user-login", "portal", away=True, tool=_SCRIPT),
            Act("ecs", "user-created", "svc-backup", 20, away=True, tool=_SCRIPT, decides=1),
            Act("ecs", "added-to-admins", "svc-backup", away=True, tool=_SCRIPT),
        ),
        story(
            Act("ecs", "user-login", "portal", 9, 2, away=True, denied=True),
            Act("ecs", "user-login", "portal", 9, away=True),
            Act("ecs", "report-viewed", "sales", 60, away=True),
        ),
    ),
    "wiki_taken_over": (
        story(
            Act("ocsf", "logon", "wiki", away=True, tool=_SCRIPT),
            Act("ocsf", "disable second factor", "wiki", 15, away=True, tool=_SCRIPT, decides=1),
            Act("ocsf", "assign role", "wiki", 5, away=True, tool=_SCRIPT),
            Act("ocsf", "ListUsers", "wiki", away=True, tool=_SCRIPT),
        ),
        story(
            Act("ocsf", "logon", "wiki", away=True, tool=_PHONE),
            Act("ocsf", "GetPage", "wiki", 60, 3, away=True, tool=_PHONE),
        ),
    ),
}  # fmt: skip
