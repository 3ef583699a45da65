"""The committed JSON Schemas are what the types say."""

import shutil
import subprocess
import sys

import jsonschema
import pytest

from schemas import asyncapi
from schemas.registry import CONTRACTS, FOLDER, json_schema, rendered, write


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_committed_schema_is_the_types(name):
    """`schemas/json/` holds exactly what the types say."""
    path = FOLDER / f"{name}.schema.json"
    committed = path.read_text(encoding="utf-8") if path.exists() else ""

    assert rendered(name) == committed, (
        f"schemas/json/{path.name} has drifted from its type: if the change is meant, run "
        "`python -m schemas.registry` and read the difference, as readers depend on it"
    )


def test_no_schema_is_left_over():
    """Every committed schema has its contract."""
    assert set(CONTRACTS) == {path.name.partition(".")[0] for path in FOLDER.glob("*.json")}


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_schema_is_a_valid_one_with_a_name_and_a_version(name):
    """Each schema is valid draft 2020-12 and says which contract and version it is."""
    schema = json_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)

    assert (name, 1, f"urn:credential-abuse-detector:schemas:{name}:1") == (
        schema["title"],
        schema["version"],
        schema["$id"],
    )


def test_an_unknown_contract_is_refused_by_name():
    """The error names what was asked for and what there is."""
    with pytest.raises(LookupError, match=r"no contract 'alarm'; there are activity_event, alert"):
        json_schema("alarm")


def test_the_command_rewrites_the_schemas(tmp_path):
    """`python -m schemas.registry` writes every schema anew and says which."""
    shutil.copytree(FOLDER.parent, tmp_path / "schemas", ignore=shutil.ignore_patterns("json"))
    run = subprocess.run(
        [sys.executable, "-m", "schemas.registry"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    made = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.json")}

    assert sorted(made) == sorted(run.stdout.split())
    assert made.pop("asyncapi.json") == asyncapi.rendered()
    assert made == {f"{name}.schema.json": rendered(name) for name in CONTRACTS}


def test_writing_removes_what_no_contract_owns(tmp_path):
    """A renamed contract leaves no stale file behind."""
    stale = tmp_path / "alarm.schema.json"
    stale.write_text("{}", encoding="utf-8")

    written = write(tmp_path)

    assert sorted(written) == sorted(tmp_path.iterdir())
