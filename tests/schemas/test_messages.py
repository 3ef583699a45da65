"""Golden messages and the rules that hold for every message."""

from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given

from schemas.registry import CONTRACTS, json_schema
from tests.schemas.messages import GOLDEN, MESSAGES, contract_of
from tests.schemas.strategies import structs
from tests.schemas.strict import strict


def golden(name: str) -> bytes:
    """The committed bytes of one message."""
    return (GOLDEN / f"{name}.json").read_bytes().removesuffix(b"\n")


def decoded(name: str, raw: bytes) -> Any:
    """The bytes as the message that the golden file's name says."""
    return msgspec.json.decode(raw, type=CONTRACTS[contract_of(name)].type)


def with_unknown(value: Any) -> Any:
    """The message with a field in every object that nobody knows."""
    if isinstance(value, list):
        return [with_unknown(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {**{key: with_unknown(each) for key, each in value.items()}, "from_the_future": [1]}


def test_every_contract_has_its_golden_message():
    """Each contract has an example, each golden file stands for one."""
    assert set(CONTRACTS) == {contract_of(name) for name in MESSAGES}
    assert set(MESSAGES) == {path.stem for path in GOLDEN.glob("*.json")}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_golden_message_comes_back_byte_for_byte(name):
    """Decoding and encoding a golden message changes nothing."""
    assert golden(name) == msgspec.json.encode(decoded(name, golden(name)))


@pytest.mark.parametrize("name", MESSAGES)
def test_a_golden_message_is_what_the_code_makes(name):
    """The code still makes the message that readers were promised."""
    assert golden(name) == msgspec.json.encode(MESSAGES[name]), (
        f"tests/golden/{name}.json differs from what the code makes: if that is meant, run "
        "`python -m tests.schemas.messages` and read the difference"
    )


@pytest.mark.parametrize("name", MESSAGES)
def test_unknown_fields_are_tolerated_and_dropped(name):
    """Fields of a newer producer are accepted in any object and never passed on."""
    newer = msgspec.json.encode(with_unknown(msgspec.json.decode(golden(name))))

    assert golden(name) == msgspec.json.encode(decoded(name, newer))


@pytest.mark.parametrize("name", MESSAGES)
def test_version_one_loads_and_says_so(name):
    """A golden message of version 1 is known as one, whether it says so or leaves it out."""
    message = decoded(name, golden(name))
    owner = getattr(message, "unmapped", message)

    assert 1 == getattr(owner, "schema", 1)


@pytest.mark.parametrize("name", CONTRACTS)
def test_what_is_written_is_in_the_schema(name):
    """Any value of any contract, encoded, passes a schema that refuses unknown fields, and comes
    back equal."""
    contract = CONTRACTS[name].type
    check = jsonschema.Draft202012Validator(strict(json_schema(name)))

    @given(structs(contract))
    def holds(message):
        raw = msgspec.json.encode(message)
        check.validate(msgspec.json.decode(raw))

        assert message == msgspec.json.decode(raw, type=contract)

    holds()


@pytest.mark.parametrize("name", ["alert", "revoke_result"])
def test_a_required_field_cannot_be_missing(name):
    """A message without its time is refused with the path of what is missing."""
    message = msgspec.json.decode(golden(name))
    del message["time"]

    with pytest.raises(msgspec.ValidationError, match="missing required field `time`"):
        decoded(name, msgspec.json.encode(message))


@pytest.mark.parametrize(("name", "other"), [("alert", 7001), ("revoke_result", 2004)])
def test_another_class_is_refused(name, other):
    """An alert is not read as a receipt, nor a receipt as an alert."""
    message = {**msgspec.json.decode(golden(name)), "class_uid": other}

    with pytest.raises(msgspec.ValidationError, match="class_uid"):
        decoded(name, msgspec.json.encode(message))
