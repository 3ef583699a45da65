"""What an entry of OpenAI's audit log did: rules over its type, and a table of what is grave.

Examples:
    >>> _plainly("project.created").access, _plainly("login.succeeded").access
    ('admin', 'read')
    >>> _plainly("scim.disabled").effect, _plainly("tenant.session_policy.deleted").access
    ('impair_defence', 'delete')
    >>> _credential_in("tenant.admin_api_key.created")
    ('openai_admin_api_key_id', 'admin_api_key')
"""

from functools import lru_cache

from detector.sources.ai.openai_audit_actor import API_KEY
from detector.sources.ai.participles import access_of
from detector.sources.credentials import public
from detector.sources.record import Record
from detector.sources.verbs import plane_by_words
from schemas.event import Action, Child, Credential, Effect, Kind, Outcome, Principal, Target

_CACHED = 4_096
_SIGN_INS = ("login.", "logout.")
_EFFECTS: dict[str, Effect] = {
    "api_key.created": "mint_credential",
    "admin_api_key.created": "mint_credential",
    "project_api_key.created": "mint_credential",
    "certificate.created": "mint_credential",
    "service_account.created": "persist",
    "workload_identity_provider.created": "persist",
    "workload_identity_provider.updated": "persist",
    "workload_identity_provider_mapping.created": "persist",
    "workload_identity_provider_mapping.updated": "persist",
    "workload_identity.provider.created": "persist",
    "workload_identity.provider.updated": "persist",
    "workload_identity.mapping.created": "persist",
    "workload_identity.mapping.updated": "persist",
    "workload_identity.binding.created": "persist",
    "microsoft_entra_mapping.upserted": "persist",
    "sso_connection.created": "persist",
    "sso_connection.updated": "persist",
    "group.member.added": "grant",
    "sso_connection.deleted": "impair_defence",
    "scim.disabled": "impair_defence",
    "scim.deletion.requested": "impair_defence",
    "session_policy.deleted": "impair_defence",
    "policy.detached": "impair_defence",
    "policy.deleted": "impair_defence",
    "certificates.deactivated": "impair_defence",
    "ip_allowlist.deleted": "open_network",
    "ip_allowlist.config.deactivated": "open_network",
    "resource_share_grant.created": "share_out",
    "project.deleted": "destroy",
    "external_key.registered": "persist",
    "external_key.removed": "destroy",
}
# Grave only for the role that is given.
_GIVING = frozenset({"role.assignment.created", "role_assignment.created", "user.added",
                     "resource_role_assignment.created", "user.updated", "invite.sent",
                     "service_account.created", "service_account.updated", "user.invited"})  # fmt: skip
_MIGHTY = ("owner", "admin")
_ANYWHERE = frozenset({"0.0.0.0", "0.0.0.0/0", "::/0", "::"})  # noqa: S104 - what to look out for
_LOGGING_OFF = frozenset({"disabled", "none", "off"})
_CREDENTIALS = (
    ("admin_api_key", "openai_admin_api_key_id", "admin_api_key"), ("api_key", API_KEY, "api_key"),
    ("certificate", "openai_certificate_id", "certificate"),
    ("chatgpt_access_token", "openai_access_token_id", "access_token"),
    ("service_account.token", "openai_access_token_id", "access_token"),
    ("access_token", "openai_access_token_id", "access_token"),
)  # fmt: skip
_STATIC = frozenset({"admin_api_key", "api_key", "certificate"})
_BEGINS, _ENDS = (".created", ".issued"), (".deleted", ".revoked")


def action_of(name: str, about: Record) -> Action:
    """The action of an entry: by its type, and by the few fields that decide how grave it is."""
    action = _plainly(name)
    short = name.removeprefix("tenant.")
    if short in _GIVING and _is_mighty(short, about):
        return _with(action, "grant")
    if short in {"ip_allowlist.created", "ip_allowlist.updated"} and not _ANYWHERE.isdisjoint(
        about.texts("allowed_ips")
    ):
        return _with(action, "open_network")
    if short == "role.updated" and about.get("changes_requested", "permissions_added"):
        return _with(action, "grant")
    if short == "organization.updated":
        logging = about.text("changes_requested", "api_call_logging").lower()
        return _with(action, "impair_defence") if logging in _LOGGING_OFF else action
    return action


