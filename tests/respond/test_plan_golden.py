"""Plans compared whole with committed ones. `python -m tests.respond.test_plan_golden` renews."""

from pathlib import Path

import msgspec
import pytest

from detector.config import ResponseConfig
from detector.findings import Finding
from detector.respond.plan import Plan, plan
from tests.respond.findings import (
    ADA,
    AGENT,
    CHILDREN,
    DEPLOY,
    KEY,
    PERSON,
    ROOT,
    SESSION,
    finding,
    token,
)

GOLDEN = Path(__file__).parent / "golden"
CASES: dict[str, Finding] = {
    "static-key-with-children": finding(KEY, ADA, descendants=CHILDREN),
    "role-session": finding(SESSION, DEPLOY),
    "single-sign-on": finding(SESSION, PERSON),
    "vault-accessor": finding(token("accessor", "hmac-accessor-1"), AGENT),
    "withheld-root": finding(KEY, ROOT),
    "withheld-low-risk": finding(risk=40),
}


@pytest.mark.parametrize("name", CASES)
def test_the_plan_is_the_golden_one(name):
    """A plan equals the committed one, field by field."""
    golden = msgspec.json.decode((GOLDEN / f"{name}.json").read_bytes(), type=Plan)

    assert golden == plan(CASES[name], ResponseConfig())


def test_every_golden_file_has_its_case():
    """No golden plan is left over from a case that is gone."""
    assert set(CASES) == {path.stem for path in GOLDEN.glob("*.json")}


def write_golden() -> None:
    """Write every case's plan as it is now; read the difference before committing it."""
    GOLDEN.mkdir(exist_ok=True)
    for name, found in CASES.items():
        made = msgspec.json.format(msgspec.json.encode(plan(found, ResponseConfig())), indent=2)
        (GOLDEN / f"{name}.json").write_bytes(made + b"\n")


if __name__ == "__main__":
    write_golden()
