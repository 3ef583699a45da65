"""Mappings: what a file may say, how it is refused, and that what it makes is a source as any other."""

import json
import pickle
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from detector.sources.base import Context, DecodeError, SkipRecord, Source
from detector.sources.decoding import Decoder
from detector.sources.fingerprint import Fingerprints
from detector.sources.mapped.fields import FIELDS
from detector.sources.mapped.mapping import Mapped, load
from detector.sources.mapped.places import MappingError
from detector.sources.mapping_cases import EVENT, FOLDER, RAW, events_of, written, wrong
from detector.sources.redact import EXAMPLES
from detector.sources.registry import SOURCES, auto, named
from schemas.event import ActivityEvent
from tests.shared_data import PROJECT
from tests.sources.test_junk import ODD, _changed, _paths

PRINTS = Fingerprints("an example key, used in tests only")
CONTEXT = Context(PRINTS, "acme", place="portal.jsonl")
START = """recognise.fields = ["portal", "who"]
event.time = "at"
principal.uid = "portal:user/{who}"
"""
RECORD: dict[str, Any] = {"portal": 1, "who": "ada", "at": "2026-01-05T09:30:00Z"}
EXAMPLES_OF = sorted((PROJECT / "deploy" / "mappings").glob("*.toml"))


def _mapped(more: str = "") -> Source:
    return load(START + more, "etc/portal.toml")


def _event(more: str = "", **fields: object) -> ActivityEvent:
    """What a record with these fields becomes."""
    raw = json.dumps({**RECORD, **fields}).encode()
    [event] = _mapped(more).decode(raw, CONTEXT, 3)
    return event


def _example(path: Path) -> Source:
    return load(path.read_text("utf-8"), str(path))


def _cases() -> Iterator[tuple[Path, Path]]:
    for path in EXAMPLES_OF:
        for raw in sorted(path.with_suffix(FOLDER).glob(f"*{RAW}")):
            yield path, raw


CASES = list(_cases())


# ------------------------------------------------------------------------------------- the examples


@pytest.mark.parametrize(("path", "raw"), CASES, ids=lambda one: one.name)
def test_a_shipped_mapping_makes_of_a_record_what_its_case_says(path: Path, raw: Path) -> None:
    """Every case of every example is right, to the letter, and other sources do not claim it."""
    event = raw.with_name(raw.name.replace(RAW, EVENT))
    source = _example(path)

    assert "" == wrong(source, raw.read_bytes(), event.read_bytes())
    assert event.read_text("utf-8") == written(events_of(source, raw.read_bytes()))


def test_every_shipped_mapping_has_cases() -> None:
    """As sources do: at least five, and no golden file without its record."""
    for path in EXAMPLES_OF:
        folder = path.with_suffix(FOLDER)
        raws = {one.name.removesuffix(RAW) for one in folder.glob(f"*{RAW}")}
        assert 5 <= len(raws)
        assert raws == {one.name.removesuffix(EVENT) for one in folder.glob(f"*{EVENT}")}


@pytest.mark.parametrize(("path", "raw"), CASES, ids=lambda one: one.name)
def test_every_field_of_a_mapped_record_may_hold_anything(path: Path, raw: Path) -> None:
    """Odd values give an event or a DecodeError, and what decodes can be written on."""
    source, document = _example(path), json.loads(raw.read_bytes())
    for place in (one for one in _paths(document) if one):
        for new in (..., *ODD):
            odd = json.dumps(_changed(document, place, new)).encode("utf-8", "surrogatepass")
            said = ""
            try:
                msgspec.msgpack.encode(tuple(source.decode(odd, CONTEXT, 1)))
            except DecodeError as error:
                said = str(error)
            assert len(said) < 400


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_secret_in_a_mapped_record_is_kept_nowhere(kind: str) -> None:
    """Whatever field it is mapped to, alone or in a text that is put together."""
    secret = EXAMPLES[kind].replace("EXAMPLE", "MARKEDX")
    every = "".join(
        f'{"event." if "." not in name else ""}{name} = "a"\n'
        for name, field in FIELDS.items()
        if field.kind in {"text", "texts"}
        and not name.endswith(("fingerprint", "parent", "sha256"))
        and name != "principal.uid"
    )
    every += 'outcome.status = { const = "denied" }\n'
    out = msgspec.json.encode(_event(every, a=secret, who=secret)).decode()

    assert secret not in out
    assert "MARKEDX" not in out


