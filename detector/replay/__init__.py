"""Replay: log files in, events in time order, through the engine, findings out.

`events.open_events` is the way in; `drive` runs the engine over what it yields. A record's route:
`paths` → `opening` and `unpack` → `frames` and `values` → `records` and `log` → `spill` →
`plausible`.
"""
