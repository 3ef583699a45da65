"""Which generation of topics a worker belongs to: it goes on in the one that its settings name, or not
at all. `detector.runtime.migrate` makes a new one."""

import msgspec

from detector.runtime.compacted import Tail
from detector.worker import WorkerConfig
from schemas.generation import Generation

_read = msgspec.json.Decoder(Generation).decode
written = msgspec.json.Encoder().encode
KEY = b"generation"


class GenerationError(RuntimeError):
    """The topics that the settings name are not those to work with."""


async def noted(config: WorkerConfig) -> Generation | None:
    """What the last migration has left on the progress topic, if there was one."""
    found = None
    async for batch in Tail(config, config.topics.progress, 0).batches():
        for record in batch:
            if record.key == KEY:
                found = read(record.key, record.value)
    return found


def read(key: bytes | None, value: bytes | None) -> Generation | None:
    """The note of a migration, if this is one.

    Examples:
        >>> read(b"generation", written(Generation(2, of=32)))
        Generation(number=2, of=32, done=False, schema=1)
        >>> read(b"activity/0", b"{}")
    """
    if key != KEY or not value:
        return None
    try:
        return _read(value)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def check(note: Generation | None, own: int) -> None:
    """Go on only if generation `own` is whole and has not been left.

    Raises:
        GenerationError: it is not, or it has.

    Examples:
        >>> check(None, 1)
        >>> check(Generation(2, of=32, done=True), 1)
        Traceback (most recent call last):
        ...
        detector.runtime.generation.GenerationError: expected topics of generation 1, but they have \
been left for those of generation 2: set kafka.generation = 2
        >>> check(Generation(2, of=32), 1)
        Traceback (most recent call last):
        ...
        detector.runtime.generation.GenerationError: a migration to generation 2 has begun and not \
ended: run detector topics migrate --partitions 32 again
    """
    if note is not None and note.number > own:
        if not note.done:
            raise GenerationError(
                f"a migration to generation {note.number} has begun and not ended: run detector "
                f"topics migrate --partitions {note.of} again"
            )
        raise GenerationError(
            f"expected topics of generation {own}, but they have been left for those of generation "
            f"{note.number}: set kafka.generation = {note.number}"
        )
    if own > 1 and note is None:
        raise GenerationError(
            f"expected topics of generation {own}, but no migration has brought what was learned "
            f"there: set kafka.generation as detector topics migrate says"
        )


async def check_generation(config: WorkerConfig) -> None:
    """`check` what the cluster says.

    Raises:
        GenerationError: this worker would go on in the wrong place.
    """
    check(await noted(config), config.topics.generation)
