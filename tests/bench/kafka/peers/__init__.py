"""What ours is compared with: each counts records per key, in an environment of its own."""
