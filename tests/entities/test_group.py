"""Peer groups: a sample of members, the values that they use, and versions of both."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from detector.entities import group
from detector.entities.group import _MOST_USERS, _MOST_VALUES, _SAMPLE, GroupState, Peers, _rank
from schemas.fact import PeerBaseline, Summary

Row = tuple[str, str, int]


def reported(*rows: Row) -> GroupState:
    """A group to which members reported values."""
    made = GroupState("group:t")
    for member, value, time in rows:
        made.report(Summary(member, (value,)), time)
    return made


def test_a_version_counts_what_was_reported_by_its_time():
    """Neither values nor members from after the cutoff count."""
    made = reported(("ada", "o:a", 5), ("bob", "o:a", 7), ("eve", "o:b", 9))

    assert PeerBaseline(1, 2, (("o:a", 2),)) == made.version(1, cutoff=8)


def test_the_earliest_report_counts():
    """A repeat with a later time changes nothing."""
    made = reported(("ada", "o:a", 5), ("ada", "o:a", 9), ("ada", "o:a", 3))

    assert ({"ada": 3}, {"o:a": {"ada": 3}}) == (made.members, made.users)


def test_a_foreign_party_is_known_by_the_earliest_few():
    """Whoever deals with it, sampled or not."""
    made = reported(*((f"m{n}", "f:210987654321", n) for n in range(20, 0, -1)))

    assert {f"m{n}": n for n in range(1, _MOST_USERS + 1)} == made.users["f:210987654321"]


def test_of_many_members_a_hash_chooses_those_that_are_followed():
    """Who is not among them is asked for foreign parties only, and what nobody else uses goes."""
    names = [f"m{n}" for n in range(2 * _SAMPLE)]
    worst = max(names, key=_rank)
    party = (worst, "f:210987654321", 5)
    made = reported(party, *((name, f"o:{name}", n) for n, name in enumerate(names)))
    made.report(Summary(worst, ("o:a",)), 5)
    chosen = sorted(names, key=_rank)[:_SAMPLE]

    assert set(chosen) == set(made.members)
    assert {party[1], *(f"o:{name}" for name in chosen)} == set(made.users)


def test_of_many_values_a_hash_chooses_those_that_are_counted():
    """A value that found no room finds none later, but one that has it goes on being counted."""
    values = [f"o:{n}" for n in range(_MOST_VALUES + 50)]
    made = reported(*(("ada", value, 5) for value in values))
    *_, last = ranked = sorted(values, key=_rank)
    made.report(Summary("bob", (ranked[0], last)), 7)

    assert set(ranked[:_MOST_VALUES]) == set(made.users)
    assert {"ada": 5, "bob": 7} == made.users[ranked[0]]


@given(st.randoms(use_true_random=False))
def test_the_sample_does_not_depend_on_who_reports_first(random: Random):
    """A large group follows the same members, and what nobody of them uses takes no room."""
    rows = [(f"m{n}", f"o:{n % 7}" if n % 7 else f"o:own{n}", n) for n in range(2 * _SAMPLE)]
    made, other = reported(*rows), reported(*random.sample(rows, len(rows)))

    assert (made.members, made.users) == (other.members, other.users)
    assert _SAMPLE == len(made.members)
    assert all(made.users.values())


@given(st.randoms(use_true_random=False))
def test_values_are_capped_by_a_hash(random: Random):
    """Of more values than have room the same ones stay, whoever came first."""
    most, group._MOST_VALUES = group._MOST_VALUES, 30
    try:
        rows = [("ada", f"o:{n}", n) for n in range(70)]
        made, other = reported(*rows), reported(*random.sample(rows, len(rows)))
    finally:
        group._MOST_VALUES = most

    assert (30, made.users) == (len(made.users), other.users)


def test_three_versions_are_kept():
    """An older one is forgotten; a score reads the latest that is not after its own."""
    peers = Peers()
    for version in (1, 2, 3, 4, 4):
        peers.receive("group:t", PeerBaseline(version, 10 * version, (("o:a", version),)))
    asked = [peers.usage("group:t", "o:a", version) for version in (1, 2, 3, 9)]

    assert [(0, 0), (2, 20), (3, 30), (4, 40)] == asked


def test_nothing_is_usual_in_an_unknown_group():
    """Without a baseline there are no members."""
    assert (0, 0) == Peers().usage("group:t", "o:a", 1)
