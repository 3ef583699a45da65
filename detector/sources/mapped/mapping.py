"""A mapping file as a source.

The file is TOML, and the source is called after it. Its tables:

- `about`: a sentence on what the log is
- `[recognise]`: `fields`, names that all stand in its records and together in no other log's; `never`,
  names of which none does
- `[only]` and `[skip]`: words at a path; other records, or these, say nothing about a credential
- `[event]`: `time`, `uid`, `kind`, `note`, `chain`
- `[principal]`, `[action]`, `[credential]`, `[target]`, `[origin]`, `[outcome]`, `[workload]`, `[task]`,
  `[child.credential]`, `[child.principal]`, `[posture]`: the fields of the token_use contract
  (`detector schema token_use`), and `sha256`, the hash of a credential's secret

and each field is an expression (`detector.sources.mapped.expression`). What is filled is read as a
token_use record: a secret becomes a fingerprint, texts are masked and bounded, and what can be derived
is (network, client, access, plane).

Examples:
    >>> portal = load('''
    ... recognise.fields = ["portal", "who"]
    ... event.time = "at"
    ... principal.uid = "portal:user/{who}"
    ... action.operation = "what"
    ... ''', "portal.toml")
    >>> from detector.sources.fingerprint import Fingerprints
    >>> context = Context(Fingerprints("a key of at least sixteen characters"))
    >>> raw = b'{"portal": 1, "who": "ada", "what": "files.delete", "at": "2026-01-05T09:30:00Z"}'
    >>> [event] = portal.decode(raw, context, 1)
    >>> portal.sniff(raw), event.source, event.principal.uid, event.action.access
    (True, 'portal', 'portal:user/ada', 'delete')
"""

from typing import Any

import msgspec

from detector.sources.base import Context, DecodeError, SkipRecord
from detector.sources.fingerprint import sha256_in
from detector.sources.mapped.fields import NEEDED
from detector.sources.mapped.layout import read_layout
from detector.sources.own.token_use import event_of
from detector.sources.record import Record, opened
from schemas.event import ActivityEvent
from schemas.token_use import TokenUse

_LOOKED_AT = 65_536
_KNOWN_BY = ("uid", "secret", "fingerprint")
Fields = dict[str, Any]


class Mapped:
    """The source that a mapping makes. `about` says what it is, `fields` which of ours it may fill."""

    def __init__(self, text: str, place: str) -> None:
        """Read and check a file's text; `place` is its path."""
        self._made_of = text, place
        self._layout = read_layout(text, place)
        self.name = self._layout.name
        self.about = self._layout.about
        self.fields = tuple(
            f"{part}.{name}" if part else name
            for part, reads in self._layout.parts
            for name, _ in reads
        )

    def __reduce__(self) -> tuple[type["Mapped"], tuple[str, str]]:
        """For a process that decodes beside this one: it makes the same of the same text."""
        return Mapped, self._made_of

    def sniff(self, raw: bytes) -> bool:
        """Whether the bytes show the names that the mapping recognises its log by."""
        head = raw[:_LOOKED_AT]
        for name in self._layout.marks:
            if name not in head:
                return False
        return not any(name in head for name in self._layout.never)

    def decode(self, raw: bytes, context: Context, position: int) -> tuple[ActivityEvent, ...]:
        """The event of one record.

        Raises:
            SkipRecord: one that the mapping passes over.
            DecodeError: anything unreadable.
        """
        record = opened(raw, self.name, context, position)
        for words_at, words in self._layout.only:
            if words.isdisjoint(words_at(record)):
                raise SkipRecord("not one that the mapping takes")
        for words_at, words in self._layout.skip:
            if not words.isdisjoint(words_at(record)):
                raise SkipRecord("one that the mapping passes over")
        return (event_of(_record(self._filled(record)), context, position),)

    def _filled(self, record: Record) -> Fields:
        made: Fields = {"source": self.name, "principal": {"uid": ""}}
        for part, reads in self._layout.parts:
            found = {name: value for name, read in reads if (value := read(record)) is not None}
            if not part:
                made.update(found)
                continue
            # What lacks its name says nothing: the log has none of it in this record.
            if part in NEEDED and not any(map(found.get, NEEDED[part])):
                continue
            outer, dot, name = part.rpartition(".")
            if name == "credential":
                found = self._credential(found, record)
                if not found:
                    continue
            elif name == "action":
                found.setdefault("service", self.name)
            holder = made.setdefault(outer, {}) if dot else made
            holder[name] = found
        if not str(made.get("uid", "")).strip():
            made["uid"] = record.uid()  # by its content: a second delivery is a duplicate
        return made

    def _credential(self, part: Fields, record: Record) -> Fields:
        """A secret's SHA-256 has the fingerprint of the secret; ids of two logs are not of one kind."""
        digest = part.pop("sha256", None)
        found = sha256_in(str(digest)) if digest is not None else None
        if found is not None and not part.get("fingerprint"):
            part["fingerprint"] = record.context.fingerprints.of_digest(record.tenant, found)
        if part.get("uid"):
            part.setdefault("uid_kind", f"{self.name}_credential")
        return part if any(map(part.get, _KNOWN_BY)) else {}


def load(text: str, place: str) -> Mapped:
    """The source that a mapping file makes; `place` is the file's path, in errors too.

    Raises:
        MappingError: anything in it that cannot be used, with its line.
    """
    return Mapped(text, place)


def _record(made: Fields) -> TokenUse:
    try:
        return msgspec.convert(made, TokenUse)
    except msgspec.ValidationError as error:
        where = str(error).rpartition(" - at ")[2].strip("`")
        raise DecodeError(f"{made['source']}: expected another value for {where}") from None
