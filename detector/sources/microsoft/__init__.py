"""Azure and Entra."""
