"""Rules about the linter itself: what it could not read, and the comments that steer it."""
