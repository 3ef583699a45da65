"""Every kind of identifier that a source gives is answered: by an exact step, or by why there is none."""

import ast
import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import detector.sources
from detector.respond import aws
from detector.respond.brokers import TABLE, ending, way_to_end
from detector.respond.row import Row
from detector.respond.ways import Unreachable, Way
from schemas.command import Descendant
from schemas.event import Credential, Principal
from tests.respond.findings import ADA, ROOT

CASES = Path(__file__).parent.parent / "cases" / "sources"
# Where a source makes a credential, the argument that is the kind of its id.
_MAKERS = {"public": 1, "hashed": 1, "make": 1, "made": 0, "known": 0, "Credential": 2}
# Kinds that a source works out as it runs, by the text of that argument.
WORKED_OUT: dict[str, tuple[str, ...]] = {
    "ai.anthropic_audit_actor: kind": ("anthropic_api_key_id", "anthropic_admin_api_key_id"),
    "ai.anthropic_audit_deed: key[1]": (
        "anthropic_api_key_id", "anthropic_admin_api_key_id", "anthropic_service_key_id",
    ),
    "ai.mcp_caller: kind": ("token_sha256", "jti"),
    "ai.openai_audit_deed: kind": (
        "openai_api_key_id", "openai_admin_api_key_id", "openai_certificate_id",
        "openai_access_token_id",
    ),
    "code.github_audit: f'github_{name}'": ("github_user_programmatic_access_id", "github_token_id"),
    "code.github_audit: form": (
        "github_user_programmatic_access_id", "github_token_id", "github_key",
    ),
    "code.gitlab_audit: _form(operation)": (
        "gitlab_key_id", "gitlab_token_id", "gitlab_deploy_token_id", "gitlab_agent_token_id",
        "gitlab_other_token_id",
    ),
    "code.gitlab_requests: _FORMS.get(kind, 'gitlab_other_token_id')": (
        "gitlab_token_id", "gitlab_deploy_token_id", "gitlab_job_id", "gitlab_oauth_token_id",
        "gitlab_other_token_id",
    ),
    "google.gcp_audit: form": ("gcp_key_name", "gcp_api_key_name", "gcp_hmac_access_id"),
    "identity.auth0_credentials: f'auth0_{kind}_id'": (
        "auth0_refresh_token_id", "auth0_session_id", "auth0_device_credential_id",
        "auth0_grant_id",
    ),
    "identity.okta_credentials: kind": (
        "okta_token_id", "okta_oauth_token", "okta_client_credential",
    ),
    "platform.kubernetes_audit: kind": ("k8s_x509_sha256", "k8s_credential_id"),
    "platform.vault_audit: kind": ("vault_lease_id", "vault_lease_id_hmac"),
    "exposure.findings: context": (
        "gitleaks_fingerprint", "trufflehog_finding", "github_secret_alert",
    ),
    "aws.cloudtrail_call: kind": ("access_key_id",),
    "aws.cloudtrail_children: kind": (
        "access_key_id", "ssh_public_key_id", "service_specific_credential_id", "key_pair_id",
        "signing_certificate_id", "iot_certificate_id",
    ),
    "aws.cloudtrail_credential: kind": ("bearer_credential_id",),
    "credentials: kind": (),  # whatever its callers say
    "spills: kind": ("access_key_id",),
    "own.token_credential: kept(given.uid_kind)": ("accessor", "lease_id", "jti"),
}  # fmt: skip
# In the cases of token_use there stand kinds of a sender's own, which are named as they are.
_ANYBODYS = frozenset({"api_key_id", "token"})


def kinds_in(document: Any) -> Iterator[str]:
    """Every kind of identifier in a golden file."""
    if isinstance(document, dict):
        if document.get("uid") and document.get("uid_kind"):
            yield document["uid_kind"]
        for value in document.values():
            yield from kinds_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from kinds_in(value)


