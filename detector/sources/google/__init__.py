"""Google Cloud and Workspace."""
