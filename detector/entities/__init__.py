"""What has state: principals, credentials and peer groups, with their bounds and episodes."""
