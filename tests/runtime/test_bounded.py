"""Steps that may not take for ever."""

import asyncio

from detector.runtime.bounded import within


async def _deaf(freed: asyncio.Event) -> None:
    while not freed.is_set():
        try:
            await freed.wait()
        except asyncio.CancelledError:
            continue


def test_a_step_that_does_not_listen_is_left_behind():
    """Even one that goes on when it is told to stop keeps nobody waiting."""

    async def story() -> bool:
        freed = asyncio.Event()
        answer = await within("a step", _deaf(freed), 0.01)
        freed.set()
        await asyncio.sleep(0)
        return answer

    assert not asyncio.run(story())


def test_a_step_that_fails_is_said(caplog):
    """The error is told, and goes no further."""

    async def failing() -> None:
        raise OSError("away")

    assert not asyncio.run(within("a step", failing(), 1.0))
    assert "goes on without a step" in caplog.text
