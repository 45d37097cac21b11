"""What runs when: callers, event loops, threads."""
