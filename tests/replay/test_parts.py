"""A replay in several engines says what one engine says, message by message."""

from hypothesis import given
from hypothesis import strategies as st

from detector.config import EngineConfig
from detector.findings import Finding
from detector.replay.drive import Replay
from detector.replay.kin import Kin
from detector.replay.limits import Limits
from detector.replay.part import Part, encoded, turn_of
from detector.replay.parts import SplitReplay, engine_for
from schemas.event import ActivityEvent
from tests.properties.stories import SCENES, Scene, plots, story
from tests.replay.logs import event

CONFIG = EngineConfig(budget=50)


class Near:
    """A part's engine in this process, behind the same messages."""

    def __init__(self) -> None:
        self._part = Part(CONFIG)
        self._answer = b""

    def send(self, message: bytes) -> None:
        """Take a turn."""
        self._answer = encoded(self._part.turn(turn_of(message)))

    def receive(self) -> bytes:
        """What came of it."""
        return self._answer


def told(replay: Replay | SplitReplay, events: list[ActivityEvent]) -> list[Finding]:
    """Every message of a replay, in order."""
    out = [finding for each in events for finding in replay.feed(each)]
    return out + replay.finish()


def in_order(events: list[ActivityEvent]) -> list[ActivityEvent]:
    """As they are read."""
    return sorted(events, key=lambda each: (each.time, each.uid))


def kin_of(events: list[ActivityEvent]) -> Kin:
    """Who is kin in them."""
    kin = Kin()
    for each in events:
        kin.join(each)
    return kin


def split(count: int, events: list[ActivityEvent], turn: int) -> SplitReplay:
    """A replay in so many parts, in this process."""
    parts = kin_of(events).parts(count)
    return SplitReplay(CONFIG, parts, [Near() for _ in range(count)], Limits(turn_events=turn))


@given(plot=plots, parts=st.integers(1, 4), turn=st.integers(1, 200))
def test_the_parts_together_say_what_one_engine_says(
    plot: list[Scene], parts: int, turn: int
) -> None:
    """The same messages in the same order, and the same answers of admission, in any number of
    parts and turns of any size."""
    events = in_order(story(plot))
    one, several = Replay(CONFIG), split(parts, events, turn)

    assert told(one, events) == told(several, events)
    assert one.admissions.answers == several.admissions.answers


def test_every_scene_at_once_in_parts() -> None:
    """All that the stories have, in one story, with findings on origins among them."""
    scenes = [Scene(what, n % 4, minute=9 * n, place=n % 3, tool=n % 4, spread=2)
              for n, what in enumerate(SCENES)]  # fmt: skip
    events = in_order(story(scenes))
    expected = told(Replay(CONFIG), events)

    assert 20 < len(expected)
    assert expected == told(split(3, events, 64), events)


def test_processes_say_what_one_engine_says() -> None:
    """In processes of their own, too, when there is enough to judge."""
    events = in_order(story([Scene("grave", 0, minute=90), Scene("recon", 1, minute=30)]))
    limits = Limits(alone_events=0)
    with engine_for(events, CONFIG, kin=kin_of(events), workers=2, limits=limits) as (drawn, made):
        found = told(made, list(drawn))

        assert isinstance(made, SplitReplay)

    assert told(Replay(CONFIG), events) == found


def test_what_is_not_worth_splitting_is_judged_here() -> None:
    """Few events, one large family, a baseline or a single worker: one engine judges."""
    few = [event(n, n, principal=f"p{n % 2}") for n in range(10)]
    family = [event(n, n) for n in range(10)]
    all_of_them = Limits(alone_events=0)
    kin = kin_of(few)
    with engine_for(few, CONFIG, kin=kin, workers=2) as (_, small):
        assert isinstance(small, Replay)
    with engine_for(family, CONFIG, kin=kin_of(family), workers=2, limits=all_of_them) as (_, one):
        assert isinstance(one, Replay)
    with engine_for(few, CONFIG, kin=kin, workers=1, limits=all_of_them) as (_, alone):
        assert isinstance(alone, Replay)
    learned = Replay(CONFIG).snapshot()
    with engine_for(few, CONFIG, baseline=learned, kin=kin, workers=2, limits=all_of_them) as (
        _,
        old,
    ):
        assert isinstance(old, Replay)