# ---------------------------------------------------------------------------------------- what is read


def test_a_field_is_read_from_a_path() -> None:
    """Objects, places in lists and every place of one; names with dots as a list of names."""
    event = _event(
        """
        principal.name = "a.b"
        principal.account = "list.1.id"
        principal.role = "list.*.id"
        principal.session = { path = ["labels", "x.y/z"] }
        origin.asn = "number"
        chain.x = 1
        """.replace("chain.x = 1", 'event.chain = "list.*.id"'),
        a={"b": 7}, list=[{"id": "p"}, {"id": "q"}], labels={"x.y/z": "s"}, number="64500",
    )  # fmt: skip
    who = event.principal

    assert ("7", "q", "p", "s") == (who.name, who.account, who.role, who.session)
    assert event.origin is not None
    assert (64500, ("p", "q")) == (event.origin.asn, event.chain)


def test_a_text_with_paths_is_whole_or_nothing() -> None:
    """The first text whose paths all lead somewhere is taken."""
    more = 'principal.name = { first = ["{first} {last}", "{last}", "who"] }\n'

    assert "Ada L" == _event(more, first="Ada", last="L").principal.name
    assert "L" == _event(more, last="L").principal.name
    assert "ada" == _event(more).principal.name


def test_words_are_looked_up_in_a_table() -> None:
    """Exactly, in small letters, by their beginning (the longest first), or otherwise."""
    more = """[event.kind]
path = "what"
values = { "key.made" = "issue", "key.*" = "end", "KEY.odd" = "task", true = "approval" }
otherwise = "use"
"""
    found = [
        _event(more, what=what).kind for what in ("key.made", "Key.Gone", "KEY.odd", True, "x")
    ]

    assert ["issue", "end", "task", "approval", "use"] == found


def test_of_several_words_the_first_of_the_table_counts() -> None:
    """The strongest word stands first."""
    more = 'principal.mfa = { path = "how", values = { otp = true, password = false } }\n'

    assert [True, False, None] == [
        _event(more, how=how).principal.mfa for how in (["password", "otp"], "password", "card")
    ]


def test_a_word_that_is_not_ours_stays_empty() -> None:
    """A field of a few words takes those from the log as they are, and no others."""
    more = 'principal.type = "kind"\n[outcome]\nstatus = "end"\n'

    assert "human" == _event(more, kind="human").principal.type
    assert "unknown" == _event(more, kind="robot").principal.type
    assert None is _event(more, end="so-so").outcome


def test_lists_in_one_text_are_split() -> None:
    """Scopes are often written so."""
    more = '[credential]\nuid = "key"\nscopes = { path = "scope", split = "," }\n'
    credential = _event(more, key="k-1", scope="read, write,").credential

    assert credential is not None
    assert ("read", "write") == credential.scopes


def test_a_part_that_is_not_named_in_a_record_is_left_out() -> None:
    """A target without a name, a child without an id: the record has none."""
    more = """target = { uid = "object", type = { const = "file" } }
action = { operation = "what", effect = { const = "grant" } }
child.credential = { uid = "made", type = { const = "key" } }
child.principal = { uid = "for" }
"""
    event = _event(more)

    assert (None, None, None) == (event.target, event.action, event.child)
    action = _event(more, what="x").action
    assert action is not None
    assert ("portal", "x") == (action.service, action.operation)


def test_a_credential_meets_that_of_other_logs() -> None:
    """By its secret or the hash of it; ids are of a kind of the mapping's own."""
    secret = 'credential.secret = "token"\n'
    hash_ = 'credential.sha256 = "hash"\n'
    token = "EXAMPLE-not-a-real-token"
    by_secret = _event(secret, token=token).credential
    digest = sha256(token.encode()).hexdigest()
    by_hash = _event(hash_, hash=f"sha256:{digest}").credential
    by_id = _event('credential.uid = "id"\n', id="k-1").credential

    assert by_secret is not None
    assert by_hash is not None
    assert by_id is not None
    assert by_secret.fingerprint == by_hash.fingerprint == PRINTS.of_secret("acme", token)
    assert ("k-1", "portal_credential") == (by_id.uid, by_id.uid_kind)
    assert None is _event(hash_, hash="no hash").credential


