"""The ladder from a finding to a command: each rung, and what it says when it withholds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from detector.config import Protected, ResponseConfig
from detector.findings import Finding
from detector.respond.plan import Plan, plan
from schemas.command import Descendant, RevokeCommand
from tests.respond.findings import (
    ADA,
    AGENT,
    CHILDREN,
    DEPLOY,
    FEDERATED,
    INSTANCE,
    KEY,
    NOON,
    PERSON,
    ROOT,
    SERVICE_LINKED,
    SESSION,
    finding,
    token,
)

CONFIG = ResponseConfig()


def planned(found: Finding, config: ResponseConfig = CONFIG) -> RevokeCommand:
    """The command of a plan that must have one."""
    made = plan(found, config).command
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"superseded_by": "f0"}, "Replaced by finding f0"),
        ({"stable": False}, "experimental"),
        ({"risk": 69}, "Risk 69 is under the revoke threshold of 70"),
        ({"evidence": structs.replace(finding().evidence, provisional=True)}, "provisional"),
    ],
)
def test_a_rung_withholds_and_says_why(changes, why):
    """A finding that is replaced, experimental, weak or provisional gets no command but a reason."""
    withheld = plan(finding(**changes), CONFIG)

    assert withheld.command is None
    assert why in withheld.withheld


def test_risk_on_the_threshold_is_enough():
    """The revoke threshold itself already leads to a command."""
    assert plan(finding(risk=70), CONFIG).command is not None


def test_a_forbidden_detection_never_revokes():
    """A detection on the never list keeps its command back however high its risk is."""
    config = ResponseConfig(never_detections=("minted_then_used",))

    assert "forbid" in plan(finding(), config).withheld


@pytest.mark.parametrize(
    "pattern", [KEY.uid, KEY.fingerprint, ADA.uid, "ADA", "aws:*:user/ada", "akia*"]
)
def test_the_protected_list_covers_every_name(pattern):
    """A credential is protected by its id, its fingerprint or any name of its principal."""
    config = ResponseConfig(protected=Protected((pattern,)))

    assert "protected list" in plan(finding(), config).withheld


def test_a_static_key_is_disabled_reversibly():
    """A long-lived AWS key is made inactive, which its owner can take back."""
    made = planned(finding())

    assert (made.action, made.scope, made.reversible) == ("disable", "credential", True)
    assert "AccessKeyId=AKIAIOSFODNN7EXAMPLE UserName=ada Status=Inactive" in made.step
    assert made.undo.endswith("Status=Active")
    assert made.sub_id.id == KEY.uid


def test_a_role_session_says_that_it_hits_every_session():
    """A role's sessions end by a cutoff after the last event, and the command says whom it hits."""
    made = planned(finding(SESSION, DEPLOY))

    assert (made.action, made.scope) == ("revoke_sessions", "principal")
    assert "every session of deploy" in made.breaks[0]
    assert made.locator is not None
    assert made.locator.issued_before == NOON + 1_000
    assert made.sub_id.uri == DEPLOY.known_by


@pytest.mark.parametrize("who", [FEDERATED, INSTANCE])
def test_a_session_name_that_the_holder_cannot_choose_narrows_the_step(who):
    """A federated person or an instance is denied by session name, not the whole role."""
    made = planned(finding(SESSION, who))

    assert made.scope == "session"
    assert f"*:{who.session}" in made.step


def test_a_session_name_that_the_holder_chose_narrows_nothing():
    """A person who assumed a role by hand may hold other sessions; the whole role is cut off."""
    assert planned(finding(SESSION, structs.replace(DEPLOY, type="human"))).scope == "principal"


def test_an_identity_center_person_without_a_role_is_signed_out():
    """A directory user seen by itself loses the sessions of the directory."""
    who = structs.replace(PERSON, uid="aws:123456789012:person/u-1", role="")

    assert planned(finding(None, who)).step.startswith("Identity Center")


def test_single_sign_on_ends_the_sessions_of_the_person():
    """A role of Identity Center is left alone; its person is signed out."""
    made = planned(finding(SESSION, PERSON))

    assert (made.action, made.scope) == ("revoke_sessions", "session")
    assert "PutRolePolicy" not in made.step
    assert made.sub_id.email == "ada@example.com"


@pytest.mark.parametrize(
    ("credential", "who", "why"),
    [
        (SESSION, SERVICE_LINKED, "service-linked role"),
        (KEY, ROOT, "root user"),
        (SESSION, structs.replace(DEPLOY, type="provider"), "service of AWS itself"),
        (None, AGENT, "names no credential"),
        (token("", ""), AGENT, "only a fingerprint"),
        (None, structs.replace(ADA, uid="aws:123456789012:unknown"), "neither a key nor a role"),
        (SESSION, structs.replace(ADA, uid="aws:123456789012:federated/ada"), "federation token"),
    ],
)
def test_what_no_call_can_revoke_says_so(credential, who, why):
    """A credential out of every broker's reach is withheld with the reason."""
    assert why in plan(finding(credential, who), CONFIG).withheld


