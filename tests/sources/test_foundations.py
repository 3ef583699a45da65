"""Fingerprints, times, networks and text: what all sources stand on."""

import gc
import importlib
import json
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import detector.sources
import detector.sources.text as text_module
from detector.sources import times
from detector.sources.fingerprint import Fingerprints
from detector.sources.memo import Memo
from detector.sources.networks import locate, network_of
from detector.sources.redact import EXAMPLES, mask_secrets
from detector.sources.registry import SOURCES
from detector.sources.text import harmless, kept, template
from detector.sources.times import LATEST, in_range, to_ms
from tests.sources.cases import CONTEXT, raw_cases


def test_a_guessable_key_is_refused() -> None:
    """A fingerprint key must be long enough that it cannot be tried out."""
    with pytest.raises(ValueError, match="at least 16"):
        Fingerprints("short")


def test_fingerprints_depend_on_key_tenant_kind_and_id() -> None:
    """Each of the four makes another fingerprint; the same four make the same one."""
    one, two = Fingerprints(b"an example key 1"), Fingerprints(b"an example key 2")
    made = {
        one.of_public("a", "k", "x"), two.of_public("a", "k", "x"), one.of_public("b", "k", "x"),
        one.of_public("a", "l", "x"), one.of_public("a", "k", "y"), one.of_secret("a", "x"),
    }  # fmt: skip

    assert 6 == len(made)
    assert one.of_public("a", "k", "x") in made


def test_kind_and_id_are_kept_apart() -> None:
    """No kind and id run into another pair's text."""
    prints = CONTEXT.fingerprints

    assert prints.of_public("t", "a", "bc") != prints.of_public("t", "ab", "c")


@given(st.text(), st.text())
def test_a_fingerprint_never_fails(tenant: str, uid: str) -> None:
    """Any text has a fingerprint of 32 hex digits."""
    assert 32 == len(CONTEXT.fingerprints.of_public(tenant, "kind", uid))
    assert 32 == len(CONTEXT.fingerprints.of_secret(tenant, uid))


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-01-05T09:30:00Z", 1_767_605_400_000),
        ("2026-01-05 09:30:00.000000000", 1_767_605_400_000),
        ("2026-01-05T10:30:00.5+01:00", 1_767_605_400_500),
        ("Jan 5, 2026 9:30:00 AM", 1_767_605_400_000),
    ],
)
def test_times_of_all_spellings(text: str, ms: int) -> None:
    """A time is the same whichever way it is written; without a zone it is UTC."""
    assert ms == to_ms(text)


@pytest.mark.parametrize(
    "text", ["2026-01-05:09:30.25Z", "2026-01-05 09:30,25", "2026-01-05T09:30.5Z"]
)
def test_a_part_of_a_minute_is_no_time(text: str) -> None:
    """Such a time lacks something, and nothing says what."""
    with pytest.raises(ValueError, match="ISO 8601"):
        to_ms(text)


@given(st.integers())
def test_only_times_in_range_pass(ms: int) -> None:
    """Epoch ms from 1970 to 2199 pass, no others."""
    if 0 <= ms < LATEST:
        assert ms == in_range(ms)
    else:
        with pytest.raises(ValueError, match="1970 to 2199"):
            in_range(ms)


@given(st.ip_addresses())
def test_every_address_has_a_network(address: Any) -> None:
    """Any IP address lies in a network of its own version."""
    place = locate(str(address))

    assert place is not None
    assert (":" in place.address) == (":" in place.network)


def test_private_addresses_of_two_accounts_do_not_meet() -> None:
    """The same private address in two accounts is two places; a public one is one."""
    assert network_of("10.0.0.1", "a") != network_of("10.0.0.1", "b")
    assert network_of("192.0.2.1", "a") == network_of("192.0.2.1", "b")
    assert network_of("fe80::1%eth0", "a") == "a:fe80::/48"
    assert None is network_of("x" * 100)


@given(st.text(max_size=3_000))
def test_kept_text_is_bounded_and_printable(text: str) -> None:
    """Whatever comes, what is kept can be printed, is short, and is kept the same again."""
    clean = kept(text)

    assert len(clean) <= 512
    assert clean.isprintable()
    assert clean == kept(clean)
    assert template(clean) == template(template(clean))


def test_what_is_remembered_is_bounded() -> None:
    """However many texts pass, only so many are remembered."""
    texts = text_module.Harmless(8)
    for number in range(100):
        assert f"name {number}" == texts[f"name {number}"]

        assert len(texts) <= 8


