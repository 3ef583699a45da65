"""Settings in the log: in force from their place on, for whoever takes it, whenever."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from detector.config import EngineConfig, Protected, ResponseConfig
from detector.detections import DETECTIONS
from detector.runtime.admission import Desk, asked, memory
from detector.runtime.control import control_of, under
from detector.runtime.wire import written
from tests.kafka.told import replayed, settled
from tests.properties.stories import Scene, plots, story
from tests.runtime.cluster import CONFIG, Cluster, Hosted, revisions, told
from tests.runtime.test_desk import finding

SILENT = control_of(replace(CONFIG, disabled=frozenset(DETECTIONS)))
SAFE = control_of(EngineConfig(response=ResponseConfig(protected=Protected(("*break-glass*",)))))


def played(plot: list[Scene], where: float) -> list[Hosted]:
    """Partitions that have yet to take their logs, in which other settings come somewhere."""
    cluster = Cluster(2)
    cluster.play(story(plot), 50)
    made = Cluster(2).hosts
    for one, host in zip(cluster.hosts, made, strict=True):
        host.log.extend(one.log)
        host.log.insert(int(where * len(host.log)), SILENT)
    return made


@settings(max_examples=6, deadline=None)
@given(plot=plots, at=st.floats(0, 1), where=st.floats(0, 1), chunk=st.integers(1, 300))
def test_settings_are_taken_again_where_they_stood(
    plot: list[Scene], at: float, where: float, chunk: int
) -> None:
    """From a checkpoint before or after new settings the rest of the log has the same effects, and
    comes to the same marker."""
    for host in played(plot, where):
        host.go_on(int(at * len(host.log)), chunk)
        host.save()
        other = host.restored()

        assert told(host.go_on(len(host.log), chunk)) == told(other.go_on(len(host.log), chunk))
        assert host.partition.shared() == other.partition.shared()
        assert SILENT == other.partition.control


@settings(max_examples=6, deadline=None)
@given(plot=plots, where=st.floats(0, 1), chunk=st.integers(1, 300), again=st.integers(1, 300))
def test_portions_do_not_move_settings(
    plot: list[Scene], where: float, chunk: int, again: int
) -> None:
    """What is due when new settings come settles under the old ones, in whatever portions the log is
    taken."""
    once, twice = played(plot, where), played(plot, where)
    for host, other in zip(once, twice, strict=True):
        first = revisions(host.go_on(len(host.log), chunk))
        second = revisions(other.go_on(len(other.log), again))

        assert first == second


@settings(max_examples=3, deadline=None)
@given(plot=plots)
def test_settings_judge_what_comes_after_them(plot: list[Scene]) -> None:
    """Without detections from the first record on nothing is found; with settings that are in force
    already all is found that replay finds."""
    events = story(plot)
    silent, same = Cluster(2), Cluster(2)
    silent.everywhere(SILENT)
    same.everywhere(control_of(CONFIG))
    silent.play(events, 50)
    same.play(events, 50)

    assert [] == silent.findings
    assert replayed(events, CONFIG).settled == settled(same.findings)


def test_what_cannot_be_reloaded_stays() -> None:
    """Only the budget, what is switched off and the response change."""
    other = EngineConfig(budget=3, epoch=1, response=ResponseConfig(enforce=True))
    made = under(EngineConfig(), control_of(other))

    assert replace(other, epoch=EngineConfig().epoch) == made


def test_the_desk_goes_on_under_the_settings_of_its_log() -> None:
    """Also when it comes back; alerts after them name them."""
    desk = Desk(ResponseConfig())
    before, after = desk.take([finding("f", 1), SAFE, finding("g", 1)])
    again = Desk(ResponseConfig(), memory(desk.rows()))
    (later,) = again.take([finding("h", 1)])
    named = [dict(one.headers).get("ce_settings") for one in (before, after, later)]

    assert [None, SAFE.version.encode(), SAFE.version.encode()] == named
    assert SAFE == again.memory.head.control


def test_settings_among_findings_are_told_from_them() -> None:
    """They are JSON, findings are not."""
    assert SAFE == asked(written(SAFE))


@pytest.mark.parametrize("name", ["budget", "disabled", "response"])
def test_each_setting_that_differs_makes_another_version(name: str) -> None:
    """Equal versions are equal settings."""
    other = {
        "budget": 0.1,
        "disabled": frozenset({"shared_origin"}),
        "response": ResponseConfig(max_commands=3),
    }
    changed = replace(EngineConfig(), **{name: other[name]})

    assert control_of(EngineConfig()) == control_of(EngineConfig())
    assert control_of(changed).version != control_of(EngineConfig()).version
