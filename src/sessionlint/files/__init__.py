"""Reading what a checkout brings: only regular files, and only so much of each."""
