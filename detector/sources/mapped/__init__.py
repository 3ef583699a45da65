"""Any JSON log by a mapping: a TOML file that says which of its fields is which of ours."""