def made_by_sources() -> Iterator[tuple[str, str]]:
    """Where a source makes a credential: the kind if it is a constant, and the place if not."""
    for found in pkgutil.walk_packages(detector.sources.__path__, "detector.sources."):
        if found.ispkg:
            continue
        module = importlib.import_module(found.name)
        short = found.name.removeprefix("detector.sources.")
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))):
            argument = _kind_given(node)
            if argument is not None and not _is_none(argument):
                yield _constant(argument, vars(module)), f"{short}: {ast.unparse(argument)}"


def _kind_given(node: ast.AST) -> ast.expr | None:
    if not isinstance(node, ast.Call):
        return None
    called = node.func
    name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
    by_name = next((one.value for one in node.keywords if one.arg == "uid_kind"), None)
    place = _MAKERS.get(name)
    if place is None or (name in {"made", "known"} and not isinstance(called, ast.Attribute)):
        return None
    return by_name or (node.args[place] if len(node.args) > place else None)


def _is_none(argument: ast.expr) -> bool:
    """Whether a credential is made that has no id, but its secret's fingerprint."""
    return isinstance(argument, ast.Constant) and not argument.value


def _constant(argument: ast.expr, names: dict[str, Any]) -> str:
    if isinstance(argument, ast.Constant):
        return str(argument.value)
    text = ast.unparse(argument)
    first, _, attribute = text.partition(".")
    found = names.get(first)
    found = getattr(found, attribute, None) if attribute.isidentifier() else found
    return found if isinstance(found, str) else ""


CONSTANTS = sorted({kind for kind, _ in made_by_sources() if kind})
PLACES = sorted({place for kind, place in made_by_sources() if not kind})
GOLDEN = sorted(
    {
        kind
        for path in CASES.glob("*/*.event.json")
        for kind in kinds_in(json.loads(path.read_text(encoding="utf-8")))
    }
    - _ANYBODYS
)
KINDS = sorted({*CONSTANTS, *GOLDEN, *(kind for kinds in WORKED_OUT.values() for kind in kinds)})


def held(kind: str, uid: str = "x-1", **more: Any) -> Credential:
    """A credential known by one kind of identifier."""
    return Credential("9f", uid, kind, **more)


def way(credential: Credential, who: Principal | None = None) -> Way:
    """The way of a credential that must have one."""
    found = way_to_end(credential, who)
    assert isinstance(found, Way)
    return found


def test_kinds_that_are_worked_out_are_listed() -> None:
    """A place where a source works the kind out is in the list here, with what it may give."""
    assert sorted(WORKED_OUT) == PLACES


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_that_a_source_gives_is_answered(kind: str) -> None:
    """No kind is left to "revoke it where it was issued" for want of a thought."""
    assert kind in TABLE or kind in aws.KINDS


@pytest.mark.parametrize("name", sorted(TABLE))
def test_no_row_is_of_a_kind_that_nobody_gives(name: str) -> None:
    """A row whose source is gone goes too."""
    assert name.partition("/")[0] in KINDS


@pytest.mark.parametrize("name", [name for name in sorted(TABLE) if "/" in name])
def test_a_form_has_its_kind_beside_it(name: str) -> None:
    """What is in no special form is answered as well."""
    assert name.partition("/")[0] in TABLE


@pytest.mark.parametrize("name", sorted(TABLE))
def test_who_cannot_be_reached_is_told_what_to_do(name: str) -> None:
    """A reason comes with what a person can do, a step with a verb that says whether it ends for good."""
    row = TABLE[name]

    if isinstance(row, Unreachable):
        assert "By hand: " in row.why
    else:
        assert bool(row.undo) == (row.action in {"disable", "suspend"})


@pytest.mark.parametrize("name", sorted(TABLE))
def test_every_place_in_a_row_is_filled(name: str) -> None:
    """Nothing in braces is left for an operator to puzzle over."""
    row = TABLE[name]
    kind, _, form = name.partition("/")
    who = Principal("okta:00u1", type="human" if form == "human" else "service")
    uid = "hmac-sha256:aa" if form == "hmac" else "ns/x"
    credential = held(kind, uid, type=form, bound_to="ns/pod" if form == "bound" else "")
    found = way_to_end(credential, who)
    texts = (
        (found.why,)
        if isinstance(found, Unreachable)
        else (found.step, found.undo, found.breaks, found.catch)
    )

    assert isinstance(row, Unreachable) == isinstance(found, Unreachable)
    assert not any("{" in text or "}" in text for text in texts)