def test_two_long_texts_stay_two() -> None:
    """Texts that differ only behind the cut are kept apart."""
    assert kept("x" * 5_000 + "a") != kept("x" * 5_000 + "b")


def _remembered(value: Any, seen: set[int]) -> Iterator[str]:
    """Every text that can be reached from a value, through containers and caches."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, msgspec.Struct):
        for one in msgspec.structs.astuple(value):
            yield from _remembered(one, seen)
    elif id(value) not in seen and not isinstance(value, type) and not _is_module(value):
        seen.add(id(value))
        for one in gc.get_referents(value):
            yield from _remembered(one, seen)


def _is_module(value: Any) -> bool:
    return type(value).__name__ in {"module", "function", "builtin_function_or_method"}


def _caches() -> Iterator[Any]:
    for module in pkgutil.iter_modules(detector.sources.__path__):
        names = vars(importlib.import_module(f"detector.sources.{module.name}"))
        yield from (
            one for one in names.values() if hasattr(one, "cache_info") or isinstance(one, Memo)
        )
        yield names.get("_harmless")
    yield CONTEXT.fingerprints._of_public
    yield CONTEXT.fingerprints._tenant_key


@pytest.mark.parametrize("kind", ["github", "pair", "pem", "aws_session_token"])
def test_no_cache_remembers_a_secret(kind: str) -> None:
    """After records with secrets in every field were decoded, no cache holds one."""
    secret = EXAMPLES[kind]
    assert secret != mask_secrets(secret)
    for raw in raw_cases():
        document = json.loads(raw.read_bytes())
        for text in (secret, f"x {secret}"):
            for changed in (_filled(document, text), *_planted(document, text)):
                try:
                    list(SOURCES[raw.parent.name].decode(json.dumps(changed).encode(), CONTEXT, 1))
                except ValueError:
                    continue
    held = [text for cache in _caches() for text in _remembered(cache, set()) if secret in text]

    assert [] == held


def _planted(value: Any, secret: str) -> list[Any]:
    """Copies of a document, each with the secret in one of its texts."""
    if isinstance(value, str):
        return [secret]
    if isinstance(value, dict):
        return [{**value, key: new} for key, one in value.items() for new in _planted(one, secret)]
    if isinstance(value, list):
        return [
            [*value[:at], new, *value[at + 1 :]]
            for at, one in enumerate(value)
            for new in _planted(one, secret)
        ]
    return []


def _filled(value: Any, secret: str) -> Any:
    """A document with the secret in every text but the times."""
    if isinstance(value, str):
        return value if value[:2] == "20" or value in {"AssumedRole", "IAMUser"} else secret
    if isinstance(value, dict):
        return {key: _filled(one, secret) for key, one in value.items()}
    return [_filled(one, secret) for one in value] if isinstance(value, list) else value


def test_a_memo_is_bounded_and_keeps_the_newer_half() -> None:
    """A full memo forgets the older half, never all of it."""
    memo: Memo[int, int] = Memo(most=10)
    for number in range(1_000):
        memo.keep(number, number)
        assert len(memo) <= 10

    assert set(range(995, 1_000)) <= set(memo)


def test_only_what_may_be_kept_whole_is_harmless() -> None:
    """A secret, an over-long text or a control character anywhere in a value makes it harmful."""
    for text in (EXAMPLES["github"], "x" * 600, "a\x00b"):
        for value in (text, ("a", text), {text: "a"}, {"a": (None, text)}):
            assert not harmless(value)
    assert harmless((None, True, 3, "ada", {"a": "b"}))


@given(
    st.tuples(
        st.sampled_from(["2023-07-10T", "20230710T", "2023W281", "2023W28", "2023-W28-1T", ""]),
        st.sampled_from(["11:45", "1145", "11:45:30", ":11:45:12", "-01:00:12", "11+0100"]),
        st.sampled_from(
            [
                "",
                ":30Z",
                ":59Z",
                ":60Z",
                "Z",
                "+01:00",
                ":30.5Z",
                ":59.1239Z",
                ":07.999999999Z",
                ":07.Z",
                ":07.00000000000Z",
                ":7.25Z",
                ":07,25Z",
                ":07.2\u0665Z",
                ":07.25",
                ":60.25Z",
            ]
        ),
    ).map("".join)
)
def test_remembered_minutes_change_no_time(text: str) -> None:
    """A time means the same whether its minute was worked out before or not."""

    def read(decode: Callable[[str], int]) -> int | str:
        try:
            return decode(text)
        except ValueError as error:
            return str(error)

    assert read(times._to_ms.__wrapped__) == read(to_ms)
