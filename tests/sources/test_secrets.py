"""Planted secrets are found nowhere: in no event, dead-letter sample, log line or exception."""

import json
import logging
from pathlib import Path
from typing import Any

import msgspec
import pytest

from detector.sources.base import DecodeError
from detector.sources.redact import EXAMPLES, PATTERNS, found_secrets, mask_secrets, sample
from detector.sources.registry import SOURCES
from tests.sources.cases import CONTEXT, raw_cases

# What marks a planted secret: it stands in each example, behind or inside the token's own form.
MARK = "EXAMPLE"
# Fields of a request or response whose values are secret whatever they look like.
PLAIN = {
    "secretString": "correct-horse-battery-MARKED",
    "secretBinary": "correct-horse-battery-MARKED",
    "sessionToken": "correct-horse-battery-MARKED",
    "secretAccessKey": "correct-horse-battery-MARKED",
    "password": "correct-horse-battery-MARKED",
    "masterUserPassword": "correct-horse-battery-MARKED",
    "userData": "correct-horse-battery-MARKED",
    "policyDocument": '{"Statement": [{"Sid": "correct-horse-battery-MARKED"}]}',
    "bucketPolicy": {"Statement": [{"Sid": "correct-horse-battery-MARKED"}]},
    "environment": {"variables": {"DB": "correct-horse-battery-MARKED"}},
    "keyMaterial": "correct-horse-battery-MARKED",
}


def _planted(value: Any, secret: str) -> list[Any]:
    """Copies of a document, each with the secret in one of its strings."""
    if isinstance(value, str):
        return [secret, f"{value} {secret}"]
    if isinstance(value, dict):
        return [{**value, k: one} for k, v in value.items() for one in _planted(v, secret)]
    if isinstance(value, list):
        return [
            [*value[:at], one, *value[at + 1 :]]
            for at, v in enumerate(value)
            for one in _planted(v, secret)
        ]
    return []


def _outputs(source: str, raw: bytes) -> str:
    """Everything that decoding lets out, as one text."""
    out = [sample(raw)]
    try:
        out += [
            msgspec.json.encode(event).decode() for event in SOURCES[source].decode(raw, CONTEXT, 1)
        ]
    except DecodeError as error:
        out.append(str(error))
        cause: BaseException | None = error.__cause__
        out.append(repr(cause))
    return "\n".join(out)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_every_pattern_masks_its_example(kind: str) -> None:
    """The example of a pattern loses its secret part, wherever it stands."""
    for text in (EXAMPLES[kind], f"x {EXAMPLES[kind]}", f'"{EXAMPLES[kind]}"'):
        assert "***" in mask_secrets(text)
        assert EXAMPLES[kind] not in mask_secrets(text)


@pytest.mark.parametrize(
    "part", ["token", "token ", "A", "A-", "a.", "eyJ", "a://b:", 'pwd"', "secret_"]
)
def test_a_text_made_of_secrets_names_is_read_to_its_end(part: str) -> None:
    """Thousands of names of secrets in a row, and none with a value, are masked nowhere. (There was
    a pattern that took minutes to find that out: this test would not end.)"""
    text = part * (4_000 // len(part))

    assert text == mask_secrets(f"{text} =").removesuffix(" =")


@pytest.mark.parametrize(
    "text",
    [
        '{"max_tokens":4096,"budget_tokens":1024}',
        '{"usage":{"totalTokens":130,"inputTokens":120,"token_count":"250"}}',
        "max_tokens=1_000) max_completion_tokens: 100",
        '{"pageToken":"CAEQAAexample","nextToken":"CAEQAAexample","clientToken":"once-7"}',
        '{"secretId":"prod/db","secret_name":"prod/db","tokenId":"t-1","SecretVersionId":"v-1"}',
        '{"token_type":"bearer_token","credential_type":"password","token_url":"https://a/t"}',
        '{"password":true,"secret":null,"password_max_length":128}',
        "CREATE USER ada PASSWORD = '\u263a\u263a\u263a\u263a\u263a'",
        "password=REDACTED secret=[redacted] token=<token> pwd=xxxxxxxx",
        "mysql --password=$DB_PASSWORD --token=${TOKEN} --secret={{secret}}",
        '{"access_key_id":"AKIAIOSFODNN7EXAMPLE"}',
    ],
)
def test_what_only_sounds_like_a_secret_is_no_exposure(text: str) -> None:
    """Counts of tokens, places in listings, names and ids of secrets and masks are none."""
    assert [] == list(found_secrets(text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"password":"EXAMPLEhunter2"}', [("pair", "EXAMPLEhunter2")]),
        ("pwd=48151623 pin", [("pair", "48151623")]),
        ('{"client_token":"s.EXAMPLEexample"}', [("pair", "s.EXAMPLEexample")]),
        (
            "secret_id=11111111-1111-4111-8111-000000000001",
            [("pair", "11111111-1111-4111-8111-000000000001")],
        ),
        (f'{{"token_name":"{EXAMPLES["github"]}"}}', [("github", EXAMPLES["github"])]),
        (
            f"access_key_id=AKIAIOSFODNN7EXAMPLE secret_access_key={EXAMPLES['aws_secret_key']}",
            [("access_key_id", "AKIAIOSFODNN7EXAMPLE")],
        ),
    ],
)
def test_what_is_a_secret_is_found_all_the_same(text: str, found: list[tuple[str, str]]) -> None:
    """A password may be a number, a token stand under another name; a key is known by its id."""
    assert found == list(found_secrets(text))