@pytest.mark.parametrize(
    ("credential", "who", "expected"),
    [
        (
            held("gcp_key_name", "serviceAccounts/a@p.iam.gserviceaccount.com/keys/7f"), None,
            ("disable", ("POST https://iam.googleapis.com/v1/projects/-/serviceAccounts/"
             "a@p.iam.gserviceaccount.com/keys/7f:disable")),
        ),
        (
            held("google_oauth_grant", "ada@example.com/1.apps.googleusercontent.com"), None,
            ("revoke", ("DELETE https://admin.googleapis.com/admin/directory/v1/users/"
             "ada@example.com/tokens/1.apps.googleusercontent.com")),
        ),
        (
            held("okta_session_id", "trs1"), Principal("okta:00u1", type="human"),
            ("revoke_sessions", "DELETE /api/v1/users/00u1/sessions?oauthTokens=true"),
        ),
        (
            held("entra_token_id", "uti"), Principal("entra:user/o-1", type="human"),
            ("revoke_sessions", "POST https://graph.microsoft.com/v1.0/users/o-1/revokeSignInSessions"),
        ),
        (
            held("entra_token_id", "uti"), Principal("entra:app/a-1", type="service"),
            ("suspend", ("PATCH https://graph.microsoft.com/v1.0/servicePrincipals(appId='a-1') "
             "accountEnabled=false")),
        ),
        (
            held("auth0_token_jti"), Principal("auth0:acme/user/auth0|1", type="human"),
            ("revoke_sessions", "POST /api/v2/users/auth0%7C1/revoke-access"),
        ),
        (
            held("k8s_jti", "j", bound_to="shop/web-1"), None,
            ("delete", "kubectl delete pod web-1 --namespace shop"),
        ),
        (
            held("k8s_secret", "shop/token-1"), None,
            ("delete", "kubectl delete secret token-1 --namespace shop"),
        ),
        (
            held("openai_api_key_id", "key_1"), Principal("openai:user/u", account="proj_1"),
            ("delete", "DELETE /v1/organization/projects/proj_1/api_keys/key_1"),
        ),
        (
            held("anthropic_api_key_id", "apikey_1"), None,
            ("disable", "POST /v1/organizations/api_keys/apikey_1 status=inactive"),
        ),
        (
            held("snowflake_authentication", "ADA/rsa_keypair", type="rsa_keypair"), None,
            ("delete", 'ALTER USER "ADA" UNSET RSA_PUBLIC_KEY (of the second key: RSA_PUBLIC_KEY_2)'),
        ),
        (
            held("github_token_id", "7"), Principal("github:user/ada", account="acme"),
            ("revoke", ("POST /orgs/acme/personal-access-tokens/<pat_id> action=revoke (<pat_id>: the id, in GET "
             "/orgs/acme/personal-access-tokens, of that with token_id 7)")),
        ),
        (
            held("onepassword_session_uuid", "S1"), Principal("onepassword:A/user/U1", type="human"),
            ("suspend", "op user suspend U1"),
        ),
        (
            held("console_password", ADA.uid), ADA,
            ("delete", "iam:DeleteLoginProfile UserName=ada"),
        ),
    ],
    ids=lambda value: value.uid_kind if isinstance(value, Credential) else "",
)  # fmt: skip
def test_the_step_is_the_owners_own_call(
    credential: Credential, who: Principal | None, expected: tuple[str, str]
) -> None:
    """Each broker is told its own call, with the identifier that the call takes."""
    found = way(credential, who)

    assert expected == (found.action, found.step)


