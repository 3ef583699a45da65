"""The words by which an event can be new: one for each kind of novelty, by that kind.

A word is a letter for its kind, a colon and the thing, as `detector/window/novelty.py` keeps it.
Most events share theirs with those of many identities, so these are made once for all.

Examples:
    >>> from schemas.event import Action, Origin, Principal
    >>> from detector.window.signature import Signatures
    >>> event = ActivityEvent(uid="e", source="s", tenant="t", time=0, principal=Principal("p"),
    ...     action=Action("s3", "ListBuckets", "list"), origin=Origin(network="192.0.2.0/24"))
    >>> words_of(event, Signatures().of(event))
    {'operation': 'o:s3:ListBuckets', 'service': 's:s3', 'network': 'n:192.0.2.0/24', 'area': 'a:192.0'}
"""

from functools import lru_cache
from zlib import crc32

from detector.window.area import area
from detector.window.marks import client_word
from detector.window.signature import Signature
from schemas.event import ActivityEvent, Origin

Words = dict[str, str]


def words_of(event: ActivityEvent, signature: Signature) -> Words:
    """The words of an event, by kind of novelty. Not to be written to: others may share them."""
    words, credential = common_words(event, signature), event.credential
    if credential is not None and credential.lifetime == "static":
        return with_secret(words, credential.fingerprint)
    return words


def with_secret(words: Words, secret: str) -> Words:
    """The words with that of a static credential, by its fingerprint."""
    return {**words, "credential": "k:" + secret}


def common_words(event: ActivityEvent, signature: Signature) -> Words:
    """The words of an event, whatever its credential."""
    origin, action = event.origin, event.action
    if origin is None:
        out = _elsewhere(signature)
    else:
        out = _placed(
            signature, origin.network, origin.client, origin.region, origin.via, origin.console
        )
    if signature.notable or (action is not None and (action.foreign or action.effect)):
        return _graver(event, signature, out)
    return out


def _graver(event: ActivityEvent, signature: Signature, out: Words) -> Words:
    out, action = out.copy(), event.action
    if signature.notable and event.target is not None:
        out["target"] = f"t:{crc32((signature.value + event.target.uid).encode()):08x}"
    if action is not None:
        if action.foreign:
            out["foreign"] = "f:" + action.foreign
        if action.effect:
            out["effect"] = "e:" + action.effect
    return out


@lru_cache(1_024)
def _elsewhere(signature: Signature) -> Words:
    return {"operation": signature.value, "service": signature.service}


@lru_cache(8_192)
def _placed(
    signature: Signature, network: str, client: str, region: str, via: str, console: bool
) -> Words:
    out = _elsewhere(signature).copy()
    if network and not via:
        out["network"] = _word("n:", network)
        out["area"] = _word("a:", area(network))
    if client and not via:
        out["client"] = _word("c:", client_word(Origin(client=client, console=console)))
    if region:
        out["region"] = region_word(region)
    return out


def region_word(region: str) -> str:
    """The word of a region of the provider."""
    return _word("r:", region)


@lru_cache(8_192)
def _word(letter: str, thing: str) -> str:
    """A word that many identities remember, made once for all of them."""
    return letter + thing
