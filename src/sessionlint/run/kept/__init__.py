"""What is kept of a run beside its outcome, and how a run after a few changes goes on from there."""