def _with(action: Action, effect: Effect) -> Action:
    return Action(
        action.service, action.operation, action.access, action.plane, effect, action.foreign
    )


def _is_mighty(name: str, about: Record) -> bool:
    """Whether a role that is given is an owner's or an administrator's, or is not told. Of an
    assignment, the role is a part of its id."""
    given = about.first("role", "data.role", "changes_requested.role", "role_id")
    if not given and "assignment" in name:
        given = about.text("id").partition("__")[0]
        given = given if "role-" in given else ""
    if not given:
        return not name.endswith(".updated")
    return any(word in given.lower() for word in _MIGHTY)


@lru_cache(_CACHED)
def _plainly(name: str) -> Action:
    """The action by its type alone. Whatever is no sign-in administers the organisation."""
    short = name.removeprefix("tenant.")
    if _credential_in(name) is not None and name.endswith(_BEGINS):
        return Action("openai", name, "credential_issue", "action", _EFFECTS.get(short, ""))
    if name.startswith(_SIGN_INS):
        return Action("openai", name, "read")
    access = access_of(name, administers=True)
    return Action("openai", name, access, plane_by_words(name, access), _EFFECTS.get(short, ""))


@lru_cache(_CACHED)
def _credential_in(name: str) -> tuple[str, str] | None:
    """The kind and type of the credential that an entry is about."""
    thing = name.rpartition(".")[0]
    for suffix, kind, type_ in _CREDENTIALS:
        if thing.endswith(suffix):
            return kind, type_
    return None


def changed_credential(
    record: Record, name: str, about: Record, signer: Credential | None, time: int
) -> tuple[Kind, Child | None]:
    """Whether an entry issues or ends a credential, and that credential."""
    known = _credential_in(name)
    begins = name.endswith(_BEGINS)
    if not (begins or name.endswith(_ENDS)):
        return "use", None
    if known is None:
        return _changed_account(name, about, begins=begins)
    kind, type_ = known
    uid = about.text("id")
    made = public(
        uid, kind, record.context, record.tenant, type=type_,
        lifetime="static" if type_ in _STATIC else "ephemeral", issued=time if begins else None,
        scopes=about.texts("data", "scopes"),
        parent=signer.fingerprint if signer is not None and begins else "",
    )  # fmt: skip
    child = Child(made, _holder(about)) if made or not begins else None
    return ("issue" if begins else "end"), child


def _changed_account(name: str, about: Record, *, begins: bool) -> tuple[Kind, Child | None]:
    """A service account comes with its keys, and goes with them: none of them is named."""
    uid = about.text("id")
    if not uid or not name.removeprefix("tenant.").startswith("service_account."):
        return "use", None
    account = Principal(f"openai:service_account/{uid}", uid, type="service")
    return ("issue" if begins else "end"), Child(None, account)


def _holder(about: Record) -> Principal | None:
    """Whose the credential is, in the few entries that say so."""
    robot = about.first("service_account_id", "data.service_account_id")
    if robot:
        return Principal(f"openai:service_account/{robot}", robot, type="service")
    user = about.first("user_id", "data.user_id")
    return Principal(f"openai:user/{user}", user, type="human") if user else None


def target_of(name: str, about: Record) -> Target | None:
    """The object that an entry is called after."""
    thing = name.removeprefix("tenant.").rpartition(".")[0]
    principal = about.text("principal_id")
    if principal:  # a role's assignment: what counts is whose rights change
        kind = about.text("principal_type") or "principal"
        return Target(principal, kind)
    uid = about.text("id")
    if not uid:
        for config in about.parts("configs"):
            uid = config.text("id")
    return Target(uid, thing) if uid else None


def outcome_of(name: str, about: Record) -> Outcome:
    """Only sign-ins are logged when they fail."""
    if not name.endswith(".failed"):
        return Outcome()
    code = about.text("error_code")
    return Outcome("denied" if name.startswith("login.") else "failure", code)
