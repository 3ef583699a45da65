"""Who acts in Entra and Azure: users, applications and managed identities, under the same names in
every log of Microsoft's. Their ids are unique in the world; not every log names the directory.

Examples:
    >>> app("d1", "a1", "deploy").uid, user("d1", "u1", "Ada", "ada@example.com").uid
    ('entra:app/a1', 'entra:user/u1')
"""

from schemas.event import Principal, PrincipalType

KEY = "entra_key_id"
TOKEN = "entra_token_id"  # noqa: S105 - the name of an id
MICROSOFT = "Microsoft"


def user(
    directory: str, uid: str, name: str, mail: str, session: str = "", *, mfa: bool | None = None
) -> Principal:
    """A person, by the object id of the account, or by its name where a log has only that."""
    return Principal(
        f"entra:user/{uid or mail}", name or mail, directory, "human",
        session=session, known_by=mail or uid, mfa=mfa,
    )  # fmt: skip


def app(directory: str, uid: str, name: str, kind: PrincipalType = "service") -> Principal:
    """An application, by its application (client) id: its service principals differ by directory."""
    return Principal(f"entra:app/{uid or name}", name, directory, kind, known_by=uid or name)


def system(directory: str, name: str = MICROSOFT) -> Principal:
    """What Microsoft's own services do by themselves."""
    return Principal(f"entra:system/{name}", name, directory, "provider")
