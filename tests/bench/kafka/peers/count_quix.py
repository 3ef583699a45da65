"""Quix Streams: a count per key in its state, with a changelog. `bare` decodes no value, `whole` each.

python count_quix.py BOOTSTRAP TOPIC GROUP COUNT FOLDER bare|whole
"""

import sys
import time
from typing import Any

from quixstreams import Application, State

bootstrap, topic, group, count, folder, how = sys.argv[1:7]
left = int(count)
began = False


def one(_: Any, state: State) -> None:
    global began, left  # noqa: PLW0603 - the peer's way to have a callback
    if not began:
        began = True
        print("first", time.time(), flush=True)
    state.set("count", state.get("count", 0) + 1)
    left -= 1
    if not left:
        print("last", time.time(), flush=True)


app = Application(
    bootstrap,
    consumer_group=group,
    auto_offset_reset="earliest",
    state_dir=folder,
    commit_interval=1.0,
    loglevel="WARNING",
)
frame = app.dataframe(app.topic(topic, value_deserializer="json" if how == "whole" else "bytes"))
frame.update(one, stateful=True)
app.run()
