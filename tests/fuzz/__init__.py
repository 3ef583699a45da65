"""Hostile inputs for every source: golden cases, changed in ways that shippers, bugs and attackers
change them. `make fuzz` runs it; nothing but events and `DecodeError` may come of any input."""
