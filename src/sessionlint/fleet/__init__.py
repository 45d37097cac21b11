"""Many repositories: one after the other on this machine, or on the engine of others, into one store."""
