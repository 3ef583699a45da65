"""Mappings: an operator's own formats, their mistakes named with their lines, and their cases."""

import json
import pickle
from pathlib import Path

import pytest

from detector.cli.guard import guarded
from detector.replay.events import open_events
from detector.sources.base import Context, DecodeError
from detector.sources.mapped.mapping import MappingError, load
from detector.sources.registry import SOURCES, auto, named
from schemas.dead_letter import DeadLetter
from tests.shared_data import PROJECT
from tests.sources.cases import CONTEXT

FILE = PROJECT / "deploy" / "mappings" / "portal.toml"
HEAD = 'source = "x"\nrecognise = ["when"]\n[fields]\n'
GOOD = HEAD + 'time = "when"\n"principal.uid" = "who"\n'


def test_the_example_s_cases_hold(capfd: pytest.CaptureFixture[str]) -> None:
    """The mapping that is shipped decodes its cases to the events beside them."""
    assert 0 == guarded(["mapping", str(FILE)])
    assert "source portal, 2 cases" in capfd.readouterr().out


def test_a_case_that_differs_is_a_failure(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A changed event, or one that is missing, is named; `--write` makes it."""
    (tmp_path / "x.toml").write_text(GOOD)
    cases = tmp_path / "x.cases"
    cases.mkdir()
    (cases / "a.raw.json").write_text('{"when": 1767605400, "who": "ada"}')

    assert 1 == guarded(["mapping", str(tmp_path / "x.toml")])
    assert "which is not there" in capfd.readouterr().err
    assert 0 == guarded(["mapping", str(tmp_path / "x.toml"), "--write"])
    (cases / "a.raw.json").write_text('{"when": 1767605401, "who": "ada"}')
    assert 1 == guarded(["mapping", str(tmp_path / "x.toml")])
    assert "differs" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("source =", "x.toml: not TOML"),
        ('sorce = "x"\n', 'x.toml:1: there is no key "sorce"; did you mean "source"?'),
        ('source = "X y"\n', "x.toml:1: expected a name in small letters"),
        ('source = "x"\nrecognise = "a"\n', "x.toml:2: expected a list of field names"),
        ('source = "x"\nrecognise = ["a"]\n', r"x.toml: expected a table \[fields\]"),
        (HEAD + 'time = "w"\n', 'x.toml:3: expected a value for "principal.uid", got none'),
        (
            GOOD + '"action.acess" = "a"\n',
            r'x.toml:6: there is no field "action.acess"; did you mean',
        ),
        (
            GOOD + '"action.access" = "a"\n',
            'x.toml:6: "action.access": expected a table that leads to',
        ),
        (GOOD + '"kind" = { constant = "uses" }\n', "x.toml:6: .*expected one of use, issue"),
        (
            GOOD + '"uid" = { path = "a", constant = "b" }\n',
            "x.toml:6: .*either a path or a constant",
        ),
        (GOOD + '"uid" = { paht = "a" }\n', "there is no way to fill"),
        (GOOD + '"uid" = 3\n', "x.toml:6: expected a path or a table"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, says: str) -> None:
    """Every mistake says in which line, what was expected and what is near."""
    with pytest.raises(MappingError, match=says):
        load(text, "x.toml")


def test_a_mapped_source_takes_part_in_recognising() -> None:
    """Its records are recognised before all others, by name or by what stands in them."""
    source = load(FILE.read_text("utf-8"), "portal.toml")
    raw = (FILE.with_suffix(".cases") / "export.raw.json").read_bytes()

    assert source is auto(raw, [source])
    assert source is named("portal", [source])
    assert "portal" not in SOURCES
    there = pickle.loads(pickle.dumps(source))  # noqa: S301 - our own bytes
    assert source.decode(raw, CONTEXT, 1) == there.decode(raw, CONTEXT, 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_files_of_a_mapped_source_are_read(tmp_path: Path, workers: int) -> None:
    """A replay reads them, in several processes too; a bad record is a dead letter."""
    raw = json.loads((FILE.with_suffix(".cases") / "export.raw.json").read_bytes())
    lines = [json.dumps({**raw, "eventId": f"p-{n}"}) for n in range(20)]
    (tmp_path / "a.jsonl").write_text("\n".join([*lines, json.dumps({**raw, "when": "soon"})]))
    source = load(FILE.read_text("utf-8"), "portal.toml")
    letters: list[DeadLetter] = []
    context = Context(CONTEXT.fingerprints, mapped=(source,))

    events = list(
        open_events(
            [str(tmp_path)], context=context, on_dead_letter=letters.append, workers=workers
        )
    )

    assert {"portal"} == {event.source for event in events}
    assert (20, 1) == (len(events), len(letters))


@pytest.mark.parametrize("raw", [b"", b"[]", b'{"when": 1}', b'{"when": {}, "who": "a"}', b"\xff"])
def test_junk_is_a_decode_error(raw: bytes) -> None:
    """Whatever the bytes: an event or a DecodeError."""
    with pytest.raises(DecodeError):
        load(GOOD, "x.toml").decode(raw, CONTEXT, 1)


def test_a_secret_is_only_fingerprinted() -> None:
    """A mapped secret and its SHA-256 give the same fingerprint, and neither is kept."""
    made = load(GOOD + '"credential.secret" = "token"\n', "x.toml")
    [event] = made.decode(
        b'{"when": 1767605400, "who": "a", "token": "EXAMPLE-secret-9"}', CONTEXT, 1
    )

    assert event.credential is not None
    assert "" == event.credential.uid
    assert (
        CONTEXT.fingerprints.of_secret("default", "EXAMPLE-secret-9")
        == event.credential.fingerprint
    )
