"""The pages say what the code says: tables, bounds, commands and links.

`python -m tests.test_docs` writes the generated parts anew; read the difference before you keep it.
"""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from detector.cli.app import app
from detector.cli.guard import guarded
from detector.cli.listings import table
from detector.config import DAY, EngineConfig
from detector.detections import DETECTIONS
from detector.entities import children, credential, episodes, group, origin, principal
from detector.findings import MAX_MOMENTS
from detector.pipeline import share
from detector.replay.limits import MIB, Limits
from detector.runtime.measures import METRICS
from detector.settings import reference
from detector.sources.registry import SOURCES
from detector.window import marks, novelty, panes, registers, signature, touches
from tests.deploy.documents import RULES, merged
from tests.properties import caps
from tests.shared_data import PROJECT

RENEW = "renew it with `python -m tests.test_docs`, then read the difference"
README, ARCHITECTURE = PROJECT / "README.md", PROJECT / "detector" / "README.md"
PAGES = [
    README,
    ARCHITECTURE,
    PROJECT / "schemas" / "README.md",
    PROJECT / "models" / "README.md",
    PROJECT / "deploy" / "README.md",
    PROJECT / "CHANGELOG.md",
]

_BLOCK = re.compile(r"(<!-- (?:table|print): (.+?) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
_FENCED = re.compile(r"^```.*?\n(.*?)^```", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
_PLACE = re.compile(r"(?:detector|schemas|models|tests|deploy)/[\w./-]*")
_FINDING = re.compile(r" ?\d\d-\d\d \d\d:\d\d:\d\d ")


# ------------------------------------------------------------------------------ what is generated


def listing(*arguments: str) -> str:
    """What `detector ... --markdown` prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = guarded([*arguments, "--markdown"])
    assert code == 0
    return printed.getvalue()


def bounds() -> str:
    """What is kept at most, from the constants that bound it."""
    limits = Limits()
    config = EngineConfig()
    kinds = novelty._MOST
    rows = (
        ("a register: one pane", f"{registers._BYTES} bytes of bits"),
        ("fine panes of an identity (5 s)", f"{panes._MOST_FINE}"),
        ("coarse panes of an identity (2 h)", f"{panes._MOST_COARSE}"),
        ("marks in a quarter that windows still reach", f"{marks._MOST_OPEN}"),
        (f"marks in an older one, for {DAY // 3_600_000} h", f"{marks._MOST_SETTLED}"),
        ("operations known of an identity", f"{kinds['o']}"),
        (
            "sensitive targets, networks, areas, clients known",
            f"{kinds['t']}, {kinds['n']}, {kinds['a']}, {kinds['c']}",
        ),
        ("static credentials known", f"{kinds['k']}"),
        (
            "of each kind, values waiting to settle in a quarter",
            f"{novelty._SPARE} times the known",
        ),
        ("of each kind, values held in quarantine", "as many as known"),
        ("last uses of an identity's credentials in an unsettled quarter", f"{touches._MOST}"),
        ("credentials whose bounds an identity has been told", f"{principal.MOST_BOUNDS}"),
        ("paths that led to an identity", f"{principal.MOST_PATHS}"),
        ("events of an unsettled quarter in which it issued something", f"{share._MOST_HANDED}"),
        ("contexts told by an identity, remembered", f"{share._MOST_SENT}"),
        ("contexts of a credential in an unsettled quarter", f"{credential._MOST_OPEN}"),
        ("contexts of a credential, settled", f"{credential._MOST_USES}"),
        (
            "reads of the place where a credential is kept, in a quarter and settled",
            f"{credential._MOST_READS}",
        ),
        ("principals that a credential tells of its end", f"{credential.MOST_USERS}"),
        ("issued credentials remembered by their issuer", f"{children.MOST}"),
        ("arrivals at an origin in a quarter", f"{origin.MOST_ARRIVALS}"),
        ("hops of a path", f"{config.max_hops}, the setting `max_hops`"),
        ("moments of a finding, the earliest", f"{MAX_MOMENTS}"),
        ("unsettled evidence of an entity", f"{episodes._MOST_OPEN}"),
        ("spans of past episodes", f"{episodes._MOST_PAST}"),
        ("sampled members of a peer group", f"{group._SAMPLE}"),
        ("values of a peer group", f"{group._MOST_VALUES:,}"),
        ("members kept for a foreign party", f"{group._MOST_USERS}"),
        ("operation signatures, shared by all", f"{signature._MAX_SHARED:,}"),
        (
            "one identity in all, if its events take 512 bytes",
            f"{caps.a_principal(512) / MIB:.0f} MiB",
        ),
        ("one raw record", f"{limits.record_bytes // MIB} MiB"),
        ("events sorted in memory; the rest in temporary files", f"{limits.run_events:,}"),
    )
    return table(("what", "at most"), rows) + "\n"


def metrics() -> str:
    """What a worker measures."""
    rows = (
        (f"`{one.name}`", one.kind, ", ".join(f"`{label}`" for label in one.labels), one.says)
        for one in METRICS
    )
    return table(("metric", "kind", "labels", "what it says"), rows) + "\n"


def alerts() -> str:
    """What Prometheus alerts on."""
    (found,) = merged(RULES)
    rows = (
        (
            f"`{rule['alert']}`",
            rule["labels"]["severity"],
            _plain(rule, "summary"),
            _plain(rule, "action"),
        )
        for group in found["groups"]
        for rule in group["rules"]
        if "alert" in rule
    )
    return table(("alert", "severity", "what is wrong", "what to do"), rows) + "\n"


def _plain(rule: Mapping[str, Mapping[str, str]], name: str) -> str:
    """An annotation without its template: `{{ $labels.topic }}` reads as TOPIC."""
    text = rule["annotations"][name]
    text = re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda found: found[1].upper(), text)
    return re.sub(r"\{\{ \$value.*?\}\}", "N", text)


def demo() -> str:
    """The findings of `detector demo`, without most of its table."""
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            [sys.executable, "-m", "detector.cli", "demo"],
            cwd=folder,
            env={**os.environ, "COLUMNS": "118", "PYTHONPATH": str(PROJECT)},
            capture_output=True,
            check=True,
            text=True,
        )
    return f"```\n{_trimmed([line.rstrip() for line in run.stdout.splitlines()])}```\n"


def _trimmed(lines: list[str]) -> str:
    """The findings up to the first that carries a command, the rest as one line, then what became of
    the attacks."""
    rows = [at for at, line in enumerate(lines) if _FINDING.match(line)]
    command = next(at for at, line in enumerate(lines) if line.endswith("needs approval"))
    planted = next(at for at, line in enumerate(lines) if line.startswith("What was planted"))
    left = [at for at in rows if at > command]
    kept = [*lines[: left[0]], f" ... {len(left)} more findings ...", *lines[planted:]]
    return "".join(f"{line}\n" for line in kept if line)


GENERATED: Mapping[str, Callable[[], str]] = {
    "detector detections": lambda: listing("detections"),
    "detector sources": lambda: listing("sources"),
    "detector settings": lambda: listing("settings"),
    "detector schema": lambda: listing("schema"),
    "detector demo": demo,
    "bounds": bounds,
    "metrics": metrics,
    "alerts": alerts,
}


def renew() -> None:
    """Write the generated parts of every page anew."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        made = _BLOCK.sub(lambda found: found[1] + GENERATED[found[2]]() + found[4], text)
        if made != text:
            page.write_text(made, encoding="utf-8")


# ------------------------------------------------------------------------------ what pages mention


def _name(page: Path) -> str:
    return page.relative_to(PROJECT).as_posix()


def _blocks() -> Iterator[object]:
    for page in PAGES:
        for found in _BLOCK.finditer(page.read_text(encoding="utf-8")):
            yield pytest.param(found[2], found[3], id=f"{_name(page)}-{found[2]}")


def _written(page: Path) -> str:
    """The page without what was generated."""
    return _BLOCK.sub("", page.read_text(encoding="utf-8"))


def _code(page: Path) -> Iterator[str]:
    """Each line of code of a page, and each span of it."""
    text = _written(page)
    for block in _FENCED.findall(text):
        yield from block.splitlines()
    for line in _FENCED.sub("", text).splitlines():
        yield from _SPAN.findall(line)


def _commands(program: str) -> Iterator[object]:
    """The command lines of a program that stand on any page."""
    for page in PAGES:
        for line in _code(page):
            at = re.search(rf"(?:^|\| |&& |bin/){program} (?=[a-z-])", line)
            if at is not None:
                words = shlex.split(line[at.end() :], comments=True)
                yield pytest.param(words, id=f"{_name(page)}-{' '.join(words)[:60]}")


def _slug(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-")


# ------------------------------------------------------------------------------------------- tests


@pytest.mark.parametrize(("name", "text"), list(_blocks()))
def test_generated_part_is_current(name: str, text: str) -> None:
    """What stands between a page's markers is what the code gives today."""
    assert GENERATED[name]() == text, f"the part `{name}` is out of date: {RENEW}"


def test_every_unit_is_in_the_readme() -> None:
    """Every detection, every source and every setting has its row in the README."""
    units = {*DETECTIONS, *SOURCES, *(row.name for row in reference())}
    rows = set(re.findall(r"^\| `([\w.]+)` \|", README.read_text(encoding="utf-8"), re.MULTILINE))

    assert set() == units - rows, RENEW


@pytest.mark.parametrize("words", list(_commands("detector")))
def test_command_exists(words: list[str]) -> None:
    """A command that a page names exists, with the options that it is shown with."""
    commands = get_command(app)
    assert isinstance(commands, TyperGroup)
    known = {"--version", "--help"}
    group: TyperGroup | None = commands
    for name in words:
        if group is None or name.startswith("-"):
            break
        assert name in group.commands
        known |= {opt for param in group.commands[name].params for opt in param.opts}
        group = inner if isinstance(inner := group.commands[name], TyperGroup) else None

    assert [] == [word for word in words if word.startswith("--") and word not in known]


@pytest.mark.parametrize("words", list(_commands("make")))
def test_target_exists(words: list[str]) -> None:
    """A make target that a page names stands in the Makefile."""
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")

    assert words[0] in re.findall(r"^([a-z-]+)(?: [a-z ]+)?:", makefile, re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_resolve(page: Path) -> None:
    """Every link inside the project leads to a file that is there, and to a heading in it."""
    broken = []
    for link in _LINK.findall(page.read_text(encoding="utf-8")):
        place, _, heading = link.partition("#")
        target = page.parent / place if place else page
        if link.startswith("https://"):
            continue
        if not target.exists() or (heading and heading not in _headings(target)):
            broken.append(link)

    assert [] == broken


def _headings(page: Path) -> set[str]:
    return {
        _slug(line.lstrip("#")) for line in page.read_text("utf-8").splitlines() if line[:1] == "#"
    }


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_places_exist(page: Path) -> None:
    """Every file or folder of the project that a page names as code is there."""
    named = {found for span in _code(page) for found in [span.strip()] if _PLACE.fullmatch(found)}

    assert [] == sorted(place for place in named if not (PROJECT / place).exists())


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_lines_can_be_read(page: Path) -> None:
    """Prose is wrapped at 110 characters; tables and generated parts may be wider."""
    lines = _FENCED.sub("", _written(page)).splitlines()

    assert [] == [line for line in lines if len(line) > 110 and not line.startswith("|")]


if __name__ == "__main__":
    renew()
