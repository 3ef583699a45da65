"""Platforms that software runs on and keeps its secrets and data in."""
