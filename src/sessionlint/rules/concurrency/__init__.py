"""Sessions across await, tasks and threads."""
