"""Which files to read: what was named, and what lies in the folders that were named.

Examples:
    >>> find_files(["-"])
    [LogFile(path='-', named=True)]
    >>> find_files(["no/such/file"])
    Traceback (most recent call last):
    ...
    detector.replay.paths.MissingInputError: no such file or folder: no/such/file
"""

import glob
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

STDIN = "-"
LOG_SUFFIXES = frozenset({".json", ".jsonl", ".ndjson", ".gz", ".xz", ".zip"})


class MissingInputError(FileNotFoundError):
    """A path on the command line names nothing: wrong use, exit code 2."""


class LogFile(NamedTuple):
    """A file to read. `named`: the operator named it, so if it is no log that is an error; a file
    found in a folder may be anything and is skipped."""

    path: str
    named: bool

    @property
    def place(self) -> str:
        """The path as it is printed and written; nothing in it can steer a terminal."""
        return printable(self.path)

    @property
    def says_log(self) -> bool:
        """Whether the file's name claims that it is a log."""
        return says_log(self.path)


def says_log(name: str) -> bool:
    """Whether a file of this name should hold records.

    Examples:
        >>> [says_log(name) for name in ("a.json.gz", "labels.csv.gz", "LICENSE", "app.log")]
        [True, False, False, False]
    """
    suffixes = [part.lower() for part in Path(name).suffixes]
    while suffixes and suffixes[-1] in {".gz", ".xz"} and len(suffixes) > 1:
        # `a.csv.gz` says what is inside; `1234_us-east-1_20230710T1145Z.gz` does not.
        if not suffixes[-2][1:].isalpha():
            break
        suffixes.pop()
    return bool(suffixes) and suffixes[-1] in LOG_SUFFIXES


def printable(name: str) -> str:
    r"""A file name without control characters and undecodable bytes.

    Examples:
        >>> printable("a\x1b[31m.json")
        'a\\x1b[31m.json'
    """
    if name.isprintable():
        return name
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in name
    )


def find_files(
    paths: Sequence[str], on_unreadable: Callable[[str, str], None] = lambda _place, _why: None
) -> list[LogFile]:
    """Every file once, sorted by path, standard input last: the same for any order of `paths`.

    `on_unreadable` takes the place and the reason of each folder that could not be listed.

    Raises:
        MissingInputError: a path names nothing, or a pattern matches nothing.
    """
    found: dict[str, LogFile] = {}
    for path in paths:
        for file in _expand(path, on_unreadable):
            identity = file.path if file.path == STDIN else os.path.realpath(file.path)
            known = found.get(identity)
            if known is None or (file.named and not known.named):
                found[identity] = file
    return sorted(found.values(), key=lambda file: (file.path == STDIN, file.path))


def _expand(path: str, on_unreadable: Callable[[str, str], None]) -> Iterator[LogFile]:
    if path == STDIN:
        yield LogFile(STDIN, named=True)
    elif os.path.isdir(path):  # noqa: PTH112 - a str path keeps the spelling that was typed
        yield from _walk(path, on_unreadable)
    elif os.path.lexists(path):
        yield LogFile(path, named=True)
    elif glob.has_magic(path):
        yield from _matches(path, on_unreadable)
    else:
        raise MissingInputError(f"no such file or folder: {printable(path)}")


def _matches(pattern: str, on_unreadable: Callable[[str, str], None]) -> Iterator[LogFile]:
    matches = glob.glob(pattern, recursive=True)  # noqa: PTH207 - keeps the spelling
    if not matches:
        raise MissingInputError(f"no file matches the pattern: {printable(pattern)}")
    for match in matches:
        if os.path.isdir(match):  # noqa: PTH112
            yield from _walk(match, on_unreadable)
        else:
            yield LogFile(match, named=False)


def _walk(folder: str, on_unreadable: Callable[[str, str], None]) -> Iterator[LogFile]:
    def unreadable(error: OSError) -> None:
        on_unreadable(printable(str(error.filename)), f"folder cannot be listed: {error.strerror}")

    for place, folders, names in os.walk(folder, onerror=unreadable):
        # `.git` and the like hold no logs that anyone meant.
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            yield LogFile(os.path.join(place, name), named=False)  # noqa: PTH118


def size_of(file: LogFile) -> int:
    """Bytes on disk, for a progress bar; standard input and pipes count as nothing."""
    try:
        return os.stat(file.path).st_size if file.path != STDIN else 0  # noqa: PTH116
    except OSError:
        return 0
