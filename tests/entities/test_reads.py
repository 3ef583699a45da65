"""What a credential keeps of those who read it where it is kept, and of its expiry."""

from msgspec import structs

from detector.config import DAY, HOUR, MINUTE
from detector.entities.credential import _MOST_READS, _MOST_SOURCES, CredentialState
from detector.entities.principal import PrincipalState
from detector.pipeline import custody
from schemas.event import Child, Credential, Principal
from schemas.fact import Fact
from tests.pipeline.events import NOON, event, key


def _read(time: int, who: str = "app", novel: tuple[str, ...] = ()) -> Fact:
    made = event(f"r{time}{who}", time, "vault:read:secret_read", who=Principal(who))
    return Fact("secret_read", "credential:acme:9f", "p", time, event=made, novel=novel)


def test_of_one_reader_the_first_of_each_hour_is_kept() -> None:
    """An earlier read of the same hour takes the place of a later one; a repeat changes nothing."""
    holder = CredentialState("credential:acme:9f", "acme")
    told = [holder.read(_read(NOON + n * MINUTE)) for n in (9, 5, 5, 7, 70)]

    assert [True, True, False, False, True] == told
    assert [NOON + 70 * MINUTE, NOON + 5 * MINUTE] == sorted(
        (r.time for r in holder.reads), reverse=True
    )
    assert not holder.read(structs.replace(_read(NOON), event=None))


def test_of_too_many_readers_a_hash_chooses() -> None:
    """In one quarter the same ones stay, whoever comes first."""
    facts = [_read(NOON + n, f"p{n}") for n in range(2 * _MOST_READS)]
    one, other = (CredentialState("credential:acme:9f", "acme") for _ in range(2))
    for fact in facts:
        one.read(fact)
    for fact in reversed(facts):
        other.read(fact)

    assert _MOST_READS == len(one.reads)
    assert {read.name for read in one.reads} == {read.name for read in other.reads}


def test_old_reads_are_forgotten_but_for_new_readers() -> None:
    """What no use can be put down to goes; of too many those stay to whom the place was new."""
    holder = CredentialState("credential:acme:9f", "acme")
    holder.read(_read(NOON, "new", ("target",)))
    for n in range(1, _MOST_READS + 9):
        holder.read(_read(NOON + n * 20 * MINUTE, f"p{n}"))
    holder.forget_reads(NOON + DAY, DAY)

    assert _MOST_READS == len(holder.reads)
    assert NOON in {read.time for read in holder.reads}
    holder.forget_reads(NOON + 3 * DAY, HOUR)
    assert () == holder.reads
    holder.forget_reads(NOON + 3 * DAY, HOUR)


def test_the_latest_expiry_of_each_source_is_kept() -> None:
    """Of too many sources those stay whose names come first."""
    holder = CredentialState("credential:acme:9f", "acme")
    told = [holder.expire("a", time) for time in (5, 9, 7, None)]
    more = [holder.expire(f"s{n}", 5) for n in range(_MOST_SOURCES)]

    assert [True, True, False, False] == told
    assert [True] * (_MOST_SOURCES - 1) + [False] == more
    assert 9 == holder.expiries["a"]
    assert [] == custody.learned(holder, Fact("status", holder.key, "p", NOON))


def test_only_what_is_read_or_issued_is_told() -> None:
    """No fact for a child that is no credential, for an end, or for the second read of an hour."""
    first = event("e1", NOON, "vault:read:secret_read", child=Child(Credential("9f")))
    principal = PrincipalState.born(first)
    bare = structs.replace(first, child=Child(None, Principal("bob")))
    later = structs.replace(first, uid="e2", time=NOON + MINUTE)
    ended = structs.replace(first, kind="end", child=Child(key(1)))

    assert 1 == len(custody.noted(principal, first, ()))
    assert [] == custody.noted(principal, later, ())
    assert [] == custody.noted(principal, bare, ()) + custody.noted(principal, ended, ())