@pytest.mark.parametrize(
    ("kind", "system", "step"),
    [
        ("accessor", "vault", "POST /v1/auth/token/revoke-accessor accessor=x-1"),
        ("lease_id", "vault", "POST /v1/sys/leases/revoke lease_id=x-1"),
        ("jti", "issuer", "the issuer's revocation list: jti=x-1"),
        ("litellm-key-hash", "litellm", "POST /key/block key=x-1"),
        ("okta_token_id", "okta", "DELETE /api/v1/api-tokens/x-1"),
        ("something_new", "issuer", "revoke something_new x-1 where it was issued"),
    ],
)
def test_a_token_is_revoked_by_the_identifier_it_has(kind, system, step):
    """Each kind of identifier names its broker and the call that takes it."""
    made = planned(finding(token(kind, "x-1"), AGENT))

    assert made.locator is not None
    assert (system, step) == (made.locator.system, made.step)
    assert made.scope == "credential"


def test_a_console_user_without_a_key_loses_the_sessions():
    """An IAM user seen without a credential keeps the password; only sessions end."""
    made = planned(finding(None, ADA))

    assert made.step.startswith("iam:PutUserPolicy UserName=ada")


def test_live_children_are_listed_oldest_first_with_their_ends():
    """A disabled key with live children is not contained: each child comes with its step."""
    made = planned(finding(descendants=CHILDREN))

    assert [c.uid for c in made.descendants] == ["AKIAI44QH8DHBEXAMPLE", "ASIAI44QH8DHBEXAMPLE"]
    assert all(child.step for child in made.descendants)
    assert any("Not contained by this step alone: 2 children" in why for why in made.reasons)


def test_a_session_from_a_key_names_its_parent():
    """A session whose parent is known says that the parent could obtain another."""
    assert any(SESSION.parent in why for why in planned(finding(SESSION, PERSON)).reasons)


def test_the_command_keeps_its_id_over_revisions():
    """A later revision moves the cutoff and the expiry, not the idempotency key."""
    first = planned(finding(SESSION, DEPLOY))
    later = planned(finding(SESSION, DEPLOY, revision=2, time=NOON + 60_000, last=NOON + 60_000))

    assert first.command_uid == later.command_uid
    assert first.locator != later.locator


def test_another_finding_has_another_command():
    """Two findings on one credential do not share an idempotency key."""
    assert planned(finding()).command_uid != planned(finding(uid="f2")).command_uid


def test_automatic_needs_the_list_and_a_narrow_scope():
    """A listed detection acts unasked on one credential, never on a whole role."""
    config = ResponseConfig(auto_detections=("minted_then_used",))

    assert planned(finding(), config).tier == "auto"
    assert planned(finding(SESSION, DEPLOY), config).tier == "needs_approval"
    assert planned(finding()).tier == "needs_approval"


def test_dry_run_unless_enforced():
    """A command is a dry run unless the settings say enforce."""
    assert planned(finding()).mode == "dry_run"
    assert planned(finding(), ResponseConfig(enforce=True)).mode == "enforce"


@given(
    risk=st.integers(0, 100),
    stable=st.booleans(),
    held=st.sampled_from([KEY, SESSION, None, token("jti", "j"), token("", "")]),
    who=st.sampled_from([ADA, DEPLOY, PERSON, ROOT, AGENT, None]),
    pattern=st.sampled_from(["*", "nobody", "*ada*", "AKIA*"]),
)
def test_a_plan_is_a_command_or_a_reason(risk, stable, held, who, pattern):
    """Whatever the finding, a plan holds exactly one of command and reason, and twice the same."""
    config = ResponseConfig(protected=Protected((pattern,)))
    found = finding(held, who, risk=risk, stable=stable)
    made = plan(found, config)

    assert (made.command is None) == bool(made.withheld)
    assert made == plan(found, config)
    assert pattern != "*" or made.command is None or (held is None and who is None)
    assert isinstance(made, Plan)


@pytest.mark.parametrize(
    ("child", "step"),
    [
        (Descendant("ada", "login_profile", NOON, "user/ada"), "iam:DeleteLoginProfile"),
        (Descendant("lease/1", "lease_id", NOON), "sys/leases/revoke lease_id=lease/1"),
        (Descendant("x-1", "odd", NOON), "revoke odd x-1 where it was issued"),
        (Descendant("x-2", "odd", NOON, step="ring the owner"), "ring the owner"),
    ],
)
def test_every_child_gets_the_step_that_ends_it(child, step):
    """A child without a step gets one by its kind; one that has a step keeps it."""
    assert step in planned(finding(descendants=(child,))).descendants[0].step


def test_a_role_without_an_arn_is_named_by_its_uid():
    """A subject without mail address or ARN is the principal's own uid."""
    who = structs.replace(DEPLOY, known_by="")

    assert planned(finding(SESSION, who)).sub_id.id == DEPLOY.uid


def test_the_aws_role_behind_a_token_is_left_alone():
    """A Vault token in a role's hands is revoked at Vault, the smaller scope."""
    made = planned(finding(token("accessor", "x-1"), DEPLOY))

    assert made.locator is not None
    assert made.locator.system == "vault"
