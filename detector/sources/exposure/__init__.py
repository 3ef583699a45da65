"""Secrets seen where they should not be."""
