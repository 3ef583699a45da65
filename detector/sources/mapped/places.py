r"""Where in a TOML file a key stands, for errors that name the line: the parser does not tell.

Examples:
    >>> known = Places('[event]\ntime = "at"\n', "portal.toml")
    >>> known.of("event", "time"), known.of("event", "uid"), known.of("principal")
    ('portal.toml:2', 'portal.toml:1', 'portal.toml')
"""

import re

_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_DOTTED = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_HEAD = re.compile(rf"\s*\[\[?\s*({_DOTTED})\s*\]\]?")
_LINE = re.compile(rf"\s*({_DOTTED})\s*=")
_PART = re.compile(_KEY)
Path = tuple[str, ...]


class MappingError(ValueError):
    """A mapping that cannot be used: which file and line, what was expected, what came."""


class Places:
    """The lines of a file's keys. A key that is not found stands where the nearest table around it
    begins."""

    def __init__(self, text: str, place: str) -> None:
        self.place = place
        self._lines: dict[Path, int] = {}
        table: Path = ()
        for number, line in enumerate(text.splitlines(), 1):
            head, key = _HEAD.match(line), _LINE.match(line)
            if head is not None:
                table = _parts(head[1])
                self._lines.setdefault(table, number)
            elif key is not None:
                self._lines.setdefault((*table, *_parts(key[1])), number)

    def of(self, *path: str) -> str:
        """`file:line` of a key."""
        # A table that is written key by key begins with the first of them.
        inside = [number for key, number in self._lines.items() if key[: len(path)] == path]
        if path and inside:
            return f"{self.place}:{min(inside)}"
        for length in range(len(path) - 1, 0, -1):
            number = self._lines.get(path[:length])
            if number is not None:
                return f"{self.place}:{number}"
        return self.place

    def error(self, path: Path, message: str) -> MappingError:
        """An error about the key at `path`."""
        return MappingError(f"{self.of(*path)}: {message}")


def _parts(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))
