"""Which files have to be read, and for which words."""
