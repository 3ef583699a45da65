"""Attack scenarios, each with its benign twin: small declarative entries, in modules by family."""