@pytest.mark.parametrize(
    ("credential", "why"),
    [
        (held("vault_accessor", "hmac-sha256:4c1e"), "revoke the one that gives hmac-sha256:4c1e"),
        (held("accessor", "hmac-sha256:4c1e"), "hmac_accessor=false"),
        (held("vault_lease_id_hmac", "hmac-sha256:4c1e"), "/v1/sys/leases/lookup/<prefix>"),
        (held("k8s_jti", "j"), "delete the service account"),
        (held("github_hashed_token", "q83v"), "takes none back"),
        (held("canary_token", "t0k3n"), "It is a decoy"),
        (held("gitleaks_fingerprint", "f:1"), "f:1 names its finding only"),
    ],
    ids=lambda value: value.uid_kind if isinstance(value, Credential) else "",
)
def test_what_no_call_ends_says_what_to_do_instead(credential: Credential, why: str) -> None:
    """An id that its owner does not take back is no command, but a reason and a way by hand."""
    found = way_to_end(credential, None)

    assert isinstance(found, Unreachable)
    assert why in found.why


def test_an_id_can_be_nothing_but_an_id() -> None:
    """Who is logged may have chosen the id: in a shell, an address or a statement it is one word."""
    shell = way(held("k8s_secret", "shop/x; reboot"))
    statement = way(held("snowflake_credential_id"), Principal('snowflake:user/A" SET X'))

    assert "kubectl delete secret x%3B%20reboot --namespace shop" == shell.step
    assert 'ALTER USER "A%22%20SET%20X" SET DISABLED = TRUE' == statement.step


def test_the_root_users_password_has_no_step() -> None:
    """No login profile is deleted where there is none."""
    assert isinstance(way_to_end(held("console_password", ROOT.uid), ROOT), Unreachable)


def test_a_kind_of_an_operators_own_is_named_as_it_is() -> None:
    """Where nobody here knows the system, its owner is told which id to revoke."""
    assert (
        "revoke keydesk_key_id k-1 where it was issued" == way(held("keydesk_key_id", "k-1")).step
    )


def test_whoever_a_step_also_hits_is_named() -> None:
    """A step on a user's sessions or on the whole principal says so."""
    session = way(held("okta_session_id"), Principal("okta:00u1", type="human"))
    whole = way(held("entra_token_id"), Principal("entra:app/a-1", type="service"))

    assert "Every session of 00u1 ends; whoever it is has to sign in again." == session.breaks
    assert "Everything else that acts as a-1 is refused." == whole.breaks


@pytest.mark.parametrize(
    ("child", "step"),
    [
        (
            Descendant("auth0-1", "access_token", 0, "auth0:acme/user/u1", uid_kind="auth0_token_jti"),
            "POST /api/v2/users/u1/revoke-access",
        ),
        (
            Descendant("c1", "client_credential", 0, "okta:0oa1", uid_kind="okta_client_credential"),
            ("POST /api/v1/apps/0oa1/credentials/secrets/c1/lifecycle/deactivate (of a key: "
            "credentials/jwks/c1)"),
        ),
        (
            Descendant("K1", "ssh_key", 0, "aws:1:user/ada", uid_kind="ssh_public_key_id"),
            "iam:UpdateSSHPublicKey UserName=ada SSHPublicKeyId=K1 Status=Inactive",
        ),
        (
            Descendant("j", "service_account_token", 0, uid_kind="k8s_jti"),
            "Kubernetes takes back no token by its id.",
        ),
        (Descendant("x", "console_password", 0, ADA.uid), f"iam:DeleteLoginProfile for {ADA.uid}"),
    ],
)  # fmt: skip
def test_a_child_ends_by_its_own_kind(child: Descendant, step: str) -> None:
    """Each child comes with its own step, or with why there is none."""
    assert ending(child).step.startswith(step)


def test_a_step_that_is_there_stays() -> None:
    """A finding that says how a child ends knows better."""
    child = Descendant("x", "lease", 0, step="ask the broker")

    assert child is ending(child)


def test_rows_are_rows_of_one_table() -> None:
    """No family takes another's kind."""
    families = [
        importlib.import_module(f"detector.respond.table.{name}").ROWS
        for name in ("ai", "aws", "code", "found", "identity", "platform")
    ]

    assert len(TABLE) == sum(map(len, families))
    assert all(isinstance(row, Row | Unreachable) for row in TABLE.values())
