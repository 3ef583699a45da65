"""Records that somebody else has normalised."""