@pytest.mark.parametrize("part", ["tokenId=", "secret_name: ", 'page_token":"', "token=1,", "a_"])
def test_names_of_secrets_without_one_are_read_to_their_end(part: str) -> None:
    """A long text of pairs that are no secrets holds none, and is soon looked through."""
    assert [] == list(found_secrets(part * (16_000 // len(part))))


def test_every_pattern_has_an_example() -> None:
    """Patterns and examples have the same names."""
    assert set(PATTERNS) == set(EXAMPLES)


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-AbCdEf",
        "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admins_0a1b2c",
        "3f786850e387550fdab836ed7e6dc881de23001b",
        "11111111-1111-4111-8111-000000000001",
        "AKIAIOSFODNN7EXAMPLE",
        "repo:example/shop:ref:refs/heads/main",
        "https://sqs.eu-central-1.amazonaws.com/123456789012/jobs",
        "system:serviceaccount:payments:token-issuer",
        "s3:secret-rotation/config",
    ],
)
def test_identifiers_are_left_alone(text: str) -> None:
    """What an analyst searches for is no secret."""
    assert text == mask_secrets(text)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_secrets_by_form_survive_in_no_field(
    kind: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """A recognisable secret, in any text field of a record, is in nothing that comes out."""
    caplog.set_level(logging.DEBUG)
    secret = EXAMPLES[kind].replace(MARK, "MARKEDX")
    assert "***" in mask_secrets(secret)
    # A quarter of all records each, so that every kind meets every source.
    for raw in raw_cases()[list(EXAMPLES).index(kind) % 4 :: 4]:
        for document in _planted(json.loads(raw.read_bytes()), secret):
            out = _outputs(raw.parent.name, json.dumps(document).encode())
            assert secret not in out
            assert "MARKEDX" not in out.replace(r"\n", "")

    assert "MARKEDX" not in caplog.text + "".join(capfd.readouterr())


@pytest.mark.parametrize("raw", [r for r in raw_cases() if r.parent.name == "cloudtrail"])
def test_values_of_requests_and_responses_do_not_travel(raw: Path) -> None:
    """Secrets, policies and user data in a request or response stay there, whatever they look
    like."""
    document = json.loads(raw.read_bytes())
    for part in ("requestParameters", "responseElements"):
        for holder in (document, document.get("detail")):
            if isinstance(holder, dict) and "eventName" in holder:
                holder[part] = {**(holder.get(part) or {}), **PLAIN}

    assert "MARKED" not in _outputs("cloudtrail", json.dumps(document).encode())


def test_a_credential_secret_is_only_a_fingerprint() -> None:
    """The secret of a token_use credential leaves no trace but its fingerprint."""
    record = {
        "uid": "1", "source": "gateway", "time": 0, "principal": {"uid": "p"},
        "credential": {"secret": "correct-horse-battery-MARKED"},
        "child": {"credential": {"secret": "correct-horse-battery-MARKED"}},
    }  # fmt: skip

    out = _outputs("token_use", json.dumps(record).encode())

    assert "fingerprint" in out
    assert "MARKED" not in out


@pytest.mark.parametrize("cut", range(0, 200, 7))
def test_a_sample_of_a_cut_record_shows_no_value(cut: int) -> None:
    """Wherever a record was cut, its sample holds no value of a field that may be secret."""
    text = json.dumps({"note": "correct-horse-battery-MARKED", "a": ["MARKED staple", {"b": "MARKED"}],
                       "requestParameters": PLAIN})  # fmt: skip

    assert "MARKED" not in sample(text[cut:].encode())
    assert "MARKED" not in sample(text[: len(text) - cut].encode())


def test_a_sample_shows_what_kind_of_record_it_is() -> None:
    """Names of fields and the values of a few harmless ones are kept."""
    raw = (
        b'{"eventName": "GetUser", "eventTime": "2026-01-05T09:30:00Z", "userIdentity": {"type": 3'
    )

    assert raw.decode() == sample(raw)
