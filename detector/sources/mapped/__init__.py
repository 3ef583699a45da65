"""Formats that an operator describes in a TOML file instead of writing a decoder."""
