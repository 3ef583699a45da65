"""What detections look at: views of an entity at one moment, surprise, and evidence."""