@pytest.mark.parametrize("time", ["2026-01-05T09:30:00Z", 1_767_605_400, "1767605400000000"])
def test_times_are_read_in_any_usual_form(time: object) -> None:
    """ISO 8601 and epoch numbers in any unit; what is optional may be missing."""
    more = 'credential.uid = "k"\ncredential.expires = "until"\n'
    event = _event(more, at=time, k="1", until=1_767_605_500)

    assert 1_767_605_400_000 == event.time
    assert event.credential is not None
    assert 1_767_605_500_000 == event.credential.expires


def test_records_are_taken_or_passed_over() -> None:
    """Those of other kinds, or of these, say nothing about a credential."""
    only, skip = 'only.kind = ["audit", 7, true]\n', 'skip."a.b" = "noise"\n'

    for kind in ("audit", 7, True, ["x", "audit"]):
        assert "ada" in _event(only, kind=kind).principal.uid
    with pytest.raises(SkipRecord):
        _event(only, kind="metric")
    with pytest.raises(SkipRecord):
        _event(skip, a={"b": "noise"})
    assert "ada" in _event(skip, a={"b": "call"}).principal.uid


def test_a_record_without_an_id_is_known_by_its_content() -> None:
    """A second delivery is a duplicate; an id is taken where there is one."""
    assert _event().uid == _event().uid
    assert _event().uid != _event(x=1).uid
    assert "7" == _event('event.uid = "id"\n', id=7).uid


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"who": ""}, "principal.uid"), ({"at": None}, "time"), ({"at": "soon"}, "time")],
)
def test_what_an_event_cannot_be_without_is_an_error(fields: dict[str, Any], said: str) -> None:
    """Who acted, and when."""
    with pytest.raises(DecodeError, match=said):
        _event(**fields)


