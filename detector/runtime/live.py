"""Alerts and commands as they are published."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec

from detector.runtime.follow import following
from detector.worker import WorkerConfig
from schemas.alert import Alert
from schemas.command import RevokeCommand

_alert = msgspec.json.Decoder(Alert).decode
_command = msgspec.json.Decoder(RevokeCommand).decode

Message = Alert | RevokeCommand


async def messages(
    config: WorkerConfig, *, beginning: bool, quiet: float | None
) -> AsyncGenerator[tuple[Message, bytes], None]:
    """Each message and its bytes; what is none of ours is passed over."""
    topics = config.topics
    both = [topics.alerts, topics.commands]
    source = following(config, both, beginning=beginning, quiet=quiet)
    async with aclosing(source) as found:
        async for topic, record in found:
            try:
                value = record.value or b""
                made = _alert(value) if topic == topics.alerts else _command(value)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                continue
            yield made, value
