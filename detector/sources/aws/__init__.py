"""AWS: CloudTrail, and what its model services log."""
