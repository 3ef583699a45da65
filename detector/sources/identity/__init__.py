"""Identity providers and password managers."""