# -------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = ]", r"portal.toml: not TOML: .*line 4"),
        ("[principle]\n", r'portal.toml:4: there is no "principle"; did you mean "principal"\?'),
        ("[action]\noperatoin = 'a'\n", r'portal.toml:5: there is no "action.operatoin"; did you mean "o'),
        ("event.tenant = 'a'\n", r'portal.toml:4: there is no "event.tenant"'),
        ("recognise.feilds = 'a'\n", r'portal.toml:4: there is no "recognise.feilds"; did you mean "fi'),
        ("[child.target]\n", r'portal.toml:4: there is no "child.target"'),
        ("action = 7\n", r"portal.toml:4: action: expected a table"),
        ("event.kind = 7\n", r"portal.toml:4: kind: expected a path such as .*, got a number"),
        ("event.kind = ''\n", r"portal.toml:4: expected a path such as .*, got an empty text"),
        ("event.kind = 'a..b'\n", r"portal.toml:4: expected a path"),
        ("event.note = 'a{b'\n", r"portal.toml:4: expected paths in braces"),
        ("event.kind = { const = 'isue' }\n", r"portal.toml:4: kind is never 'isue'; did you mean \"issue\""),
        ("event.kind = { const = 'zzz' }\n", r"portal.toml:4: kind is never 'zzz' \(one of approval"),
        ("event.kind = { const = true }\n", r"portal.toml:4: kind: expected a text, got true or false"),
        ("origin.asn = { const = 'x' }\n", r"portal.toml:4: origin.asn: expected a number"),
        ("principal.mfa = { const = 'x' }\n", r"portal.toml:4: principal.mfa: expected true or false"),
        ("[event.kind]\npath = 'a'\nvalues = { x = 'us' }\n", r"portal.toml:6: kind is never 'us'"),
        ("[event.kind]\npath = 'a'\n[event.kind.values]\ny = 'use'\nx = 'us'\n", r"portal.toml:8: kind is"),
        ("event.kind = { path = 'a', valuez = {} }\n", r'there is no "valuez" here; did you mean "values"'),
        ("event.kind = { path = 'a', const = 'use' }\n", r"expected one of path, first, const, got 2"),
        ("event.kind = { values = { a = 'use' } }\n", r"expected one of path, first, const, got 0"),
        ("event.kind = { path = 'a', values = {} }\n", r"values: expected a table of words"),
        ("event.kind = { path = 'a', values = 'b' }\n", r"values: expected a table of words, got a text"),
        ("event.kind = { path = 7 }\n", r"path: expected a text or a list of names, got a number"),
        ("event.kind = { first = 'a' }\n", r"first: expected a list of paths, got a text"),
        ("event.kind = { first = [] }\n", r"first: expected a list of paths, got a list"),
        ("event.kind = { first = [1.5] }\n", r"expected a path such as .*, got a number"),
        ("event.note = { path = 'a', split = ',' }\n", r"split is a text, for fields that are lists"),
        ("target.type = 'a'\n", r"portal.toml:4: target: expected uid as well, got none"),
        ("[credential]\ntype = 'a'\n", r"portal.toml:4: credential: expected uid or secret or"),
        ("only = 7\n", r"portal.toml:4: only: expected a table"),
        ("skip.a = []\n", r"portal.toml:4: skip.a: expected a word, or a list of words"),
        ("skip.a = [1.5]\n", r"portal.toml:4: skip.a: expected a word"),
        ("about = 7\n", r"portal.toml:4: about: expected a sentence"),
        ("recognise.never = 'x'\n", r"portal.toml:4: recognise.never: expected a list of names"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(text: str, said: str) -> None:
    """Before anything is read: the file, the line, what was expected, what was probably meant."""
    with pytest.raises(MappingError, match=said):
        _mapped(text)


@pytest.mark.parametrize(
    ("lines", "said"),
    [((0, 1), r"portal.toml: recognise.fields: expected names"),
     ((1, 2), r"event.time: every event needs one"), ((2, 3), r"principal.uid: every event needs one")],
)  # fmt: skip
def test_what_every_mapping_needs(lines: tuple[int, int], said: str) -> None:
    """How its records are recognised, when, and who."""
    rows = START.splitlines()
    del rows[slice(*lines)]
    with pytest.raises(MappingError, match=said):
        load("\n".join(rows), "portal.toml")


@pytest.mark.parametrize("place", ["portal", "Portal.toml", "a/b-c.toml", ".toml", "x.json"])
def test_a_source_is_called_after_its_file(place: str) -> None:
    """And a topic after the source, so not every file will do."""
    with pytest.raises(MappingError, match="expected small letters"):
        load(START, place)


# ------------------------------------------------------------------------------------ as any other source


def test_a_mapping_comes_before_what_is_built_in() -> None:
    """The operator knows the log: records that both claim are the mapping's, in whatever order."""
    mapping = load(START.replace('"portal", "who"', '"eventSource"'), "mine.toml")
    trail = b'{"eventSource": "iam.amazonaws.com", "eventName": "x", "who": "a", "at": 0}'
    other = json.dumps(
        {**RECORD, "uid": "u", "source": "s", "principal": {"uid": "p"}, "time": 1}
    ).encode()
    decoder = Decoder(mapped=(mapping,))

    assert mapping is auto(trail, (mapping,)) is decoder.recognised(trail)
    assert SOURCES["cloudtrail"] is auto(trail)
    for raw in (other, trail, other, trail):
        [event] = decoder.decode(raw, CONTEXT, 1)
        assert ("mine" if raw is trail else "s") == event.source
    assert (mapping, SOURCES["okta"], None) == (
        named("mine", (mapping,)), named("okta", (mapping,)), named("auto"),
    )  # fmt: skip


def test_a_mapping_travels_to_another_process() -> None:
    """It is made anew there, of the same text."""
    mapping = _mapped('event.kind = { path = "k", values = { a = "issue" } }\n')
    there = pickle.loads(pickle.dumps(mapping))  # noqa: S301 - our own
    raw = json.dumps({**RECORD, "k": "a"}).encode()

    assert isinstance(there, Mapped)
    assert mapping.decode(raw, CONTEXT, 1) == there.decode(raw, CONTEXT, 1)
    assert ("portal", ("time", "kind", "principal.uid")) == (there.name, there.fields)


def test_names_that_never_stand_in_a_record() -> None:
    """They keep a mapping off another log that has its fields too."""
    mapping = _mapped('recognise.never = ["eventName"]\n')

    assert mapping.sniff(b'{"portal": 1, "who": 1}')
    assert not mapping.sniff(b'{"portal": 1, "who": 1, "eventName": 1}')
    assert not mapping.sniff(b'{"portal": 1}')
