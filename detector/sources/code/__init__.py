"""Code hosts and their pipelines."""
