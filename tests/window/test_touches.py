"""Touches: the last use of each credential in a quarter, whatever came first."""

from itertools import permutations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from detector.window.panes import QUARTER
from detector.window.signature import ActionKey
from detector.window.touches import _MOST, Touches, _chance

NOON = 48 * QUARTER
READ: ActionKey = ("s3", "GetObject", "read", "", "success")

Row = tuple[str, int]


def touched(*rows: Row) -> Touches:
    """The touches after these uses: a credential, and how long after noon (ms)."""
    made = Touches()
    for secret, after in rows:
        made.add(secret, NOON + after, f"e{after}", READ)
    return made


def last(touches: Touches) -> list[Row]:
    """The last use of each credential in each quarter."""
    return [(secret, time - NOON) for secret, time, _, _ in touches.between(0, 2 * NOON)]


def test_without_a_use_there_is_no_last_one():
    """Nothing is found, and nothing forgotten, where nothing was used."""
    touches = Touches()
    touches.prune(NOON)

    assert [] == touches.between(0, 2 * NOON)


def test_each_credential_has_a_last_use_in_each_quarter():
    """Two keys over two quarters, one of them used twice: three uses, in any order of arrival."""
    rows = [("aa", 0), ("aa", 5), ("bb", 3), ("aa", QUARTER)]
    found = [last(touched(*order)) for order in permutations(rows)]

    assert [[("bb", 3), ("aa", 5), ("aa", QUARTER)]] * len(found) == found


def test_only_uses_between_two_times_are_asked_for():
    """The first time is within, the second is not."""
    touches = touched(("aa", 0), ("bb", 3), ("cc", 5))

    assert ["e0", "e3"] == [uid for _, _, uid, _ in touches.between(NOON, NOON + 5)]


def test_what_has_settled_is_forgotten():
    """The last use of all goes as well when its quarter is over."""
    touches = touched(("aa", 0), ("bb", QUARTER + 3), ("cc", QUARTER + 5))
    touches.prune(NOON + QUARTER)

    assert [("bb", QUARTER + 3), ("cc", QUARTER + 5)] == last(touches)

    touches.prune(NOON + 2 * QUARTER)

    assert Touches() == touches


def test_of_many_credentials_a_hash_chooses():
    """So many of one quarter stay as have room, and the last of all beside them."""
    names = [f"k{n:03}" for n in range(2 * _MOST)]
    found = last(touched(*((name, n) for n, name in enumerate(names))))
    chosen = sorted(names, key=lambda name: _chance((0, name)))[:_MOST]

    assert {*chosen, names[-1]} == {name for name, _ in found}


@given(st.integers(_MOST - 3, 2 * _MOST), st.randoms(use_true_random=False))
def test_which_uses_are_kept_does_not_depend_on_order(count: int, random: Random):
    """Uses of many credentials, over three quarters and shuffled, leave the same last ones."""
    rows = [(f"k{n % 90}", n * QUARTER // (count // 3)) for n in range(count)]

    assert last(touched(*rows)) == last(touched(*random.sample(rows, len(rows))))
